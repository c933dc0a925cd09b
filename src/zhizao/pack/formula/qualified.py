"""Qualified names: ``sum(run.good where run.done)`` folds the rows of another record type; names of one fold are all of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from zhizao.model.expression import Expr, FieldRef, Fold, Node, renamed, walk
from zhizao.model.text import Text
from zhizao.pack.formula.fault import FormulaFault
from zhizao.pack.formula.syntax import fault


def unqualified(tree: Expr, tell: Callable[[FormulaFault], None]) -> Expr:
    """The tree whose folds name their record type, and whose fields have their own names again; what is mixed is told.

    Example:
        >>> unqualified(Fold("sum", FieldRef("run.good")), print) == Fold("sum", FieldRef("good"), record="run")
        True
    """
    return each_fold(tree, lambda fold: _unqualified(fold, tell))


def each_fold(tree: Expr, change: Callable[[Fold], Expr]) -> Expr:
    """The tree with every fold changed.

    Example:
        >>> each_fold(Fold("count"), lambda fold: replace(fold, record="run")) == Fold("count", record="run")
        True
    """
    if isinstance(tree, Fold):
        return change(tree)
    changed: dict[str, Any] = {f.name: _below(value, change) for f in fields(tree) if isinstance(value := getattr(tree, f.name), Node | tuple)}
    return replace(tree, **changed)


def _below(value: object, change: Callable[[Fold], Expr]) -> object:
    if isinstance(value, tuple):
        return tuple(_below(part, change) for part in value)
    return each_fold(value, change) if isinstance(value, Node) else value  # type: ignore[arg-type]


def _unqualified(fold: Fold, tell: Callable[[FormulaFault], None]) -> Fold:
    names = [node for node in walk(fold) if isinstance(node, FieldRef)]
    records = {_record(node.name) for node in names}
    if records <= {""}:
        return fold
    record = next(r for r in map(_record, (n.name for n in names)) if r)
    for strange in (n for n in names if _record(n.name) != record):
        field = strange.name.rpartition(".")[2]
        cure = Text(f"如指 {record} 的字段，请写 {record}.{field}；否则请拆成两个聚合", f"write {record}.{field} if a field of {record} is meant, or fold them apart")
        tell(fault(strange.at, Text(f"{strange.name} 与 {record} 不是同一种记录", f"{strange.name} is of another record type than {record}"), cure, code="mixed_records"))
    of, where = (None if row is None else renamed(row, _field) for row in (fold.of, fold.where))
    return replace(fold, of=of, where=where, record=record)


def _record(name: str) -> str:
    return name.rpartition(".")[0]


def _field(name: str) -> str:
    return name.rpartition(".")[2]
