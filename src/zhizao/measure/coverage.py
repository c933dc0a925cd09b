"""Coverage: which units were due to answer, where they lie, and what those that did not answer weigh."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import numpy as np

from zhizao.measure.calendar import PERIOD, label
from zhizao.measure.cells import ROWS, Cells, Question, of_units
from zhizao.measure.estimate import Estimate, Estimates, read_floats, settled
from zhizao.measure.frame import Frame
from zhizao.measure.leaf import Leaf
from zhizao.measure.merged import Merged
from zhizao.measure.placement import Placement
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period
from zhizao.store.contract import Session

DUE = "_due"
DECIMALS = 6
"""Of coverage as printed."""


def due(cells: Cells, session: Session, placement: Placement, periods: ir.Table) -> ir.Table | None:
    """The number of units due in each place and period, with the weight of those that did not answer.

    A unit is due where it belongs to the plan's hierarchies in the period. The weight of a silent unit is the last one it reported.
    None where the facts are not about units that belong anywhere.
    """
    question = cells.question
    placed = _placed(question, placement, periods)
    if placed is None:
        return None
    keys = [name for name in question.keys if name in placed.columns]
    counted = placed.group_by(keys).aggregate(**{DUE: placed.count()})
    counted = session.keep("due", counted if PERIOD in keys else counted.cross_join(periods.select(PERIOD)))
    if not question.weights or not _anyone_silent(cells, session, counted, periods):
        return counted
    placed = session.hold("units", placed)
    expected = placed if PERIOD in keys else placed.cross_join(periods.select(PERIOD))
    return session.keep("due", _with_silent_weight(question, session, placement, expected, counted))


def _placed(question: Question, placement: Placement, periods: ir.Table) -> ir.Table | None:
    """Every unit of the record's level that belongs somewhere, with its places; in each period where belonging begins or ends.

    None where the facts are not about units that report once, or no unit belongs anywhere.
    """
    record, level = question.record, question.record.level
    reports_once = set(record.key) == {record.entity, record.time} and record.period == question.periods[0].kind
    if not level or not reports_once or any(level == lv.prefix for h in placement.hierarchies for lv in h.levels):
        return None
    known = placement.memberships.directory(question.hierarchies, question.attribute)
    if known is None:
        return None
    units = known.filter(known.child.startswith(f"{level}:")).rename({record.entity: "child"})
    if not placement.memberships.is_dated(question.hierarchies):
        units = of_units(units, question, placement, periods)
        places = {name: ibis.coalesce(units[name], "") if name in units.columns else ibis.literal("") for name in question.places}
        return units.mutate(**places)
    each = units.select(record.entity).distinct().cross_join(periods.select(PERIOD))
    placed = placement.place(of_units(each, question, placement, periods), record, periods, question.hierarchies, question.attribute)
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
    """The coverage of one indicator: answered over due, by count and by weight, in whole steps; None where nothing was due."""

    def __init__(self, indicator: Indicator, leaf: Leaf, frame: Frame) -> None:
        self._frame, self._by, self._weight = frame, Estimates(frame), indicator.weight
        self._answers = leaf.answers

    def counts(self, period: Period) -> list[int | None]:
        """The share of units, or of rows where there are more than were due."""
        rows, units = self._read(ROWS, period), self._read(DUE, period)
        whole = Estimate(np.maximum(rows.value, units.value), np.maximum(rows.error, units.error), rows.known)
        return self._share(self._read(self._answers, period), whole, (self._answers,), ((ROWS,), (DUE,)), period)

    def weights(self, period: Period) -> list[int | None]:
        """The share of what the units weigh; a silent unit weighs what it last reported."""
        if not self._weight:
            return [None] * len(self._frame.entities)
        answered, told, silent = f"{self._answers}_w_{self._weight}", f"w_{self._weight}", f"{DUE}_w_{self._weight}"
        whole = self._by.plus(self._read(told, period), self._read(silent, period))
        return self._share(self._read(answered, period), whole, (answered,), ((told, silent),), period)

    def _read(self, name: str, period: Period) -> Estimate:
        return read_floats(self._frame.floats(name, period, counts=True))

    def _share(
        self, part: Estimate, whole: Estimate, parts: Sequence[str], wholes: Sequence[Sequence[str]], period: Period
    ) -> list[int | None]:
        """Part over whole; where that is in doubt, from the sums of the named columns (the greatest of several wholes)."""

        def exactly(doubtful: list[int]) -> list[int | None]:
            sums = [self._sums(names, period, doubtful) for names in (parts, *wholes)]
            return [_share(top, max(bottoms)) for top, *bottoms in zip(*sums, strict=True)]

        return settled(self._by.over(part, whole, "undefined"), Decimal(1), DECIMALS, exactly)

    def _sums(self, names: Sequence[str], period: Period, entities: list[int]) -> list[Decimal]:
        merged = self._frame.merged.get(period.kind, Merged())
        keys = [(self._frame.entities[i], str(period)) for i in entities]
        return [sum((Decimal(merged.get(name, key) or 0) for name in names), Decimal(0)) for key in keys]


def _share(part: Decimal, whole: Decimal) -> int | None:
    return int((part / whole).scaleb(DECIMALS).to_integral_value()) if whole else None
