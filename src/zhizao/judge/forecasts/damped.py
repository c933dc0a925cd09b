"""A trend that fades."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, sqrt

from zhizao.judge.forecasts.contract import History, Prediction
from zhizao.judge.forecasts.scale import PLAIN, Scale

ALPHA, BETA, PHI = 0.5, 0.3, 0.95
"""Smoothing of level and trend, and what is left of the trend after a year: fixed, since under ten points cannot tell them."""


def reach(years: float, phi: float = PHI) -> float:
    """How many years' worth of the present trend is still to come: phi + phi² + … for whole years.

    Example:
        >>> [round(83.5 + 0.2 * reach(h, 0.8), 6) for h in (1, 2, 3, 5)]
        [83.66, 83.788, 83.8904, 84.037856]
    """
    faded: float = phi**years
    return phi * (1 - faded) / (1 - phi)


def widening(years: float, alpha: float = ALPHA, beta: float = BETA, phi: float = PHI) -> float:
    """The variance of a forecast as a multiple of the one-year variance; parts of years in between are interpolated.

    Source: ETS(A,Ad,N), 1 + sum of (alpha + beta reach(j))² over j < h.

    Example:
        >>> [round(0.3 * sqrt(widening(h, phi=0.8)), 6) for h in (1, 2, 3, 5)]
        [0.3, 0.373208, 0.466326, 0.674512]
    """
    whole = int(years)
    gained = sum((alpha + beta * reach(j, phi)) ** 2 for j in range(1, whole))
    part = (years - whole) * (alpha + beta * reach(whole, phi)) ** 2 if whole else 0.0
    return 1 + gained + part


def damped(history: History, at: float, scale: Scale = PLAIN) -> Prediction:
    """Level and trend are smoothed, later points weighing more, and the trend fades by a twentieth each year.

    The starting level and trend are fitted by least squares; over a gap of g years the smoothing counts as g yearly steps.

    Source: Gardner and McKenzie 1985; Hyndman et al. 2008 for the variance.

    Example:
        >>> round(damped(History((1, 2, 3, 4, 5), (3.0,) * 5), 9).centre, 9)
        3.0
    """
    flat, spans = (0.0,) * len(history), (1.0, *history.gaps)
    rest = _run(history.values, spans, 0.0, 0.0)
    level, trend = _fit(_run(flat, spans, 1.0, 0.0)[0], _run(flat, spans, 0.0, 1.0)[0], rest[0])
    errors, end, pace = _run(history.values, spans, level, trend)
    df, ahead = len(history) - 2, max(at - history.years[-1], 0.0)
    spread = sqrt(sum(e**2 for e in errors) / df * widening(ahead))
    return Prediction(end + pace * reach(ahead), hypot(spread, history.rounding), df)


def _run(values: Sequence[float], spans: Sequence[float], level: float, trend: float) -> tuple[list[float], float, float]:
    """Standardised one-step errors, and the last level and trend; all three are linear in values and starting state."""
    errors: list[float] = []
    for value, span in zip(values, spans, strict=True):
        expected = level + trend * reach(span)
        error = value - expected
        level = expected + (1 - (1 - ALPHA) ** span) * error
        trend = trend * PHI**span + (1 - (1 - BETA) ** span) * error / span
        errors.append(error / sqrt(widening(span)))
    return errors, level, trend


def _fit(by_level: Sequence[float], by_trend: Sequence[float], rest: Sequence[float]) -> tuple[float, float]:
    """The starting level and trend with the smallest squared errors, from the errors each causes alone."""
    ll, tt = (sum(x * x for x in c) for c in (by_level, by_trend))
    lt, lr, tr = (sum(x * y for x, y in zip(a, b, strict=True)) for a, b in ((by_level, by_trend), (by_level, rest), (by_trend, rest)))
    determinant = ll * tt - lt * lt
    return (lt * tr - tt * lr) / determinant, (lt * lr - ll * tr) / determinant
