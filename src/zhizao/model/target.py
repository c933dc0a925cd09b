"""Targets: a required value, change, cut since a base year, average growth, or band."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhizao.model.finding import Place
from zhizao.model.indicator import Direction
from zhizao.model.text import Text

TargetForm = Literal["level", "change_since", "cut_since", "average_growth", "band"]

ABOUT = Decimal("0.05")
"""Relative tolerance of "about" (左右); the plan leaves it open, five percent is ours."""


@dataclass(frozen=True, slots=True)
class Target:
    """What one indicator must be in one year.

    ``printed`` is the figure as printed, ``used`` the one judged by, ``reason`` why they differ. ``base_year`` and
    ``base_value`` anchor the required path (a change or a cut starts from zero at its base year). ``window`` is the number of years
    of an average growth. ``about`` marks a target the plan calls approximate. ``upper`` closes a band.
    """

    indicator: str
    year: int
    form: TargetForm
    direction: Direction
    printed: Decimal
    used: Decimal
    unit: str
    base_year: int | None = None
    base_value: Decimal | None = None
    window: int = 0
    about: bool = False
    upper: Decimal | None = None
    reason: Text | None = None
    source: str = ""
    plan: str = ""
    entity: str = ""
    place: Place = Place("")

    @property
    def threshold(self) -> Decimal:
        """The value that decides: the used target, eased by the tolerance where it is approximate, a fall below zero as well."""
        if not self.about:
            return self.used
        eased = abs(self.used) * ABOUT
        return self.used - eased if self.direction == "up" else self.used + eased

    def reached_by(self, value: Decimal) -> bool:
        """Whether a value satisfies the target.

        Example:
            >>> t = Target("nc_rate", 2025, "level", "up", Decimal(64), Decimal(64), "percent")
            >>> t.reached_by(Decimal("66.2")), t.reached_by(Decimal("63.9"))
            (True, False)
        """
        if self.form == "band" and self.upper is not None:
            return self.used <= value <= self.upper
        return value >= self.threshold if self.direction == "up" else value <= self.threshold

    def margin(self, value: Decimal) -> Decimal:
        """How far a value is beyond the target itself, in its direction; below zero it is short of it, in a band it is the distance to the nearer edge.

        Example:
            >>> t = Target("nc_rate", 2025, "level", "up", Decimal(64), Decimal(64), "percent")
            >>> str(t.margin(Decimal("66.2")))
            '2.2'
        """
        if self.form == "band" and self.upper is not None:
            return min(value - self.used, self.upper - value)
        return value - self.used if self.direction == "up" else self.used - value
