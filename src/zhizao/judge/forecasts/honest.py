"""Forecasts that do not know which model is right: each interval widened by how far the models are apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import sqrt

from zhizao.judge.forecasts.contract import History, Prediction
from zhizao.judge.forecasts.drift import drift
from zhizao.judge.forecasts.scale import Scale


def honest(made: Mapping[str, Prediction], history: History, at: float, scale: Scale) -> dict[str, Prediction]:
    """The predictions with wider spreads; their middles stay.

    A model's own spread is right where the model is. Which is, a short series does not tell: so no spread is smaller than that of a random walk
    with drift, which takes nothing of the past for lasting, and the distance of the models' middles from this one's is added as scatter, those
    counting more that are surer.

    Source: practice; the between-model part of a combined variance (Draper 1995). How well it holds: ``python -m bench calibration``.

    Example:
        >>> history = History((1.0, 2.0, 3.0, 4.0, 5.0), (1.0, 2.5, 2.5, 4.5, 5.0))
        >>> made = {"drift": drift(history, 9.0), "still": Prediction(5.0, 2.5, 4)}
        >>> {name: round(p.spread, 2) for name, p in honest(made, history, 9.0, Scale()).items()}
        {'drift': 3.85, 'still': 3.81}
    """
    last, walk = history.values[-1], drift(history, at).spread
    middles = {name: scale.clipped(p.quantile(0.5)) for name, p in made.items()}
    sure = {name: p.scale.steepness(last) / p.spread for name, p in made.items()}
    return {name: _widened(p, walk, _apart(middles[name], middles, sure), last) for name, p in made.items()}


def _widened(p: Prediction, walk: float, apart: float, last: float) -> Prediction:
    steepness = p.scale.steepness(last)
    return replace(p, spread=sqrt(max(p.spread, walk * steepness) ** 2 + (apart * steepness) ** 2))


def _apart(middle: float, middles: Mapping[str, float], sure: Mapping[str, float]) -> float:
    return sqrt(sum(sure[name] * (m - middle) ** 2 for name, m in middles.items()) / sum(sure.values()))
