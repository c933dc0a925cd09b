"""Difference in differences: how much more the treated changed than the others did."""

from __future__ import annotations

import numpy as np

from zhizao.judge.effects.contract import LEVEL, Found, Numbers, Panel, changes
from zhizao.judge.effects.contrast import contrast
from zhizao.model.text import Text

FEWEST = 3
"""Fewest untouched units: two of them tell one scatter, by one degree of freedom."""
TOO_FEW = Text(f"未受影响的对象不足 {FEWEST} 个", f"fewer than {FEWEST} untouched units")


def difference_in_differences(panel: Panel, level: float = LEVEL) -> Found | Text:
    """Each unit is one figure, its change; what the changes of untouched units share is taken off.

    So nothing is assumed about how the values of a unit hang together over time. Units that started at different times are each held beside the
    untouched ones over their own time, never beside units that started earlier.

    Source: Bertrand, Duflo and Mullainathan 2004 (one change a unit); Callaway and Sant'Anna 2021 (different starts).

    Example: two by two by hand, 20.44 → 21.03 against 23.33 → 21.17.
        >>> stores = [[20.44, 21.03], [23.23, 21.07], [23.33, 21.17], [23.43, 21.27]]
        >>> found = difference_in_differences(Panel(np.array(stores), (1, 2, 2, 2)))
        >>> round(found.value, 2)
        2.75
    """
    own, others = differences(panel)
    return contrast(own, others, level) if len(others) >= FEWEST and len(own) else TOO_FEW


def differences(panel: Panel) -> tuple[Numbers, Numbers]:
    """The changes of the treated and of the others, less what the others changed over the same time; units without a change are left out."""
    own: list[float] = []
    others: list[Numbers] = []
    for start in (panel.starts[i] for i in panel.treated):
        others.append(changes(panel, start)[panel.others])
    shared = [float(np.nanmean(c)) if np.isfinite(c).any() else np.nan for c in others]
    for i, common in zip(panel.treated, shared, strict=True):
        own.append(float(changes(panel.only([i]), panel.starts[i])[0]) - common)
    apart = np.mean([c - s for c, s in zip(others, shared, strict=True)], axis=0) if others else np.empty(0)
    kept, rest = np.array(own), np.asarray(apart)
    return kept[np.isfinite(kept)], rest[np.isfinite(rest)]
