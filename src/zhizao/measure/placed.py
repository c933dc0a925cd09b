"""The rows a question is about, each with its period, its places and its unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir

from zhizao.measure.barrier import tips_below
from zhizao.measure.calendar import PERIOD, label, within
from zhizao.measure.placement import Placement
from zhizao.measure.question import UNIT, Question
from zhizao.measure.signal.reads import names
from zhizao.measure.states.last import STAMP
from zhizao.model.entity import level_of
from zhizao.model.expression import Fold
from zhizao.model.period import Period, PeriodKind
from zhizao.model.quantity import SIGNALS
from zhizao.model.record import RecordType
from zhizao.store.contract import Session


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows with period, places and unit, and the fields of which every stored row is known to report something."""

    table: ir.Table
    filled: frozenset[str]

    def complete(self, needs: Iterable[str]) -> ir.BooleanValue | None:
        """Whether a row reports every field it must; None where there is nothing to ask."""
        flags = [self.table[name].notnull() for name in needs if name not in self.filled]
        return ibis.and_(*flags) if flags else None


def placed_rows(question: Question, session: Session, placement: Placement, periods: ir.Table) -> Rows:
    """The rows of the record type in the periods asked for, each with period, places and unit."""
    rows = session.relation(question.record, placement.known)
    filled = session.filled(question.record, placement.known)
    if question.record.id == SIGNALS:
        rows = rows.filter(rows["quantity"].isin(sorted({name for leaf in question.leaves for name in names(leaf.node)})))
    rows = in_periods(rows, question.record, placement, question.periods)
    if any(isinstance(t, Fold) and t.kind == "last" for leaf in question.leaves for t in (leaf.node, *tips_below(leaf))):
        rows = rows.mutate(**{STAMP: stamp(rows, question.record)})
    rows = of_units(rows, question, placement, periods)
    return Rows(placement.place(rows, question.record, periods, question.hierarchies, question.attribute), filled)


def labels(session: Session, placement: Placement, record: RecordType, kind: PeriodKind, until: datetime | None = None) -> list[str]:
    """Every period of a kind that holds a row; with ``until``, of rows that hold at instants that of the last one up to then, if there is any."""
    rows = session.relation(record, placement.known)
    if until is not None and rows[record.time].type().is_timestamp():
        last = rows.filter(rows[record.time] <= ibis.literal(until, "timestamp('UTC', 6)")).order_by(ibis.desc(record.time)).limit(1)
        return _labels(session, placement, record, kind, last) or _labels(session, placement, record, kind, rows)
    return _labels(session, placement, record, kind, rows)


def _labels(session: Session, placement: Placement, record: RecordType, kind: PeriodKind, rows: ir.Table) -> list[str]:
    rows = placement.zones.local(rows, record) if rows[record.time].type().is_timestamp() else rows
    found = session.fetch(rows.select(period=label(rows, record, kind)).distinct())
    return [text for text in found.column("period").to_pylist() if text]


def in_periods(rows: ir.Table, record: RecordType, placement: Placement, periods: Sequence[Period]) -> ir.Table:
    """The rows that fall into periods of one kind, on the clocks of what each is about, with the period of each."""
    if periods[0].kind == "shift" and record.period != "shift":
        return placement.shifts.labelled(rows, record, periods)
    if rows[record.time].type().is_timestamp():  # no other time depends on clocks, which are not looked up in vain
        rows = placement.zones.local(within(rows, record, periods, placement.zones.names), record)
    elif rows[record.time].type().is_date():
        rows = within(rows, record, periods)
    rows = rows.mutate(**{PERIOD: label(rows, record, periods[0].kind)})
    return rows.filter(_asked(rows[PERIOD], periods))


def _asked(period: ir.StringValue, periods: Sequence[Period]) -> ir.BooleanValue:
    """Whether a row's period is asked for; of a whole stretch only the ends are compared, and what else lies there gets no name later."""
    first, last = min(periods), max(periods)
    if first.kind != "shift" and len(periods) == len(first.through(last)):
        return period.between(str(first), str(last))
    return period.isin([str(p) for p in periods])


def stamp(rows: ir.Table, record: RecordType) -> ir.StringValue:
    """What orders rows in time, whatever order they came in: when they hold, then their key."""
    parts = [rows[name].cast("string").fill_null("") for name in (record.time, *record.key)]
    return parts[0].concat(*(part for other in parts[1:] for part in ("|", other)))


def of_units(rows: ir.Table, question: Question, placement: Placement, periods: ir.Table) -> ir.Table:
    """The rows with the unit each is about, where units are asked for: only those of the units, or inside the unit, that are meant."""
    if question.inside:
        rows = placement.unit(rows, question.record, level_of(question.inside), "_inside", periods)
        rows = rows.filter(rows["_inside"] == question.inside).drop("_inside")
    if not question.unit_level:
        return rows
    rows = placement.unit(rows, question.record, question.unit_level, UNIT, periods)
    return rows.filter(rows[UNIT].isin(question.units)) if question.units else rows.filter(rows[UNIT].notnull())
