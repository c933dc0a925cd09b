"""A trend that bends before the bounds of its quantity."""

from __future__ import annotations

from math import hypot

from zhizao.judge.forecasts.contract import History, Prediction
from zhizao.judge.forecasts.linear import least_squares
from zhizao.judge.forecasts.scale import Scale


def bounded(history: History, at: float, scale: Scale) -> Prediction | None:
    """A straight line in logits for a share, in logs for a quantity with one bound; nothing for one without.

    Source: practice; saturation of a share by a logistic curve.

    Example:
        >>> p = bounded(History((2021, 2022, 2023, 2024), (90.0, 94.0, 96.0, 98.0)), 2030, Scale(0, 100))
        >>> p is not None and 99.9 < p.quantile(0.5) < 100
        True
    """
    if scale.low is None and scale.high is None:
        return None
    line = least_squares(history.years, [scale.forward(v) for v in history.values])
    return Prediction(line.at(at), hypot(line.spread(at), history.rounding * scale.steepness(history.values[-1])), line.df, scale)
