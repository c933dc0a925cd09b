"""Conditions over named inputs, in exact decimals and three truth values: what is not known makes nothing true, and nothing false."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any

from zhizao.model.expression import FieldRef, Literal_, Row, RowOp
from zhizao.model.warning import Input
from zhizao.model.written import written

Inputs = Mapping[str, Input]

_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": add, "-": sub, "*": mul, "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip
_GREATER, _LESS = (">", ">="), ("<", "<=")
COMPARED = ("==", "!=", *_LESS, *_GREATER)


@dataclass(frozen=True, slots=True)
class Tested:
    """One comparison of a condition as it came out; ``margin`` is how far beyond its threshold the figure is, below zero short of it."""

    text: str
    left: Input
    right: Input
    holds: bool | None
    margin: Decimal | None


def holds(row: Row, inputs: Inputs) -> bool | None:
    """Whether a condition holds; None where what is known does not tell.

    Example:
        >>> from zhizao.model.expression import FieldRef, Literal_, RowOp
        >>> low = RowOp("<", (FieldRef("p"), Literal_(Decimal("0.5"))))
        >>> holds(low, {"p": Decimal("0.3")}), holds(low, {"p": None}), holds(RowOp("or", (low, Literal_(True))), {})
        (True, None, True)
    """
    found = value(row, inputs)
    return found if isinstance(found, bool) else None


def value(row: Row, inputs: Inputs) -> Input:
    """What a part of a condition gives; None where an input it needs is not known."""
    return _compiled(row)(inputs)


def tested(row: Row, inputs: Inputs) -> Iterator[Tested]:
    """Every comparison of a condition, in its order."""
    if isinstance(row, RowOp) and row.op in COMPARED:
        left, right = (value(arg, inputs) for arg in row.args)
        yield Tested(written(row), left, right, holds(row, inputs), _margin(row.op, left, right))
    elif isinstance(row, RowOp):
        for arg in row.args:
            yield from tested(arg, inputs)


def _margin(op: str, left: Input, right: Input) -> Decimal | None:
    if not isinstance(left, Decimal) or not isinstance(right, Decimal):
        return None
    return left - right if op in _GREATER else right - left if op in _LESS else None


@cache
def _compiled(row: Row) -> Callable[[Inputs], Input]:
    """A condition made ready to be asked of many points."""
    match row:
        case FieldRef(name=name):
            return lambda inputs: inputs.get(name)
        case Literal_(value=constant):
            return lambda inputs: constant
        case RowOp(op="and" | "or"):
            return _joined(row.op == "or", [_compiled(arg) for arg in row.args])
        case RowOp(op="not"):
            inner = _compiled(row.args[0])
            return lambda inputs: None if (found := inner(inputs)) is None else not found
        case RowOp(op="reported"):
            asked = _compiled(row.args[0])
            return lambda inputs: asked(inputs) is not None
        case RowOp(op="neg"):
            return _known(lambda a: -a, [_compiled(row.args[0])])
        case RowOp(op="in"):
            return _known(lambda a, *among: a in among, [_compiled(arg) for arg in row.args])
        case RowOp(op=op):
            return _known(_BINARY[op], [_compiled(arg) for arg in row.args])


def _joined(decides: bool, parts: list[Callable[[Inputs], Input]]) -> Callable[[Inputs], Input]:
    """``or`` where True decides, ``and`` where False does; what is not known matters only where nothing decides."""

    def joined(inputs: Inputs) -> Input:
        found = [part(inputs) for part in parts]
        return decides if decides in found else None if None in found else not decides

    return joined


def _known(operation: Callable[..., Any], parts: list[Callable[[Inputs], Input]]) -> Callable[[Inputs], Input]:
    """An operation on what is known; None where a part of it is not."""

    def applied(inputs: Inputs) -> Input:
        found = [part(inputs) for part in parts]
        return None if None in found else operation(*found)

    return applied
