"""What a mergeable state is.

A state is a fixed tuple of columns; two states merge column by column. That one rule gives every state the same laws
(checked by property on every engine, see ``zhizao.checks.states``):

    merge(a, b) == merge(b, a)                      order never matters
    merge(merge(a, b), c) == merge(a, merge(b, c))  nor does the tree
    merge(a, empty) == a                            nothing changes nothing
    lift(part) merged over parts == lift(whole)     a total is the merge of its parts

Columns hold integers, scaled decimals, text or maps of them, never a float, so that equal means bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import ibis.expr.types as ir

MergeRule = Literal["count", "sum", "min", "max", "latest", "counts", "bottom"]
DIGITS = Context(prec=100)
"""More digits than any state of 38 can need."""
Values = tuple[Any, ...]
"""The column values of one state."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a state and how two of them merge.

    ``count`` begins at 0, ``sum`` at nothing (a sum of no rows is not zero). ``latest`` keeps the value whose stamp (the next column, a ``max``) is greater; ``counts`` adds maps of counts; ``bottom`` keeps
    the ``keep`` smallest of two sorted tuples.
    """

    name: str
    rule: MergeRule
    keep: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """What a state says on its own: one of its columns in steps of ``10**-scale``, perhaps divided by another."""

    top: int
    bottom: int | None = None
    scale: int = 0


class State(Protocol):
    """A fold's state: its columns, how rows are lifted into it, and how it is finished."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, in the order of its values."""

    def lift(self, value: ir.Column | None, rows: ir.Table, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        """The engine's aggregates that make the columns from rows; for a spread state, those beside its spread key."""

    def spread(self, value: ir.Column) -> ir.Column | None:
        """For a state that is a map: the key its rows are counted under; None for a state of plain columns."""

    def single(self, value: Any, stamp: str = "") -> Values:
        """The state of one row, in Python: the reference every engine must agree with."""

    @property
    def figure(self) -> Figure | None:
        """What it says on its own; None where that is no quotient of columns, and ``estimate`` has to be asked."""

    def estimate(self, values: Values) -> Decimal | None:
        """What a state of other than plain columns says on its own."""


def empty(state: State) -> Values:
    """The state of no rows.

    Example:
        >>> from zhizao.measure.states import state_of
        >>> empty(state_of("moments"))
        (0, None, None)
    """
    return tuple(_EMPTY[column.rule] for column in state.columns)


def merge(state: State, a: Values, b: Values) -> Values:
    """The state of two disjoint sets of rows together.

    Example:
        >>> from zhizao.measure.states import state_of
        >>> merge(state_of("max"), (None,), (3,))
        (3,)
    """
    return tuple(_merge_column(state.columns, i, a, b) for i in range(len(state.columns)))


def finish(state: State, values: Values) -> Decimal | None:
    """What a state says on its own, undefined where it says nothing (no rows); in the decimal context of the caller.

    Example:
        >>> from zhizao.measure.states import state_of
        >>> finish(state_of("moments"), (4, Decimal(20), Decimal(120)))
        Decimal('5')
    """
    figure = state.figure
    if figure is None:
        return state.estimate(values)
    top, bottom = values[figure.top], 1 if figure.bottom is None else values[figure.bottom]
    return Decimal(top).scaleb(-figure.scale) / bottom if top is not None and bottom else None


_FOLDED: Mapping[str, Callable[[Sequence[Any]], Any]] = {"sum": lambda v: exact_sum(v), "min": min, "max": max}
_EMPTY: Mapping[MergeRule, Any] = {"count": 0, "sum": None, "min": None, "max": None, "latest": None, "counts": (), "bottom": ()}


def _merge_column(columns: tuple[Column, ...], i: int, a: Values, b: Values) -> Any:
    left, right = a[i], b[i]
    match columns[i].rule:
        case "count":
            return left + right
        case "sum" | "min" | "max" as rule:
            present = [v for v in (left, right) if v is not None]
            return _FOLDED[rule](present) if present else None
        case "latest":
            return left if _stamp(a[i + 1]) >= _stamp(b[i + 1]) else right
        case "counts":
            return _add_counts(left, right)
        case "bottom":
            return tuple(sorted({*left, *right})[: columns[i].keep])


def exact_sum(values: Sequence[int | Decimal]) -> int | Decimal:
    """A sum that keeps every digit, which Python's own decimal sum beyond 28 of them does not.

    Example:
        >>> exact_sum([Decimal(10) ** 30, Decimal("1e-6")])
        Decimal('1000000000000000000000000000000.000001')
    """
    return reduce(lambda a, b: a + b if isinstance(a, int) and isinstance(b, int) else DIGITS.add(Decimal(a), Decimal(b)), values)


def _stamp(stamp: str | None) -> str:
    return stamp or ""


def _add_counts(left: tuple[tuple[int, int], ...], right: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    total = dict(left)
    for bucket, count in right:
        total[bucket] = total.get(bucket, 0) + count
    return tuple(sorted(total.items()))
