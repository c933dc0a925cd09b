"""Pooled rates that move against all their parts get a warning beside the figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, TypeVar

from zhizao.model.expression import Fold, Op
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.value import Known, Value
from zhizao.store.contract import Session

if TYPE_CHECKING:
    from zhizao.judge.pooled import Ratio

CODE = "simpson"
TOP, BOTTOM = "_numerator_", "_denominator_"

Figure = TypeVar("Figure", bound=Value | Reading)


def flagged(library: Library, session: Session, known: Known, now: datetime, figures: Sequence[Figure]) -> list[Figure]:
    """The figures, each with a warning where it moved one way since the period before while every sector or region moved the other.

    Only a plain ratio of two folds is pooled; any other formula, and a value without figure, is left as it is. All are computed from
    one record type, for one kind of period.
    """
    pooled = {f.indicator: library.indicators[f.indicator] for f in figures if f.value is not None and _is_pooled(library.indicators[f.indicator])}
    wanted = [f for f in figures if f.value is not None and f.indicator in pooled]
    if not wanted:
        return list(figures)
    levels = [level.id for h, level in library.levels() if h.cover == "partition" and h.places and level.id != "nation"]
    taken = _Taken(_halved(library, pooled.values()), session, known, now)
    against: set[Figure] = set()
    for entity, level in product(dict.fromkeys(f.entity for f in wanted), levels):
        against.update(taken.against([f for f in wanted if f.entity == entity], level))
    return [replace(f, warnings=(*f.warnings, CODE)) if f in against else f for f in figures]


def _is_pooled(indicator: Indicator) -> bool:
    tree = indicator.tree
    return isinstance(tree, Op) and tree.op == "/" and all(isinstance(part, Fold) and part.kind in ("sum", "count") and not part.record for part in tree.args)


def _halved(library: Library, pooled: Iterable[Indicator]) -> Library:
    """The library with numerator and denominator of each rate as indicators of their own."""
    halves = {
        half + indicator.id: replace(indicator, id=half + indicator.id, tree=part, factor=Decimal(1), decimals=12)
        for indicator in pooled
        if isinstance(indicator.tree, Op)
        for half, part in zip((TOP, BOTTOM), indicator.tree.args, strict=True)
    }
    return replace(library, indicators={**library.indicators, **halves})


class _Taken:
    """Rates taken apart by level, in one session."""

    def __init__(self, library: Library, session: Session, known: Known, now: datetime) -> None:
        from zhizao.measure.measure import Measurement

        self.measurement = Measurement(library, session, known, now)

    def against(self, figures: Sequence[Figure], level: str) -> list[Figure]:
        """Of the figures of one entity, those that moved against all their parts on a level."""
        from zhizao.judge.pooled import pooled_against_within

        parts = self._parts(figures, level)
        pairs = [(f, parts.get((f.indicator, f.period.shifted(-1)), {}), parts.get((f.indicator, f.period), {})) for f in figures]
        return [f for f, before, after in pairs if len(after) > 1 and pooled_against_within(before, after) is not None]

    def _parts(self, figures: Sequence[Figure], level: str) -> Mapping[tuple[str, Period], Mapping[str, Ratio]]:
        """The contribution of every part to each rate, in each period it is compared in: all asked for at once."""
        from zhizao.judge.pooled import Ratio

        halves = [half + name for name in sorted({f.indicator for f in figures}) for half in (TOP, BOTTOM)]
        periods = sorted({p for f in figures for p in (f.period.shifted(-1), f.period)})
        values = self.measurement.values(halves, of=[figures[0].entity], by=[level], periods=periods)
        amounts = {(v.indicator, v.period, v.entity): v.value for v in values if v.value is not None}
        found: dict[tuple[str, Period], dict[str, Ratio]] = {}
        for (name, period, part), bottom in amounts.items():
            indicator = name.removeprefix(BOTTOM)
            if name != indicator and (top := amounts.get((TOP + indicator, period, part))) is not None:
                found.setdefault((indicator, period), {})[part] = Ratio(top, bottom)
        return found
