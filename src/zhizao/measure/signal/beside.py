"""Several signals side by side: at each moment what each of them says."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from zhizao.measure.signal.points import AT, OWN, QUANTITY, STEPS, WORDS
from zhizao.measure.signal.stretches import NEXT, RISE, UNTIL
from zhizao.model.quantity import Quantity

THEN = "_then"
"""Marks the column of a value at the very moment, where what held up to it counts."""


def beside(stretches: ir.Table, entity: str, quantities: Sequence[Quantity]) -> ir.Table:
    """A row for each moment at which any of an entity's signals changes or ends, until the next, with what each of them says.

    Shape:
        entity, _at, _until, and for each quantity its value from then on, its value at the very moment, whether it was said then, its rise
    """
    rows = moments(stretches, [entity])
    for q in quantities:
        joined = at_moments(rows, stretches.filter(stretches[QUANTITY] == q.id), [entity])
        value = STEPS if q.is_number else WORDS
        found = {f"{q.id}{value}": holding(joined, value), f"{q.id}{THEN}": _where(joined["_to"] >= joined[AT], joined[f"_{value}"])}
        said = {f"{q.id}{name}": _where(joined["_since"] == joined[AT], joined[f"_{name}"]) for name in (OWN, RISE) if name in stretches.columns}
        rows = joined.select(*rows.columns, **found, **said)
    return rows


def moments(stretches: ir.Table, keys: Sequence[str]) -> ir.Table:
    """The moments at which something is said or ends, each once, with the next."""
    ended = stretches.filter(stretches[NEXT].isnull() | (stretches[UNTIL] < stretches[NEXT]))
    each = stretches.select(*keys, AT).union(ended.select(*keys, **{AT: ended[UNTIL]})).distinct()
    return each.mutate(**{UNTIL: each[AT].lead().over(ibis.window(group_by=list(keys), order_by=AT))})


def at_moments(rows: ir.Table, stretches: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Moments with the stretch that began last: its time from ``_since`` to ``_to``, its other columns under names with one more ``_``."""
    names = {name: f"_{name}" for name in (STEPS, WORDS, OWN, RISE) if name in stretches.columns}
    other = stretches.select(**{f"_{key}": key for key in keys}, _since=AT, _to=UNTIL, **{new: name for name, new in names.items()})
    joined = rows.asof_join(other, rows[AT] >= other["_since"], predicates=[rows[key] == other[f"_{key}"] for key in keys])
    return joined.drop(*(f"_{key}" for key in keys))


def holding(joined: ir.Table, name: str) -> ir.Column:
    """What the stretch says, where it goes on beyond the moment."""
    return _where(joined["_to"] > joined[AT], joined[f"_{name}"])


def _where(condition: ir.BooleanValue, value: ir.Column) -> ir.Column:
    return ibis.ifelse(condition, value, ibis.null(value.type()))
