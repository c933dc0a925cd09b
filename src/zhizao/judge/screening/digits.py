"""Digits: whether the reporters of one population write other first or last digits than all the others do.

Invented figures have digits that measured ones have not. Real figures need not follow Benford's law exactly, and where many report it would always be rejected in the
end; so each population is held against the rest of them, which is right whatever the law is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Literal

import numpy as np

Position = Literal["first", "last"]
LEAST = 50
"""Fewest figures of a population whose digits are looked at."""
_SIGNIFICANT = 3
"""Fewest digits of a figure whose last one is looked at: of shorter ones the last is the first, or nearly."""


@dataclass(frozen=True, slots=True)
class Digits:
    """The digits of one population beside those of all others: how many, the p-value, and the size of the difference (Cramér's V, 0 to 1)."""

    position: Position
    n: int
    p: float
    effect: float


def digit(value: Decimal, position: Position) -> int | None:
    """The first or last digit that a figure is written with; None where it has none to look at.

    Example:
        >>> digit(Decimal("0.0482"), "first"), digit(Decimal("1250.00"), "last"), digit(Decimal(12), "last")
        (4, 5, None)
    """
    digits = value.normalize().as_tuple().digits
    if digits == (0,) or (position == "last" and len(digits) < _SIGNIFICANT):
        return None
    return digits[0] if position == "first" else digits[-1]


def compared(populations: Mapping[str, Iterable[Decimal]], position: Position) -> dict[str, Digits]:
    """The digits of each population that has enough, beside all the others.

    Source:
        Chi-square test of homogeneity; first digits: Benford (1938), Nigrini (2012).
    """
    counts = {name: _counts(values, position) for name, values in populations.items()}
    total = sum(counts.values(), np.zeros(10))
    found: dict[str, Digits] = {}
    for name, own in counts.items():
        if own.sum() >= LEAST and (total - own).sum() >= LEAST:
            found[name] = _homogeneous(own, total - own, position)
    return found


def _counts(values: Iterable[Decimal], position: Position) -> np.ndarray:
    found: Sequence[int] = [d for v in values if (d := digit(v, position)) is not None]
    return np.bincount(found, minlength=10).astype(float)


def _homogeneous(own: np.ndarray, others: np.ndarray, position: Position) -> Digits:
    from scipy.stats import chi2

    both = np.array([own, others])
    both = both[:, both.sum(axis=0) > 0]
    expected = both.sum(axis=1, keepdims=True) * both.sum(axis=0, keepdims=True) / both.sum()
    statistic = float(((both - expected) ** 2 / expected).sum())
    free = both.shape[1] - 1
    p = float(chi2.sf(statistic, free)) if free else 1.0
    return Digits(position, int(own.sum()), p, sqrt(statistic / both.sum()) if free else 0.0)
