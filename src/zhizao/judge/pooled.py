"""Whether a pooled rate moves against its own parts: the mix moved it, not the performance (Simpson's paradox)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, slots=True)
class Ratio:
    """One part's contribution to a pooled rate."""

    numerator: Decimal | int
    denominator: Decimal | int

    @property
    def rate(self) -> Fraction | None:
        """The part's own rate, exact; None over zero."""
        return Fraction(self.numerator) / Fraction(self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class Against:
    """A pooled rate that moved one way while no part did: its change, and the change of each part."""

    moved: Literal["up", "down"]
    pooled: Fraction
    parts: Mapping[str, Fraction]


def pooled_against_within(before: Mapping[str, Ratio], after: Mapping[str, Ratio]) -> Against | None:
    """The contradiction between a pooled rate and its parts, or None where there is none.

    It is one when the pooled rate moves, no part that can be compared moves with it, and some part moves the other way. A part
    without a rate at both times is not compared, yet counts in the pooled rates.

    Example:
        >>> before = {"a": Ratio(10, 1000), "b": Ratio(50, 1000)}
        >>> after = {"a": Ratio(110, 10000), "b": Ratio(52, 1000)}
        >>> found = pooled_against_within(before, after)
        >>> found.moved, float(found.parts["a"])
        ('down', 0.001)
    """
    first, last = pooled(before), pooled(after)
    if first is None or last is None or first == last:
        return None
    parts = {name: change for name in before if (change := _change(before[name], after.get(name))) is not None}
    sign = 1 if last > first else -1
    against = any(c * sign < 0 for c in parts.values()) and not any(c * sign > 0 for c in parts.values())
    return Against("up" if sign > 0 else "down", last - first, parts) if against else None


def pooled(parts: Mapping[str, Ratio]) -> Fraction | None:
    """The rate of all parts together: sum of numerators over sum of denominators, None over zero."""
    total = sum(Fraction(p.denominator) for p in parts.values())
    return sum((Fraction(p.numerator) for p in parts.values()), Fraction(0)) / total if total else None


def _change(before: Ratio, after: Ratio | None) -> Fraction | None:
    if after is None or before.rate is None or after.rate is None:
        return None
    return after.rate - before.rate
