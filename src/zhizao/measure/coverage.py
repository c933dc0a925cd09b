"""Coverage: which units were due to answer, where they lie, and what those that did not answer weigh."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from zhizao.measure.calendar import PERIOD, label
from zhizao.measure.cells import ROWS, UNIT, Cells, Question
from zhizao.measure.placement import Placement
from zhizao.store.contract import Session

DUE = "_due"


def due(cells: Cells, session: Session, placement: Placement, periods: ir.Table) -> ir.Table | None:
    """The number of units due in each place and period, with the weight of those that did not answer.

    A unit is due where it belongs to the plan's hierarchies in the period. The weight of a silent unit is the last one it reported.
    None where the facts are not about units that belong anywhere.
    """
    question = cells.question
    units = _units(question, placement)
    if units is None:
        return None
    expected = session.hold("expected", _expected(question, placement, units, periods))
    counted = expected.group_by(list(question.keys)).aggregate(**{DUE: expected.count()})
    if not question.weights or not _anyone_silent(cells, session, expected):
        return session.hold("due", counted)
    return session.hold("due", _with_silent_weight(question, session, placement, expected, counted))


def _units(question: Question, placement: Placement) -> ir.Table | None:
    """Every unit of the record's level that any hierarchy knows."""
    record, level = question.record, question.record.level
    if not level or any(level == lv.prefix for h in placement.hierarchies for lv in h.levels):
        return None
    edges = [placement.effective(h.relation, "place") for h in question.hierarchies]
    known = [e.filter(e.child.startswith(f"{level}:")).select(**{record.entity: e.child}) for e in edges if e is not None]
    if not known:
        return None
    units = known[0] if len(known) == 1 else ibis.union(*known)
    return units.distinct()


def _expected(question: Question, placement: Placement, units: ir.Table, periods: ir.Table) -> ir.Table:
    """Every unit in every period in which it belongs somewhere, with its places."""
    attribute = "seat" if question.attribute == "seat" else "place"
    spread = units.cross_join(periods.select(PERIOD))
    if question.unit_level:
        spread = placement.with_host(spread, question.record, question.unit_level)
        spread = spread.mutate(**{UNIT: placement.unit(spread, question.record, question.unit_level)})
        spread = spread.filter(spread[UNIT].isin(question.units)) if question.units else spread.filter(spread[UNIT].notnull())
    placed = placement.place(spread, question.record, periods, question.hierarchies, attribute)  # type: ignore[arg-type]
    placed = placed.filter(ibis.or_(*(placed[name].notnull() for name in question.places)))
    return placed.mutate(**{name: placed[name].fill_null("") for name in question.places})


def _anyone_silent(cells: Cells, session: Session, expected: ir.Table) -> bool:
    wanted = int(session.fetch(expected.aggregate(n=expected.count()))["n"][0].as_py())
    plain = cells.plain
    nowhere = ibis.and_(*(plain[name] == "" for name in cells.question.places)) if cells.question.places else ibis.literal(False)
    answered = session.fetch(plain.filter(~nowhere).aggregate(n=plain[ROWS].sum()))["n"][0].as_py()
    return wanted > int(answered or 0)


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
