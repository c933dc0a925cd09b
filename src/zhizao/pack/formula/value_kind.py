"""The kind of a finished value: its unit, nature and prices, derived part by part, with every fault on the way told."""

from __future__ import annotations

from zhizao.model.expression import Barrier, Call, Expr, FieldRef, Fold, Number, Op, record_of, walk
from zhizao.model.text import Text
from zhizao.pack.formula.barrier_checks import check_barrier
from zhizao.pack.formula.call_kind import call_kind
from zhizao.pack.formula.constant import constant
from zhizao.pack.formula.functions import OF_SIGNALS
from zhizao.pack.formula.kind import COUNT, NUMBER, PLAIN, Kind, added, divided, kind_of, multiplied, subtracted
from zhizao.pack.formula.over_time import over_time
from zhizao.pack.formula.row_kind import differing_units, mixed_prices, require, row_kind
from zhizao.pack.formula.scope import Scope
from zhizao.pack.formula.signal_kind import signal_kind

TIME = ("base", "growth", "rolling", "at_end")


def kind_of_value(node: Expr, scope: Scope, *, at_end: bool = False) -> Kind | None:
    """The kind of a finished value; None where a part of it has no kind."""
    match node:
        case Number():
            return NUMBER
        case Fold():
            return _fold(node, scope.at(node.record), at_end)
        case Op(op="neg", args=(one,)):
            return kind_of_value(one, scope, at_end=at_end)
        case Op():
            return _operation(node, scope, at_end)
        case Barrier():
            return _barrier(node, scope, at_end)
        case Call():
            return _call(node, scope, at_end)


def _fold(fold: Fold, scope: Scope, at_end: bool) -> Kind | None:
    if scope.record.signals or fold.kind in OF_SIGNALS:
        return signal_kind(fold, scope)
    if fold.where is not None:
        require(fold.where, "boolean", scope)
    if fold.kind in ("count", "distinct"):
        if fold.of is not None:
            row_kind(fold.of, scope)
        return COUNT
    assert fold.of is not None, "only count() folds nothing"
    row = require(fold.of, "number", scope)
    if row.type == "unknown":
        return None
    if not any(isinstance(node, FieldRef) for node in walk(fold.of)):
        _folds_nothing(fold, scope)
    if fold.kind == "sum" and row.accrual == "stock" and scope.over_time and not (at_end and not scope.at_instants):
        _summed_stock(fold, scope)
    if row.type == "boolean":
        return COUNT if fold.kind == "sum" else PLAIN  # how many are; of the rest, which part is
    return kind_of(row.unit, row.nature, row.price)


def _folds_nothing(fold: Fold, scope: Scope) -> None:
    message = Text(f"{fold.kind} 中没有字段", f"{fold.kind} reads no field")
    scope.blocking("formula", fold.at, message, Text("请写字段，如 sum(a)；数行数请写 count()", "name a field, such as sum(a); to count rows, count()"))


def _summed_stock(fold: Fold, scope: Scope) -> None:
    held, whole = scope.record.period, scope.period
    message = Text(f"存量被按{held}累加到{whole}", f"a stock held each {held} is summed over the {whole}")
    cure = Text("请写 at_end(sum(...))，或 mean(moments(...))", "write at_end(sum(...)), or mean(moments(...))")
    if scope.at_instants:
        message = Text(f"{whole}内各时点的存量被相加", f"a stock held at several instants of the {whole} is summed")
        cure = Text("请写 mean(moments(...))", "write mean(moments(...))")
    scope.blocking("accrual", fold.at, message, cure)


def _operation(node: Op, scope: Scope, at_end: bool) -> Kind | None:
    if node.op == "/" and constant(node.args[1]) == 0:
        message = Text("除数总是零", "the divisor is always zero")
        scope.blocking("zero_rule", node.at, message, Text("请写别的除数", "write another divisor"))
    a, b = (kind_of_value(arg, scope, at_end=at_end) for arg in node.args)
    if a is None or b is None:
        return None
    if a.price and b.price and a.price != b.price:
        mixed_prices(node.at, a.price, b.price, scope)
    if node.op in ("+", "-") and not (a.unit.fits(b.unit) and a.unit.factor_to(b.unit) == 1):
        differing_units(node.at, a.unit, b.unit, scope)
        return None
    return {"+": added, "-": subtracted, "*": multiplied, "/": divided}[node.op](a, b)


def _barrier(node: Barrier, scope: Scope, at_end: bool) -> Kind | None:
    if not check_barrier(node, scope.at(record_of(node))):
        return None
    if node.weight is not None:
        kind_of_value(node.weight, scope, at_end=at_end)
    inner = kind_of_value(node.of, scope, at_end=at_end)
    return COUNT if node.kind == "count" and inner else inner


def _call(node: Call, scope: Scope, at_end: bool) -> Kind | None:
    kinds = [kind_of_value(arg, scope, at_end=at_end or node.name == "at_end") for arg in node.args]
    if None in kinds:
        return None
    found = [kind for kind in kinds if kind is not None]
    return over_time(node, found[0], scope) if node.name in TIME else call_kind(node, found, scope)
