"""Before the action: did the treated move like the others? And period by period: how would they have gone on?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhizao.judge.effects.contract import LEVEL, Numbers, Panel, mean
from zhizao.judge.effects.contrast import chance, contrast
from zhizao.judge.effects.difference import FEWEST

FEWEST_PERIODS = 4
SURE, LIKELY = 0.05, 0.3
"""Below the one, trends are taken to differ; below the other, where going on with them would explain half of the effect or more."""


@dataclass(frozen=True, slots=True)
class Trends:
    """How much steeper the treated were before: the chance of such a difference by luck, and what it adds up to by the time of the effect."""

    chance: float
    drift: float

    def explain(self, effect: float) -> bool:
        """Whether an effect is to be doubted for them."""
        return self.chance < SURE or (self.chance < LIKELY and self.drift * effect >= 0.5 * effect**2)


def trends(panel: Panel) -> Trends | None:
    """One slope a unit over the time before, treated against others; None where there is too little to tell.

    A joint test of all leads needs more units than periods, which nobody has; slopes have one figure a unit, as the effect itself. That a test
    finds nothing is no proof (Roth 2022), so slopes that would explain the effect count against it even where they may be luck.
    """
    if len(panel.others) < FEWEST or panel.start < FEWEST_PERIODS or not panel.treated:
        return None
    own, others = (slopes(panel.outcomes[rows, : panel.start]) for rows in (panel.treated, panel.others))
    own, others = own[np.isfinite(own)], others[np.isfinite(others)]
    if not len(own) or len(others) < FEWEST:
        return None
    found = contrast(own, others, LEVEL)
    return Trends(chance(found, LEVEL), found.value * panel.periods / 2)




def without(panel: Panel) -> tuple[Numbers, Numbers]:
    """The treated as they would have been, period by period, and how far that is sure: half an interval of a single period.

    With others: the treated's level before, moved as the others moved. Without: their own line before, going on.
    """
    own = panel.own
    if len(panel.others) >= FEWEST:
        return _beside(panel, own)
    at, before = np.arange(panel.periods, dtype=float), slice(0, panel.start)
    there = np.isfinite(own[before])
    if there.sum() < FEWEST_PERIODS:
        return np.full(panel.periods, np.nan), np.full(panel.periods, np.nan)
    slope, height = np.polyfit(at[before][there], own[before][there], 1)
    line = height + slope * at
    return line, np.full(panel.periods, float(np.nanstd(own[before] - line[before], ddof=2)) * 1.645)


def _beside(panel: Panel, own: Numbers) -> tuple[Numbers, Numbers]:
    level = mean(panel.outcomes[:, : panel.start], 1)
    moved = panel.outcomes - level[:, None]
    halves = np.full(panel.periods, np.nan)
    for t in range(panel.periods):
        mine, theirs = (column[np.isfinite(column)] for column in (moved[panel.treated, t], moved[panel.others, t]))
        if len(mine) and len(theirs) >= FEWEST:
            halves[t] = contrast(mine, theirs, LEVEL).half
    return mean(own[: panel.start]) + mean(moved[panel.others], 0), halves


def slopes(values: Numbers) -> Numbers:
    """The least-squares slope of each row over its periods; NaN with under three values."""
    there = np.isfinite(values)
    at = np.where(there, np.arange(values.shape[1], dtype=float)[None, :], np.nan)
    at = at - mean(at, 1)[:, None]
    apart = values - mean(values, 1)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.nansum(at * apart, axis=1) / np.nansum(at**2, axis=1)
    return np.asarray(np.where(there.sum(axis=1) >= 3, found, np.nan))
