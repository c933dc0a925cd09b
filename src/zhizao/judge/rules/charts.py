"""Control charts of a course against its own baseline, in units of the baseline's spread."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import median

LAMBDA = 0.2
"""Weight of the newest point in the EWMA; with a limit of 2.962 one false alarm in 500 points."""
SLACK = 0.5
"""What the CUSUM lets pass of each deviation: half the shift of one spread it is tuned to; with a limit of 5 one false alarm in 465 points."""
_NORMAL = 1.4826
"""A normal deviate's standard deviation in median absolute deviations."""


def normal(values: Sequence[float]) -> tuple[float, float]:
    """Median and robust spread (the scaled median absolute deviation) of a baseline; where most values are equal, their mean deviation.

    Example:
        >>> normal([10, 11, 9, 10, 12, 8, 50])
        (10, 1.4826)
    """
    middle = median(values)
    deviations = [abs(v - middle) for v in values]
    return middle, _NORMAL * median(deviations) or 1.2533 * sum(deviations) / len(deviations)


def ewma(scores: Sequence[float]) -> list[float]:
    """The exponentially weighted mean of scores at each point, over its own standard deviation there.

    Source:
        ISO 7870-6; Montgomery, Introduction to Statistical Quality Control.

    Example:
        >>> [round(z, 4) for z in ewma([0.5, -0.2, 0.9])]
        [0.5, 0.1562, 0.7404]
    """
    found: list[float] = []
    z = 0.0
    for t, x in enumerate(scores, start=1):
        z = LAMBDA * x + (1 - LAMBDA) * z
        found.append(z / sqrt(LAMBDA / (2 - LAMBDA) * (1 - (1 - LAMBDA) ** (2 * t))))
    return found


def cusum(scores: Sequence[float]) -> list[float]:
    """The upper cumulative sum of scores at each point; of negated scores, the lower one.

    Source:
        ISO 7870-4.

    Example:
        >>> [round(c, 1) for c in cusum([0.8, 1.2, 0.3, 1.9, 1.5, 2.0])]
        [0.3, 1.0, 0.8, 2.2, 3.2, 4.7]
    """
    found: list[float] = []
    c = 0.0
    for x in scores:
        c = max(0.0, x - SLACK + c)
        found.append(c)
    return found
