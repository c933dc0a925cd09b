"""A trend that one odd year cannot bend."""

from __future__ import annotations

from itertools import combinations
from math import hypot
from statistics import fmean, median

from zhizao.judge.forecasts.contract import History, Prediction
from zhizao.judge.forecasts.linear import Line
from zhizao.judge.forecasts.scale import PLAIN, Scale


def theil_sen(history: History, at: float, scale: Scale = PLAIN) -> Prediction:
    """The median of all slopes between two points, through the median height; scatter is measured about that line.

    The line resists an odd year, its interval does not: the year stays in the scatter, so that the interval is no narrower than the
    points deserve.

    Source: Theil 1950, Sen 1968; interval by the formula of a fitted line, t with n - 2 degrees of freedom.

    Example:
        >>> round(theil_sen(History((0, 1, 2, 3, 4), (0.0, 1.0, 2.0, 9.0, 4.0)), 5).centre, 6)
        5.0
    """
    points = list(zip(history.years, history.values, strict=True))
    slope = median((v - u) / (t - s) for (s, u), (t, v) in combinations(points, 2))
    middle = fmean(history.years)
    line = Line(history.years, history.values, slope, median(v - slope * (t - middle) for t, v in points))
    return Prediction(line.at(at), hypot(line.spread(at), history.rounding), line.df)
