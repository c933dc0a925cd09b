"""Row expressions: what a formula says about one record, as a column of an engine."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from zhizao.model.expression import FieldRef, Literal_, Row, RowOp, walk
from zhizao.model.indicator import Missing

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "and": operator.and_,
    "or": operator.or_,
}


def column(row: Row, rows: ir.Table | Mapping[str, ir.Column], missing: Missing) -> Any:
    """The column a row expression means; truth values count as 0 and 1 where they are summed."""
    match row:
        case FieldRef(name=name):
            return _field(rows[name], missing)
        case Literal_(value=value):
            return _literal(value)
        case RowOp(op="reported", args=(FieldRef(name=name),)):
            return rows[name].notnull()
        case RowOp(op="not", args=(one,)):
            return ~column(one, rows, missing)
        case RowOp(op="neg", args=(one,)):
            return -column(one, rows, missing)
        case RowOp(op="in", args=(one, *rest)):
            return column(one, rows, missing).isin([_python(r) for r in rest])
        case RowOp(op=op, args=args):
            return reduce(_BINARY[op], (column(a, rows, missing) for a in args))


def number(row: Row, rows: ir.Table, missing: Missing) -> Any:
    """A row expression as a number: truth as 0 and 1."""
    found = column(row, rows, missing)
    return found.cast("int64") if found.type().is_boolean() else found


def fields_needed(row: Row | None) -> frozenset[str]:
    """The fields a row must report for the expression to mean something; ``reported(x)`` needs nothing."""
    if row is None:
        return frozenset()
    questions = [node for node in walk(row) if isinstance(node, RowOp) and node.op == "reported"]
    asked = {arg.name for node in questions for arg in node.args if isinstance(arg, FieldRef)}
    used = [node.name for node in walk(row) if isinstance(node, FieldRef)]
    return frozenset(name for name in used if name not in asked or used.count(name) > 1)


def _field(field: ir.Column, missing: Missing) -> Any:
    return field.fill_null(0) if missing == "zero" and field.type().is_numeric() else field


def _python(row: Row) -> Any:
    assert isinstance(row, Literal_)
    return int(row.value) if isinstance(row.value, Decimal) and row.value == int(row.value) else row.value


def _literal(value: Decimal | str | bool) -> Any:
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        places = -int(value.as_tuple().exponent)
        return ibis.literal(int(value), "int64") if whole else ibis.literal(f"{value:f}").cast(f"decimal(18, {places})")
    return ibis.literal(value)
