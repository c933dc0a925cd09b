"""From estimates to a verdict: "cannot tell" whenever the data do not say."""

from __future__ import annotations

from collections.abc import Sequence

from zhizao.judge.effects.contract import Panel
from zhizao.judge.effects.trend import Trends
from zhizao.model.effect import STOPPING, Doubt, EffectVerdict, Estimate
from zhizao.model.indicator import Direction

FEWEST_UNITS, FEWEST_AFTER = 5, 2
"""Fewer untouched units, or periods after the start, say too little."""
COVERED = 0.8
"""If less of the values is there after the start than this share of what was there before, those missing may be why it moved."""


def decide(estimate: Estimate, direction: Direction, worth: float | None, doubts: Sequence[Doubt]) -> EffectVerdict:
    """Moved, where the interval excludes nothing; no effect, where it excludes all that is worth having; else, or in doubt, cannot tell."""
    if estimate.value is None or estimate.low is None or estimate.high is None or set(doubts) & set(STOPPING):
        return "cannot_tell"
    if not estimate.holds(0):
        return "moved" if (estimate.value > 0) == (direction == "up") else "moved_back"
    return "no_effect" if worth is not None and -worth < estimate.low and estimate.high < worth else "cannot_tell"


def doubts(panel: Panel, chosen: Estimate, beside: Sequence[Estimate], trends: Trends | None) -> list[Doubt]:
    """What speaks against believing an estimate, as far as the panel tells."""
    compares = chosen.method != "before_after"
    told: list[tuple[bool, Doubt]] = [
        (compares and len(panel.others) < FEWEST_UNITS, "few_units"),
        (chosen.value is None or panel.periods - panel.start < FEWEST_AFTER, "few_periods"),
        (compares and trends is not None and chosen.value is not None and trends.explain(chosen.value), "pre_trends"),
        (_thinned(panel), "coverage"),
        (any(_opposed(chosen, other) for other in beside), "methods_disagree"),
        (not compares, "no_comparison"),
    ]
    return [doubt for holds, doubt in told if holds]


def _opposed(one: Estimate, other: Estimate) -> bool:
    """Whether two methods are both sure, of opposite effects."""
    sure = all(e.value is not None and not e.holds(0) for e in (one, other))
    return sure and (one.value or 0) * (other.value or 0) < 0


def _thinned(panel: Panel) -> bool:
    there = panel.outcomes == panel.outcomes
    for rows in (panel.treated, panel.others):
        before, after = there[rows, : panel.start], there[rows, panel.start :]
        if before.size and after.size and after.mean() < COVERED * before.mean():
            return True
    return False
