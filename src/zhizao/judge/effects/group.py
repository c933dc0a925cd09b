"""Which untouched units to compare with: those most like the treated before the action."""

from __future__ import annotations

import numpy as np

from zhizao.judge.effects.contract import Numbers, Panel, mean
from zhizao.judge.effects.trend import slopes

MOST = 40
"""More units add little to what is known of them, and are less and less alike."""


def comparable(panel: Panel, sizes: Numbers, most: int = MOST) -> list[int]:
    """The untouched units nearest to the treated by level, slope and scatter before, and by size; all where there are few.

    Only what was before the action is looked at, and no single period, so that the choice cannot favour an effect.
    """
    if len(panel.others) <= most:
        return panel.others
    features = _features(panel.outcomes[:, : panel.start], sizes)
    own, others = mean(features[panel.treated], 0), features[panel.others]
    spread = np.sqrt(mean((others - mean(others, 0)) ** 2, 0))
    apart = (others - own) / np.where(spread > 0, spread, 1)
    far = np.where(np.isfinite(apart), apart, 1.0)
    nearest = np.argsort((far**2).sum(axis=1), kind="stable")[:most]
    return sorted(panel.others[i] for i in nearest)


def _features(before: Numbers, sizes: Numbers) -> Numbers:
    level, slope = mean(before, 1), slopes(before)
    with np.errstate(invalid="ignore", divide="ignore"):
        scatter = np.log(np.sqrt(mean((before - level[:, None]) ** 2, 1)))
        size = np.log(sizes)
    return np.where(np.isfinite(found := np.stack([level, slope, scatter, size], axis=1)), found, np.nan)
