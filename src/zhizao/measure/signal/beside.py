"""Several signals of an entity side by side: at each moment the value of each that holds."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from zhizao.measure.signal.points import AT, QUANTITY, STEPS, WORDS
from zhizao.measure.signal.stretches import NEXT, RISE, UNTIL
from zhizao.model.quantity import Quantity


def beside(stretches: ir.Table, entity: str, quantities: Sequence[Quantity]) -> ir.Table:
    """A row from each moment at which any of the signals changes or ends, with the value of each: null where it is not known.

    At the last moment of all, what held until then counts as known, so that the last point of a signal is seen with the others.
    """
    says = stretches[STEPS].notnull() | stretches[WORDS].notnull()
    own = stretches.mutate(**{UNTIL: ibis.ifelse(says, stretches[UNTIL], stretches[AT] - 1)})
    events = own.drop(NEXT).union(_ends(stretches, says))
    at_last = events[AT].max().over(ibis.window(group_by=entity))
    until_now = ibis.range_window(group_by=entity, order_by=AT, preceding=None, following=0)
    columns = {UNTIL: ibis.coalesce(events[AT].lead().over(ibis.window(group_by=entity, order_by=AT)), events[AT]), "_final": at_last}
    for q in quantities:
        mine = events[QUANTITY] == q.id
        name = STEPS if q.is_number else WORDS
        columns[f"{q.id}{name}"] = _where(mine, events[name]).last().over(until_now)
        columns[f"{q.id}{UNTIL}"] = _where(mine, events[UNTIL]).last().over(until_now)
    kept = [entity, QUANTITY, AT, *([RISE] if RISE in events.columns else [])]
    rows = events.select(*kept, **columns)
    return rows.mutate(**{f"{q.id}{name}": _known(rows, q, name) for q in quantities for name in (STEPS if q.is_number else WORDS,)}).drop(
        "_final", *(f"{q.id}{UNTIL}" for q in quantities)
    )


def _ends(stretches: ir.Table, says: ir.BooleanColumn) -> ir.Table:
    """The moments at which a value ends before another is said."""
    ends = stretches.filter(says & (stretches[NEXT].isnull() | (stretches[UNTIL] < stretches[NEXT])))
    nothing = {name: ibis.null(ends[name].type()) for name in ends.columns if name in (STEPS, WORDS, RISE, UNTIL)}
    return ends.mutate(**{AT: ends[UNTIL], QUANTITY: ibis.literal(""), **nothing}).drop(NEXT)


def _known(rows: ir.Table, quantity: Quantity, name: str) -> ir.Column:
    value, until, at = rows[f"{quantity.id}{name}"], rows[f"{quantity.id}{UNTIL}"], rows[AT]
    return _where((until > at) | ((until == at) & (at == rows["_final"])), value)


def _where(condition: ir.BooleanValue, value: ir.Column) -> ir.Column:
    return ibis.ifelse(condition, value, ibis.null(value.type()))
