"""The natural bounds of a quantity, and the line without bounds it is stretched to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from zhizao.model.target import Target

_FAR = 500.0
"""Beyond this the exponential would overflow and the value is at its bound anyway."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Bounds of a quantity, None where open: logit between two, log from one, unchanged without.

    Example:
        >>> share = Scale(0, 100)
        >>> share.forward(50), round(share.back(share.forward(83.5)), 6), Scale(None, 100).clipped(104)
        (0.0, 83.5, 100)
    """

    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, target: Target, values: Sequence[float]) -> Scale:
        """The bounds that a target's form and unit give; a bound that a value touches or passes is none."""
        low, high = _natural(target)
        return cls(low if low is not None and min(values) > low else None, high if high is not None and max(values) < high else None)

    def holds(self, value: float) -> bool:
        """Whether a value lies strictly within the bounds."""
        return (self.low is None or value > self.low) and (self.high is None or value < self.high)

    def clipped(self, value: float) -> float:
        """The nearest value within the bounds."""
        above = value if self.low is None else max(value, self.low)
        return above if self.high is None else min(above, self.high)

    def forward(self, value: float) -> float:
        """A value on the line without bounds; it rises with the value."""
        if self.low is not None and self.high is not None:
            return log((value - self.low) / (self.high - value))
        if self.low is not None:
            return log(value - self.low)
        return -log(self.high - value) if self.high is not None else value

    def back(self, place: float) -> float:
        """The value at a place on the line."""
        z = max(-_FAR, min(_FAR, place))
        if self.low is not None and self.high is not None:
            return self.low + (self.high - self.low) / (1 + exp(-z))
        if self.low is not None:
            return self.low + exp(z)
        return self.high - exp(-z) if self.high is not None else place

    def steepness(self, value: float) -> float:
        """How far the line moves per unit of value, at a value."""
        return sum(1 / abs(value - b) for b in (self.low, self.high) if b is not None) or 1.0


PLAIN = Scale()
"""No bounds."""


def _natural(target: Target) -> tuple[float | None, float | None]:
    if target.form == "cut_since":
        return None, 100.0
    if target.form in ("level", "band"):
        return 0.0, 100.0 if target.unit.startswith("percent") else None
    return None, None
