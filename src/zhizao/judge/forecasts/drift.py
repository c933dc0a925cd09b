"""The last value, moved on by the average yearly step."""

from __future__ import annotations

from itertools import pairwise
from math import hypot, sqrt

from zhizao.judge.forecasts.contract import History, Prediction
from zhizao.judge.forecasts.scale import PLAIN, Scale


def drift(history: History, at: float, scale: Scale = PLAIN) -> Prediction:
    """A random walk with drift: steps are independent about a common pace, which is itself known only from them.

    Source: Hyndman and Athanasopoulos, Forecasting: principles and practice, drift method; steps weighted by the years they span.

    Example:
        >>> p = drift(History((2020, 2021, 2023), (1.0, 2.0, 3.0)), 2024)
        >>> round(p.centre, 3), p.df
        (3.667, 1)
    """
    span = history.years[-1] - history.years[0]
    pace = (history.values[-1] - history.values[0]) / span
    steps = zip(pairwise(history.values), history.gaps, strict=True)
    df = len(history) - 2
    variance = sum((b - a - pace * g) ** 2 / g for (a, b), g in steps) / df
    ahead = max(at - history.years[-1], 0.0)
    return Prediction(history.values[-1] + pace * ahead, hypot(sqrt(variance * (ahead + ahead**2 / span)), history.rounding), df)
