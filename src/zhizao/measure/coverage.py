"""Coverage: which units were due to answer, where they lie, and what those that did not answer weigh."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from zhizao.measure.calendar import PERIOD, label
from zhizao.measure.cells import ROWS, Cells, Question, of_units
from zhizao.measure.leaf import Leaf
from zhizao.measure.placement import Placement
from zhizao.measure.rollup import Key, Merged
from zhizao.model.indicator import Indicator
from zhizao.model.value import Coverage
from zhizao.store.contract import Session

DUE = "_due"
STEP = Decimal("0.000001")
"""The step coverage is printed in."""
WHOLE = Decimal("1.000000")
NOTHING_DUE = Coverage()


def due(cells: Cells, session: Session, placement: Placement, periods: ir.Table) -> ir.Table | None:
    """The number of units due in each place and period, with the weight of those that did not answer.

    A unit is due where it belongs to the plan's hierarchies in the period. The weight of a silent unit is the last one it reported.
    None where the facts are not about units that belong anywhere.
    """
    question = cells.question
    units = _units(question, placement)
    if units is None:
        return None
    placed = session.hold("units", _placed(question, placement, units, periods))
    keys = [name for name in question.keys if name in placed.columns]
    counted = placed.group_by(keys).aggregate(**{DUE: placed.count()})
    counted = counted if PERIOD in keys else counted.cross_join(periods.select(PERIOD))
    if question.weights and _anyone_silent(cells, session, counted, periods):
        expected = placed if PERIOD in keys else placed.cross_join(periods.select(PERIOD))
        counted = _with_silent_weight(question, session, placement, expected, counted)
    return session.hold("due", counted)


def _units(question: Question, placement: Placement) -> ir.Table | None:
    """Every unit of the record's level that any hierarchy knows."""
    record, level = question.record, question.record.level
    reports_once = set(record.key) == {record.entity, record.time} and record.period == question.periods[0].kind
    if not level or not reports_once or any(level == lv.prefix for h in placement.hierarchies for lv in h.levels):
        return None
    known = placement.memberships.directory(question.hierarchies, question.attribute)
    if known is None:
        return None
    return known.filter(known.child.startswith(f"{level}:")).select(**{record.entity: known.child}).distinct()


def _placed(question: Question, placement: Placement, units: ir.Table, periods: ir.Table) -> ir.Table:
    """Every unit that belongs somewhere, with its places; in each period where belonging begins or ends."""
    if placement.memberships.is_dated(question.hierarchies):
        units = units.cross_join(periods.select(PERIOD))
    units = of_units(units, question, placement, periods)
    placed = placement.place(units, question.record, periods, question.hierarchies, question.attribute)
    return placed.filter(ibis.or_(*(placed[name] != "" for name in question.places)))


def _anyone_silent(cells: Cells, session: Session, counted: ir.Table, periods: ir.Table) -> bool:
    """Whether fewer rows came from units that belong somewhere than were due."""
    plain = cells.plain.semi_join(periods, PERIOD)
    nowhere = ibis.and_(*(plain[name] == "" for name in cells.question.places))
    answered = plain.filter(~nowhere).aggregate(answered=plain[ROWS].sum())
    row = session.fetch(counted.aggregate(due=counted[DUE].sum()).cross_join(answered)).to_pylist()[0]
    return int(row["due"] or 0) > int(row["answered"] or 0)


def _with_silent_weight(question: Question, session: Session, placement: Placement, expected: ir.Table, counted: ir.Table) -> ir.Table:
    record = question.record
    facts = session.relation(record, placement.known)
    facts = facts.select(
        _of=facts[record.entity], _in=label(facts, record, question.periods[0].kind), **{f"_{w}": facts[w] for w in question.weights}
    )
    silent = session.hold("silent", expected.anti_join(facts, [expected[record.entity] == facts._of, expected[PERIOD] == facts._in]))
    earlier = _earlier(silent, facts, record.entity)
    last = earlier.group_by([record.entity, *question.keys]).aggregate(
        **{w: earlier[f"_{w}"].argmax(earlier["_in"], where=earlier[f"_{w}"].notnull()) for w in question.weights}
    )
    weights = last.group_by(list(question.keys)).aggregate(**{f"{DUE}_w_{w}": last[w].sum() for w in question.weights})
    joined = counted.left_join(weights, list(question.keys))
    return joined.select(*question.keys, DUE, *(f"{DUE}_w_{w}" for w in question.weights))


def _earlier(silent: ir.Table, facts: ir.Table, entity: str) -> ir.Table:
    """The silent units with every fact they reported in an earlier period."""
    joined = silent.join(facts, silent[entity] == facts._of)
    return joined.filter(joined["_in"] < joined[PERIOD])


class Covered:
    """The coverage of one indicator in one period, entity by entity."""

    def __init__(self, indicator: Indicator, leaf: Sequence[Leaf], merged: Merged, period: str) -> None:
        none: dict[Key, Any] = {}
        counts, answers, weight = merged.counts, leaf[0].answers if leaf else "", indicator.weight
        self._period = period
        self._rows, self._due = counts.get(ROWS, none), counts.get(DUE, none)
        self._answered = counts.get(answers, none)
        self._weighs = bool(weight)
        self._weight, self._silent = counts.get(f"w_{weight}", none), counts.get(f"{DUE}_w_{weight}", none)
        self._answered_weight = counts.get(f"{answers}_w_{weight}", none)

    def of(self, entity: str) -> Coverage:
        """Answered over due, by count and by weight; nothing where nothing was due."""
        key = (entity, self._period)
        units = max(self._due.get(key) or 0, self._rows.get(key) or 0)
        if not units:
            return NOTHING_DUE
        whole = (self._weight.get(key) or 0) + (self._silent.get(key) or 0) if self._weighs else 0
        return Coverage(
            count=_share(self._answered.get(key) or 0, units),
            weight=_share(self._answered_weight.get(key) or 0, whole) if whole else None,
        )


def _share(part: int | Decimal, whole: int | Decimal) -> Decimal:
    return WHOLE if part == whole else (Decimal(part) / whole).quantize(STEP)
