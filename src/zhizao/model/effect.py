"""Effects: what an action did to its indicator, as several methods see it, with what speaks against believing them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from zhizao.model.indicator import Direction
from zhizao.model.period import Period
from zhizao.model.text import Text

EffectVerdict = Literal["moved", "moved_back", "no_effect", "cannot_tell"]
"""It moved the wanted way, or the other; whatever it did is smaller than worth having; or the data do not say."""

Doubt = Literal["few_units", "few_periods", "pre_trends", "coverage", "methods_disagree", "no_comparison", "shared", "setting_unseen", "setting_differs", "still_running"]
STOPPING: tuple[Doubt, ...] = ("few_units", "few_periods", "pre_trends", "coverage", "methods_disagree")
"""The doubts that leave nothing but "cannot tell"; the others are only said."""

Confirmation = Literal["confirmed", "differs", "unseen"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect as one method sees it, or why it sees none.

    ``detectable`` is the smallest effect that it would most likely (four times in five) have told from nothing. The placebos are the effects it
    finds where there was no action: in untouched units, and at earlier times.
    """

    method: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    df: float | None = None
    detectable: float | None = None
    in_space: tuple[float, ...] = ()
    in_time: tuple[float, ...] = ()
    why_none: Text | None = None

    @property
    def p_space(self) -> float | None:
        """How often an effect at least as large is found in untouched units, this one counted."""
        return _share(self.value, self.in_space)

    @property
    def p_time(self) -> float | None:
        """How often an effect at least as large is found at times at which nothing was done, this one counted."""
        return _share(self.value, self.in_time)

    def holds(self, effect: float) -> bool:
        """Whether the interval holds an effect."""
        return self.low is not None and self.high is not None and self.low <= effect <= self.high


@dataclass(frozen=True, slots=True)
class Moment:
    """One period: the treated as they were, and as they would have been without the action (with the interval of one period)."""

    period: Period
    treated: float | None
    without: float | None
    low: float | None
    high: float | None
    after: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """A set point an action wrote, and what the machine's own signal says of it."""

    machine: str
    quantity: str
    wanted: str
    before: float | None
    since: float | None
    at: datetime | None
    state: Confirmation


@dataclass(frozen=True, slots=True)
class Share:
    """What the actions on one unit did to the figure of a whole, at its printed scale; None where that cannot be told."""

    actions: tuple[str, ...]
    entity: str
    verdict: EffectVerdict
    amount: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The change of a whole's figure as the sum of what actions did and the rest: exact at the printed scale."""

    entity: str
    before: Decimal
    after: Decimal
    shares: tuple[Share, ...]
    explained: Decimal
    low: Decimal
    high: Decimal

    @property
    def change(self) -> Decimal:
        """By how much the figure changed."""
        return self.after - self.before

    @property
    def rest(self) -> Decimal:
        """What no action explains."""
        return self.change - self.explained


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of an action on its indicator.

    ``worth`` is the size of an effect worth having, and ``worth_from`` where it is from: stated before the action, or what could be detected now.
    """

    action: str
    indicator: str
    unit: str
    direction: Direction
    decimals: int
    entities: tuple[str, ...]
    began: datetime
    before: tuple[Period, Period]
    after: tuple[Period, Period]
    method: str
    level: float
    estimates: tuple[Estimate, ...]
    verdict: EffectVerdict
    doubts: tuple[Doubt, ...]
    worth: float | None
    worth_from: Literal["advance", "now", ""]
    expected: float | None
    trend: float | None
    """The chance of trends before the action that differ as much, were they alike in truth; None without others."""
    comparison: tuple[str, ...]
    path: tuple[Moment, ...]
    settings: tuple[Setting, ...] = ()
    reconciliation: Reconciliation | None = None

    @property
    def estimate(self) -> Estimate:
        """The estimate the verdict stands on."""
        return next(e for e in self.estimates if e.method == self.method)


@dataclass(frozen=True, slots=True)
class Foresight:
    """What could be told of an action once it has run for some periods: stated before it begins."""

    action: str
    indicator: str
    unit: str
    decimals: int
    entities: tuple[str, ...]
    before: tuple[Period, Period]
    periods_after: int
    method: str
    level: float
    estimates: tuple[Estimate, ...]
    expected: float | None
    comparison: tuple[str, ...]

    @property
    def detectable(self) -> float | None:
        """The smallest effect that would most likely be told from nothing."""
        return next(e.detectable for e in self.estimates if e.method == self.method)


def _share(value: float | None, placebos: tuple[float, ...]) -> float | None:
    if value is None or not placebos:
        return None
    return (1 + sum(abs(p) >= abs(value) for p in placebos)) / (1 + len(placebos))
