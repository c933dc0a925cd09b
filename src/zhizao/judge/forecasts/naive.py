"""The last value stays."""

from __future__ import annotations

from itertools import pairwise
from math import hypot, sqrt

from zhizao.judge.forecasts.contract import History, Prediction
from zhizao.judge.forecasts.scale import PLAIN, Scale


def naive(history: History, at: float, scale: Scale = PLAIN) -> Prediction:
    """A random walk without drift: the yardstick every other model must beat.

    Steps are taken as independent with a variance that grows with the years they span.

    Example:
        >>> p = naive(History((2020, 2021, 2023), (1.0, 2.0, 2.0)), 2024)
        >>> p.centre, round(p.spread ** 2, 3), p.df
        (2.0, 0.5, 2)
    """
    steps = [b - a for a, b in pairwise(history.values)]
    variance = sum(s**2 / g for s, g in zip(steps, history.gaps, strict=True)) / len(steps)
    ahead = max(at - history.years[-1], 0.0)
    return Prediction(history.values[-1], hypot(sqrt(variance * ahead), history.rounding), len(steps))
