"""The typed tree of a formula. The tree is the definition; SQL is only compiled output.

Three layers never mix: *row* expressions read the fields of one record, *folds* turn many rows into a mergeable state,
*finishers* compute a value from finished states. A barrier finishes below a level and folds again above it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from typing import Literal

FoldKind = Literal["sum", "count", "min", "max", "last", "moments", "histogram", "distinct", "integral", "time_mean", "duration", "increase"]
BarrierKind = Literal["mean", "sum", "min", "max", "count"]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree; ``at`` is its place in the text and no part of its identity."""

    at: int = field(default=0, compare=False, kw_only=True)


# ── row expressions: over the fields of one record ──────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class FieldRef(Node):
    """The value of a field of the record."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal_(Node):
    """A constant: number, text or truth value."""

    value: Decimal | str | bool


@dataclass(frozen=True, slots=True)
class RowOp(Node):
    """An operation on the values of one row: ``+ - * == != < <= > >= and or not in neg reported``."""

    op: str
    args: tuple[Row, ...]


Row = FieldRef | Literal_ | RowOp

# ── folds and finishers ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Fold(Node):
    """Many rows become one mergeable state. ``of`` is None only for ``count()``: all rows.

    ``record`` is the record type whose rows are folded, '' where it is the indicator's own.
    """

    kind: FoldKind
    of: Row | None = None
    where: Row | None = None
    options: tuple[tuple[str, Decimal], ...] = ()
    record: str = ""


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number in a finisher, with its unit where it has one."""

    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Op(Node):
    """Arithmetic between finished values: ``+ - * /`` and unary ``neg``."""

    op: Literal["+", "-", "*", "/", "neg"]
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A named finisher (``pow``, ``share``, ``quantile``, …) or time function (``base``, ``growth``, ``rolling``, ``at_end``)."""

    name: str
    args: tuple[Expr, ...]
    options: tuple[tuple[str, Decimal | str], ...] = ()


@dataclass(frozen=True, slots=True)
class Barrier(Node):
    """``AGG over LEVEL [weighted by FOLD] of EXPR``: finish at the level, then fold the finished values of its entities."""

    kind: BarrierKind
    level: str
    of: Expr
    weight: Expr | None = None


Expr = Fold | Number | Op | Call | Barrier
AnyNode = Expr | Row


def children(node: AnyNode) -> tuple[AnyNode, ...]:
    """The nodes directly below a node."""
    found: list[AnyNode] = []
    for name in (f.name for f in fields(node)):
        value = getattr(node, name)
        found.extend(v for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, Node))  # type: ignore[misc]
    return tuple(found)


def walk(node: AnyNode) -> Iterator[AnyNode]:
    """The node and everything below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def folds(node: AnyNode) -> list[Fold]:
    """Every fold of a formula, those below barriers too, in its order."""
    return [below for below in walk(node) if isinstance(below, Fold)]


def record_of(node: AnyNode) -> str:
    """The record type that a fold or barrier reads, '' where it is the indicator's own."""
    return next((fold.record for fold in folds(node)), "")


def renamed(row: Row, name: Callable[[str], str]) -> Row:
    """A row expression whose fields have other names.

    Example:
        >>> renamed(RowOp("neg", (FieldRef("a"),)), str.upper) == RowOp("neg", (FieldRef("A"),))
        True
    """
    if isinstance(row, FieldRef):
        return replace(row, name=name(row.name))
    return replace(row, args=tuple(renamed(arg, name) for arg in row.args)) if isinstance(row, RowOp) else row


def canonical(value: object) -> str:
    """The one text of a tree: equal trees, and only they, write the same; a fold of the indicator's own record names none.

    Example:
        >>> canonical(Op("/", (Fold("sum", FieldRef("a")), Fold("sum", FieldRef("b")))))
        '(Op / ((Fold sum (FieldRef a) - ()) (Fold sum (FieldRef b) - ())))'
    """
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return "(" + " ".join(canonical(v) for v in value) + ")"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Literal_) and isinstance(value.value, str):
        return f"(Literal_ {value.value!r})"  # quoted: a text may look like a number, or like the rest of a tree
    if is_dataclass(value) and isinstance(value, Node):
        parts = [canonical(getattr(value, f.name)) for f in fields(value) if f.name != "at" and (f.name != "record" or getattr(value, f.name))]
        return f"({type(value).__name__} {' '.join(parts)})"
    return str(value)


def digest(*parts: object) -> str:
    """A short hash of canonical texts, used as the version of a definition."""
    return hashlib.sha256("\n".join(canonical(p) for p in parts).encode()).hexdigest()[:16]
