"""Placebos: what a method finds where nothing was done, in untouched units and at earlier times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from zhizao.judge.effects.contract import Found, Method, Panel

MOST = 60
"""Placebos of one kind that are tried at most; more are spread evenly or drawn by lot with a fixed seed."""
FEWEST_BEFORE = 4


def in_space(panel: Panel, method: Method) -> tuple[float, ...]:
    """The effects on untouched units, as many at a time as were treated, each held beside the other untouched ones."""
    n = len(panel.treated)
    if not n or len(panel.others) <= n + 2:
        return ()
    starts = sorted(panel.starts[i] for i in panel.treated)
    rest = panel.only(panel.others)
    return _values((rest.begun(dict(zip(rows, starts, strict=True))) for rows in _groups(len(panel.others), n)), method)


def in_time(panel: Panel, method: Method) -> tuple[float, ...]:
    """The effects of starts before the real one, each over as many periods after it as the real one, or as there are."""
    return _values(earlier(panel), method)


def earlier(panel: Panel, after: int = 0, late: float = 0.0) -> Iterator[Panel]:
    """The panel before any action, as if one had begun at each of some earlier times.

    Args:
        after: over how many periods; by default as many as there are after the real start.
        late: the share of possible starts that are passed over as too early to have much before them.
    """
    length = min(after or panel.periods - panel.start, max(panel.start // 3, 1))
    last = panel.start - length
    fakes = list(range(max(FEWEST_BEFORE, int(late * last)), last + 1))
    for fake in fakes[:: -(-len(fakes) // MOST) or 1]:
        yield panel.first(fake + length).begun(dict.fromkeys(panel.treated, fake))


def _groups(units: int, size: int) -> list[list[int]]:
    if size == 1:
        return [[int(i)] for i in np.unique(np.linspace(0, units - 1, min(units, MOST)).round())]
    lot = np.random.default_rng(size)
    return [[int(i) for i in lot.permutation(units)[:size]] for _ in range(MOST)]


def _values(panels: Iterable[Panel], method: Method) -> tuple[float, ...]:
    found = (method(panel) for panel in panels)
    return tuple(f.value for f in found if isinstance(f, Found) and np.isfinite(f.value))
