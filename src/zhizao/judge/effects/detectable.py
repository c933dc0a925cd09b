"""The smallest effect that would most likely be told from nothing."""

from __future__ import annotations

from statistics import median

from zhizao.judge.effects.contract import LEVEL, Found, Method, Panel
from zhizao.judge.effects.contrast import quantile
from zhizao.judge.effects.placebo import earlier

POWER = 0.8
"""How likely it is told."""
LATE = 0.75
"""Starts in the past are tried in the last quarter, where there is nearly as much before them as before the real one."""


def detectable(found: Found, level: float = LEVEL) -> float:
    """By the interval a method gave: as much beyond its half as makes it exclude nothing four times in five.

    Example:
        >>> round(detectable(Found(0.0, -1.645, 1.645, 1e9)), 3)
        2.487
    """
    return found.half * (1 + quantile(2 * POWER - 1, found.df) / quantile(level, found.df))


def in_advance(panel: Panel, method: Method, after: int, level: float = LEVEL) -> float | None:
    """The same before an action begins, by what the method would have said of starts in the past; None where it has nothing to say.

    Args:
        panel: nothing but the time before; its treated units start where it ends.
        after: for how many periods the action will have run.
    """
    found = [f for fake in earlier(panel, after, LATE) if isinstance(f := method(fake, level), Found) and f.half < float("inf")]
    return median(detectable(f, level) for f in found) if found else None
