"""Stretches: each point with the time for which it holds, and how far a counter had risen at it."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from zhizao.measure.signal.grid import Grid
from zhizao.measure.signal.points import AT, HORIZON, LIMIT, QUANTITY, STEPS, WORDS
from zhizao.model.quantity import Quantity

NEXT, UNTIL, RISE = "_next", "_until", "_rise"


def stretches(points: ir.Table, keys: Sequence[str], quantities: Sequence[Quantity], grid: Grid, *, rising: bool = False) -> ir.Table:
    """Points with their end (_until), the time of the next (_next) and, where asked for, the rise since the one before (_rise).

    A value holds until the next point of its signal, the last until its source was last heard of; no longer than its quantity allows.
    A counter that fell began again from zero; what was not known in between is passed over.
    """
    signal = ibis.window(group_by=list(keys), order_by=AT)
    rows = points.mutate(**{NEXT: points[AT].lead().over(signal)})
    until = ibis.coalesce(rows[NEXT], ibis.greatest(rows[AT], ibis.least(rows[HORIZON], grid.end)))
    if any(q.hold_us for q in quantities):
        until = ibis.least(until, rows[AT] + _holds(rows, quantities))
    if LIMIT in rows.columns:
        until = ibis.least(until, rows[LIMIT])
    says = rows[STEPS].notnull() | rows[WORDS].notnull()
    added = {UNTIL: ibis.ifelse(says, until, rows[AT])}
    if rising:
        # Points that say nothing are partitioned away, so that the one before is the last that said something.
        added[RISE] = rows[STEPS].lag().over(ibis.window(group_by=[*keys, says], order_by=AT))
    rows = rows.mutate(**added).drop(HORIZON, *({LIMIT} & set(rows.columns)))
    return rows.mutate(**{RISE: _risen(rows)}) if rising else rows


def _holds(rows: ir.Table, quantities: Sequence[Quantity]) -> ir.IntegerValue:
    """How long a value is trusted; without a limit null, which the least of two passes over."""
    return ibis.cases(*((rows[QUANTITY] == q.id, ibis.literal(q.hold_us, "int64")) for q in quantities if q.hold_us), else_=ibis.null("int64"))


def _risen(rows: ir.Table) -> ir.IntegerColumn:
    """From the value before to this one; all of this one where it fell in between."""
    now, before = rows[STEPS], rows[RISE]
    return ibis.ifelse(now >= before, now - before, ibis.ifelse(before.notnull(), now, ibis.null("int64")))
