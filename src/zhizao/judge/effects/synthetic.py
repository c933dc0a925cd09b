"""Synthetic control: the untouched units, weighed so that before the action they moved like the treated."""

from __future__ import annotations

import numpy as np

from zhizao.judge.effects.contract import LEVEL, Found, Numbers, Panel, Places
from zhizao.judge.effects.contrast import quantile
from zhizao.model.text import Text

FOLDS = 3
FEWEST_BEFORE = 9
RIDGE = 1e-6
"""Of the variance: so little that weights which fit exactly stay, enough that among equally good ones the most even are chosen."""


def synthetic_control(panel: Panel, level: float = LEVEL) -> Found | Text:
    """The gap to the weighed mean of the others after the start, less the gap in stretches before it that were kept out of the fit.

    Before is cut into three; weights are fitted without each third in turn and tried on it. The three effects so found give the interval, by t
    with two degrees: wide, but honest also where values hang together over time, and for a single treated unit.

    Source: Abadie, Diamond and Hainmueller 2010; Ferman and Pinto 2021 (levels taken off); Chernozhukov, Wuethrich and Zhu 2021 (the t test).
    """
    if panel.is_staggered:
        return Text("开始时间不一，不能合成", "the starts differ: no one mix of units fits")
    if panel.start < FEWEST_BEFORE or len(panel.others) < 2:
        return Text(f"此前不足 {FEWEST_BEFORE} 期，或未受影响的对象不足 2 个", f"fewer than {FEWEST_BEFORE} periods before, or than 2 untouched units")
    own, others = _whole(panel)
    after = len(own) - panel.start
    size = min(panel.start // FOLDS, after)
    folds = [np.arange(panel.start - (k + 1) * size, panel.start - k * size) for k in range(FOLDS)]
    effects = np.array([_tried(own, others, panel.start, fold) for fold in folds])
    value, spread = float(effects.mean()), float(effects.std(ddof=1))
    half = quantile(level, FOLDS - 1) * spread * (1 + FOLDS * size / after) ** 0.5 / FOLDS**0.5
    return Found(value, value - half, value + half, FOLDS - 1)


def mix(panel: Panel) -> Numbers:
    """The weight of each untouched unit: none below zero, one in all."""
    own, others = _whole(panel)
    return weights(own[: panel.start], others[:, : panel.start])


def weights(own: Numbers, others: Numbers) -> Numbers:
    """The convex weights with which others come nearest to a series, levels aside.

    Example:
        >>> others = np.array([[1.0, 4.0, 2.0, 7.0], [3.0, 3.0, 9.0, 1.0], [0.0, 5.0, 5.0, 2.0]])
        >>> weights(0.25 * others[0] + 0.75 * others[2] + 10, others).round(4).tolist()
        [0.25, 0.0, 0.75]
    """
    from scipy.optimize import nnls  # type: ignore[import-untyped,unused-ignore]

    x = (others - others.mean(axis=1, keepdims=True)).T
    y = own - own.mean()
    scale = float(np.sqrt((x**2).sum() / x.shape[1])) or 1.0
    units = x.shape[1]
    rows = np.concatenate([x / scale, np.sqrt(RIDGE) * np.eye(units), np.full((1, units), 1e4)])
    found, _ = nnls(rows, np.concatenate([y / scale, np.zeros(units), [1e4]]))
    return np.asarray(found / found.sum() if found.sum() > 0 else np.full(units, 1 / units))


def _tried(own: Numbers, others: Numbers, start: int, fold: Places) -> float:
    """The effect by weights that were fitted without a stretch."""
    kept = np.setdiff1d(np.arange(start), fold)
    gap = own - weights(own[kept], others[:, kept]) @ others
    return float(gap[start:].mean() - gap[fold].mean())


def _whole(panel: Panel) -> tuple[Numbers, Numbers]:
    """The mean of the treated and each of the others, with what is missing drawn straight between its neighbours."""
    others = panel.outcomes[panel.others]
    return _filled(panel.own), np.array([_filled(row) for row in others])


def _filled(row: Numbers) -> Numbers:
    there = np.flatnonzero(np.isfinite(row))
    return np.interp(np.arange(len(row)), there, row[there]) if len(there) else np.zeros_like(row)
