"""What a figure is made of in two periods: its arithmetic, and what each unit brings to it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from zhizao.model.indicator import ZeroRule
from zhizao.model.period import Period

Standing = Literal["both", "entry", "exit", "coverage"]
"""How a unit stands to two periods: it answered in both; it did not yet belong in the first, no longer in the second, or belonged and was silent in one."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that adds up over units: the one at ``index`` of what each unit brings, in steps of ``10**-scale``.

    ``volume`` is the index of the same thing at constant prices, -1 where there is none; ``priced`` says that it is money of its own year.
    """

    index: int
    scale: int = 0
    volume: int = -1
    priced: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that is the same in both periods."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation on figures: ``+ - * / neg positive pow sqrt ln exp abs``; ``zero`` is the rule of a division by zero."""

    op: str
    args: tuple[Shape, ...]
    zero: ZeroRule = "undefined"


Shape = Amount | Constant | Apply


@dataclass(frozen=True, slots=True)
class Unit:
    """What one unit brings to a figure in the first and in the second period, where it lies on each level, and how it stands to both."""

    id: str
    places: tuple[str, ...]
    standing: Standing
    before: tuple[Decimal, ...]
    after: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Makeup:
    """A figure of an entity in two periods, taken apart to its units.

    ``levels`` name the places of the units, ``unit_level`` the units themselves. ``first`` and ``last`` are the figures as printed; what the
    units bring adds up to the whole exactly. A unit without a name is what of the whole lies in none of the units.
    """

    indicator: str
    entity: str
    start: Period
    end: Period
    first: Decimal
    last: Decimal
    unit: str
    factor: Decimal
    decimals: int
    shape: Shape
    levels: tuple[str, ...]
    unit_level: str
    units: tuple[Unit, ...]

    @property
    def step(self) -> Fraction:
        """One step of the printed scale, as the formula counts: before it is turned into the indicator's unit."""
        scale = Fraction(self.factor.scaleb(self.decimals))
        return 1 / scale

    def place(self, unit: Unit, level: str) -> str:
        """Where a unit lies on a level, itself on its own; '' where it lies nowhere."""
        return unit.id if level == self.unit_level else unit.places[self.levels.index(level)]
