"""What every forecast model takes and gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Protocol

from zhizao.judge.forecasts.scale import PLAIN, Scale
from zhizao.model.series import Reading


@dataclass(frozen=True, slots=True)
class History:
    """The exact readings of one series as decimal years and values, oldest first, gaps kept.

    ``rounding`` is the standard error that printing to the series' last digit leaves: no forecast is surer than its figures.
    """

    years: tuple[float, ...]
    values: tuple[float, ...]
    rounding: float = 0.0

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> History:
        """The history of one series; bounds are left out, and of readings that end on one day the final one of the year counts."""
        exact = sorted((r for r in readings if not r.bound), key=_standing)
        at = {r.year: float(r.signed) for r in exact}
        step = min((int(r.value.normalize().as_tuple().exponent) for r in exact), default=0)
        return cls(tuple(at), tuple(at.values()), 10.0 ** min(step, 0) / sqrt(12))

    def __len__(self) -> int:
        return len(self.years)

    def first(self, count: int) -> History:
        """The history as it stood at its first points."""
        return History(self.years[:count], self.values[:count], self.rounding)

    @property
    def gaps(self) -> tuple[float, ...]:
        """Years between neighbouring points."""
        return tuple(b - a for a, b in pairwise(self.years))


def _standing(reading: Reading) -> tuple[float, bool, bool, int, str]:
    """Time first; then how well a reading speaks for its time, as where verdicts are given: the year, the longer, the later published."""
    period = reading.period
    return reading.year, reading.final, period.kind == "year", -period.first_day.toordinal(), reading.known_since


@dataclass(frozen=True, slots=True)
class Prediction:
    """A t distribution of the future value, on the scale the model worked on.

    Example:
        >>> p = Prediction(84.037856, 0.674512, 4)
        >>> round(1 - p.below(85.5), 5), round(p.quantile(0.5), 2)
        (0.04803, 84.04)
    """

    centre: float
    spread: float
    df: int
    scale: Scale = PLAIN

    def quantile(self, p: float) -> float:
        """The value not exceeded with a probability."""
        from scipy.special import stdtrit  # type: ignore[import-untyped,unused-ignore]

        return self.scale.back(self.centre + self.spread * float(stdtrit(self.df, p)))

    def below(self, value: float) -> float:
        """The probability of staying below a value."""
        from scipy.special import stdtr  # type: ignore[import-untyped,unused-ignore]

        if not self.scale.holds(value):
            return 1.0 if self.scale.high is not None and value >= self.scale.high else 0.0
        return float(stdtr(self.df, (self.scale.forward(value) - self.centre) / self.spread))


class Model(Protocol):
    """A forecast model: what it expects of a history at a decimal year.

    ``scale`` holds the natural bounds of the quantity. None means that the model has nothing to say of such a history; it is asked
    with three points or more.
    """

    def __call__(self, history: History, at: float, scale: Scale) -> Prediction | None: ...
