"""Conditions over the values that hold at one moment; they mean what they mean in a formula over signals."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from zhizao.model.expression import FieldRef, Literal_, Row, RowOp

Held = Decimal | str | None
"""A value as it is compared: a number, or a word; None where it is not known."""
Moment = Mapping[str, Held]
"""What holds at one moment, by quantity."""
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_RECKON: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def holds(row: Row, moment: Moment) -> bool:
    """Whether a condition is true; where what it needs is not known, it is not.

    Example:
        >>> row = RowOp("and", (RowOp("==", (FieldRef("mode"), Literal_("AUTO"))), RowOp(">", (FieldRef("speed"), Literal_(Decimal(0))))))
        >>> [holds(row, {"mode": mode, "speed": Decimal(5)}) for mode in ("AUTO", "MDI", None)]
        [True, False, False]
    """
    return _truth(row, moment) is True


def _truth(row: Row, moment: Moment) -> bool | None:
    """True, false, or not known: not knowing one side of ``or`` matters only where the other is false."""
    match row:
        case RowOp(op="and"):
            return _least(_truth(arg, moment) for arg in row.args)
        case RowOp(op="or"):
            return _not(_least(_not(_truth(arg, moment)) for arg in row.args))
        case RowOp(op="not"):
            return _not(_truth(row.args[0], moment))
        case RowOp(op="reported"):
            return _value(row.args[0], moment) is not None
        case RowOp(op="in"):
            first, *others = (_value(arg, moment) for arg in row.args)
            return None if first is None else first in others
        case RowOp(op=op) if op in _COMPARE:
            a, b = (_value(arg, moment) for arg in row.args)
            return None if a is None or b is None else type(a) is type(b) and _COMPARE[op](a, b)
        case _:
            found = _value(row, moment)
            return found if isinstance(found, bool) else None


def _least(truths: Iterable[bool | None]) -> bool | None:
    found = set(truths)
    return False if False in found else None if None in found else True


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


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
            return _truth(row, moment)
