"""How far off a model would have been: rolling-origin back-tests."""

from __future__ import annotations

from statistics import fmean

from zhizao.judge.forecasts.contract import History, Model
from zhizao.judge.forecasts.scale import Scale

FEWEST_POINTS = 3
"""Fewest points a model is tried on."""

FEWEST_TESTS = 3
"""Fewer back-tests than this give no error: it would be chance."""

_ALIKE = 1.0
"""Horizons that differ by less than this many years are tested together."""


def backtest(model: Model, history: History, at: float, scale: Scale) -> tuple[int, float | None]:
    """The number of back-tests and their mean absolute error, None under three.

    Each origin forecasts one later point, the one whose horizon is nearest to the horizon of the forecast itself; where the
    history is too short for that horizon, to the nearest it allows.
    """
    errors = []
    for origin, later in _pairs(history, at - history.years[-1]):
        made = model(history.first(origin), history.years[later], scale)
        if made is not None:
            errors.append(abs(scale.clipped(made.quantile(0.5)) - history.values[later]))
    return len(errors), fmean(errors) if len(errors) >= FEWEST_TESTS else None


def _pairs(history: History, horizon: float) -> list[tuple[int, int]]:
    """Origins (number of points known) and the later point each forecasts."""
    years, n = history.years, len(history)
    ahead = {(o, i): years[i] - years[o - 1] for o in range(FEWEST_POINTS, n) for i in range(o, n)}
    if not ahead:
        return []
    aim = min(ahead.values(), key=lambda h: abs(h - horizon))
    nearest = (min(range(o, n), key=lambda i: abs(ahead[o, i] - aim)) for o in range(FEWEST_POINTS, n))
    return [(o, i) for o, i in zip(range(FEWEST_POINTS, n), nearest, strict=True) if abs(ahead[o, i] - aim) < _ALIKE]
