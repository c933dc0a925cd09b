"""Pooled rates that move against all their parts get a warning beside the figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from zhizao.model.expression import Fold, Op
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.value import Known, Value
from zhizao.store.contract import Session

if TYPE_CHECKING:
    from zhizao.judge.pooled import Ratio

CODE = "simpson"
_TOP, _BOTTOM = "_numerator", "_denominator"


def flagged(library: Library, session: Session, known: Known, now: datetime, indicator: Indicator, values: Sequence[Value]) -> list[Value]:
    """The values, each with a warning where it moved one way since the period before while every sector or region moved the other.

    Only a plain ratio of two folds is pooled; any other formula, and a value without figure, is left as it is.
    """
    wanted = [v for v in values if v.status == "ok"]
    if not wanted or not _is_pooled(indicator):
        return list(values)
    levels = [level.id for h, level in library.levels() if h.cover == "partition" and h.places and level.id != "nation"]
    taken = _Taken(_halved(library, indicator), session, known, now)
    return [replace(v, warnings=(*v.warnings, CODE)) if v in wanted and any(taken.contradicts(v, level) for level in levels) else v for v in values]


def _is_pooled(indicator: Indicator) -> bool:
    tree = indicator.tree
    return isinstance(tree, Op) and tree.op == "/" and all(isinstance(part, Fold) and part.kind in ("sum", "count") for part in tree.args)


def _halved(library: Library, indicator: Indicator) -> Library:
    """The library with numerator and denominator of the rate as indicators of their own."""
    assert isinstance(indicator.tree, Op), "asked only of pooled rates"
    top, bottom = indicator.tree.args
    halves = {name: replace(indicator, id=name, tree=tree, factor=Decimal(1), decimals=12) for name, tree in ((_TOP, top), (_BOTTOM, bottom))}
    return replace(library, indicators={**library.indicators, **halves})


class _Taken:
    """Rates taken apart by level, in one session."""

    def __init__(self, library: Library, session: Session, known: Known, now: datetime) -> None:
        from zhizao.measure.measure import Measurement

        self.measurement = Measurement(library, session, known, now)

    def contradicts(self, value: Value, level: str) -> bool:
        from zhizao.judge.pooled import pooled_against_within

        before, after = (self._parts(value.entity, period, level) for period in (value.period.shifted(-1), value.period))
        return len(after) > 1 and pooled_against_within(before, after) is not None

    def _parts(self, entity: str, period: Period, level: str) -> dict[str, Ratio]:
        from zhizao.judge.pooled import Ratio

        values = self.measurement.values([_TOP, _BOTTOM], of=[entity], by=[level], periods=[period])
        amounts = {(v.indicator, v.entity): v.value for v in values if v.value is not None}
        parts = {entity for half, entity in amounts if half == _BOTTOM and (_TOP, entity) in amounts}
        return {part: Ratio(amounts[_TOP, part] or 0, amounts[_BOTTOM, part] or 0) for part in parts}
