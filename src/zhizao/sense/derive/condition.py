"""Conditions over the values that hold at one moment."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from zhizao.model.expression import FieldRef, Literal_, Row, RowOp
from zhizao.sense.derive.series import Known

Moment = Mapping[str, Known]
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_RECKON: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def holds(row: Row, moment: Moment) -> bool:
    """Whether a condition is true; comparing with what is not known is false.

    Example:
        >>> row = RowOp("and", (RowOp("==", (FieldRef("mode"), Literal_("AUTO"))), RowOp(">", (FieldRef("speed"), Literal_(Decimal(0))))))
        >>> [holds(row, {"mode": mode, "speed": Decimal(5)}) for mode in ("AUTO", "MDI", None)]
        [True, False, False]
    """
    match row:
        case Literal_(value=value):
            return value is True
        case RowOp(op="and"):
            return all(holds(arg, moment) for arg in row.args)
        case RowOp(op="or"):
            return any(holds(arg, moment) for arg in row.args)
        case RowOp(op="not"):
            return not holds(row.args[0], moment)
        case RowOp(op="reported"):
            return _value(row.args[0], moment) is not None
        case RowOp(op="in"):
            first, *others = (_value(arg, moment) for arg in row.args)
            return first is not None and first in others
        case RowOp(op=op) if op in _COMPARE:
            return _compared(op, *(_value(arg, moment) for arg in row.args))
        case _:
            return False


def _compared(op: str, a: object, b: object) -> bool:
    return type(a) is type(b) and a is not None and _COMPARE[op](a, b)


def _value(row: Row, moment: Moment) -> object:
    """The value of a part of a condition; None where it is not known."""
    match row:
        case FieldRef(name=name):
            return moment.get(name)
        case Literal_(value=value):
            return value
        case RowOp(op="neg", args=(one,)):
            found = _value(one, moment)
            return -found if isinstance(found, Decimal) else None
        case RowOp(op=op, args=args) if op in _RECKON:
            a, b = (_value(arg, moment) for arg in args)
            return _RECKON[op](a, b) if isinstance(a, Decimal) and isinstance(b, Decimal) else None
        case _:
            return holds(row, moment)
