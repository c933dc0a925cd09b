"""What stands beside the judged figures: context by level, and published figures beside the interval their rounded inputs allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from zhizao.model.context import Context
from zhizao.model.library import Library, Pack
from zhizao.model.rounding import Rounded, Rounding
from zhizao.model.series import Reading
from zhizao.node.computed import computed
from zhizao.node.usable import blocking
from zhizao.store.contract import Session

PERIODS_SHOWN = 5
"""How many of the latest periods a context is shown for."""


def contexts(library: Library, pack: Pack, session: Session, moment: datetime, published: Sequence[Reading]) -> tuple[tuple[Context, ...], tuple[Reading, ...]]:
    """What a plan's pack puts beside its scorecard, with the readings of it: computed where there is a formula, else as published."""
    shown = tuple(c for c in library.contexts if c.pack == pack.id and _usable(library, c.indicator))
    return shown, tuple(r for c in shown for r in _of_context(library, session, moment, c, published))


def _of_context(library: Library, session: Session, moment: datetime, context: Context, published: Sequence[Reading]) -> Iterable[Reading]:
    indicator = library.indicators[context.indicator]
    if not indicator.is_computed:
        levels = [level for _, level in library.levels() if level.id == context.by]
        return [r for r in published if r.indicator == indicator.id and r.origin == "real" and any(level.holds(r.entity) for level in levels)]
    return computed(library, session, moment, [indicator], by=[context.by], last=PERIODS_SHOWN)


def rounded(library: Library, session: Session, moment: datetime, published: Sequence[Reading]) -> tuple[Rounded, ...]:
    """Every published figure the packs hold beside its interval, for every period in which all are known."""
    wanted = [r for r in library.roundings if all(_usable(library, name) for name in (r.figure, r.low, r.high))]
    return tuple(line for r in wanted for line in _enclosed(library, session, moment, r, published))


def _enclosed(library: Library, session: Session, moment: datetime, rounding: Rounding, published: Sequence[Reading]) -> Iterable[Rounded]:
    from zhizao.judge.reconcile import enclose

    figures = sorted((r for r in published if (r.indicator, r.entity) == (rounding.figure, rounding.entity)), key=lambda r: (r.period, r.series))
    names = (rounding.figure, rounding.low, rounding.high)
    found = [r for name in names for r in computed(library, session, moment, [library.indicators[name]], of=[rounding.entity])] if figures else []
    known = {(r.indicator, str(r.period)): r.value for r in found}
    for figure in figures:
        values = [known.get((name, str(figure.period))) for name in names]
        recomputed, low, high = values
        if recomputed is not None and low is not None and high is not None:
            yield enclose(rounding, figure, recomputed, low, high)


def _usable(library: Library, name: str) -> bool:
    indicator = library.indicators.get(name)
    return indicator is not None and not blocking(library, indicator.place)
