"""Barriers: their levels climb from the record upward, and what stands below one has an exact form."""

from __future__ import annotations

from zhizao.model.expression import AnyNode, Barrier, Call, Fold, record_of, walk
from zhizao.model.text import Text
from zhizao.pack.formula.scope import Scope
from zhizao.pack.found import did_you_mean


def check_barrier(node: Barrier, scope: Scope) -> bool:
    """Tell what is wrong with one barrier, in the scope of the record type it reads; whether that is one type only."""
    _check_level(node, scope)
    _check_exact(node, scope)
    strange = next((n for n in walk(node) if isinstance(n, Fold) and n.record != record_of(node)), None)
    if strange is not None:
        scope.blocking(
            "mixed_records", strange.at, Text("over 之内用到了两种记录", "two record types meet inside over"),
            Text("请分开写，如 (sum over 层级 of sum(a)) / (sum over 层级 of sum(r.b))", "take each by itself: (sum over LEVEL of sum(a)) / (sum over LEVEL of sum(r.b))"),
        )  # fmt: skip
    return strange is None


def _check_level(node: Barrier, scope: Scope) -> None:
    levels, rows = scope.levels, scope.record.level
    if node.level not in levels.known and node.level != rows:
        message = Text(f"没有层级 {node.level}", f"there is no level {node.level}")
        scope.blocking("unknown_name", node.at, message, did_you_mean(node.level, levels.known))
        return
    if rows in levels.known and rows != node.level and not levels.below(rows, node.level):
        _disorder(node, rows, Text("记录所在的层级", "the level of the record"), scope)
    for part in (node.of, node.weight):
        for inner in _barriers(part) if part else ():
            if not levels.below(inner.level, node.level):
                _disorder(node, inner.level, Text("里面的层级", "the level inside"), scope)


def _check_exact(node: Barrier, scope: Scope) -> None:
    """Below a barrier values are finished inside the engine, as whole numbers: only arithmetic on facts has such an exact form."""
    for part in (node.of, node.weight):
        if part is None:
            continue
        for call in (n for n in walk(part) if isinstance(n, Call)):
            scope.blocking(
                "barrier", call.at, Text(f"{call.name} 不能用在 over 之内", f"{call.name} cannot stand inside over"),
                Text("over 之内只用 + - * / 与 sum、count、min、max、last", "inside over use + - * / with sum, count, min, max and last"),
            )  # fmt: skip
        if not any(isinstance(n, Fold) for n in walk(part)):
            message = Text("over 之内不读任何数据", "what stands inside over reads no facts")
            scope.blocking("formula", part.at, message, Text("请写聚合，如 sum(field)", "fold a field, such as sum(field)"))


def _barriers(node: AnyNode) -> list[Barrier]:
    return [n for n in walk(node) if isinstance(n, Barrier)]


def _disorder(node: Barrier, lower: str, what: Text, scope: Scope) -> None:
    scope.blocking(
        "barrier_order", node.at, Text(f"{node.level} 不在{what.zh} {lower} 之上", f"{node.level} does not lie above {what.en}, {lower}"),
        Text("层级须由下而上：里层低，外层高", "let the levels climb: the lower one inside"),
    )  # fmt: skip
