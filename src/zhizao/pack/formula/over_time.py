"""The kind a time function gives, and what it may look at."""

from __future__ import annotations

from zhizao.model.expression import Call, Fold, walk
from zhizao.model.period import IN_A_YEAR
from zhizao.model.text import Text
from zhizao.pack.formula.constant import same_at_all_times
from zhizao.pack.formula.kind import Kind
from zhizao.pack.formula.scope import Scope
from zhizao.pack.units import Unit


def over_time(node: Call, kind: Kind, scope: Scope) -> Kind:
    """The kind of ``base``, ``growth``, ``rolling`` or ``at_end`` of a part of some kind."""
    if node.name in ("base", "growth", "rolling") and same_at_all_times(node.args[0]):
        _always_the_same(node, scope)
    if node.name in ("base", "growth") and kind.price == "current":
        _nominal(node, scope)
    if node.name == "at_end":
        _check_one_end(node, scope)
    return _growth(node, scope) if node.name == "growth" else kind


def _growth(node: Call, scope: Scope) -> Kind:
    by_years = "years" in dict(node.options)
    if by_years and scope.period not in IN_A_YEAR:
        message = Text(f"{scope.period} 没有若干年前的同期", f"a {scope.period} has no same period some years before")
        cure = Text("请删去 years，或把 period 改为 year、quarter 或 month", "remove years, or let period be year, quarter or month")
        scope.blocking("period", node.at, message, cure)
    return Kind(Unit(), "yearly" if by_years or scope.period in ("year", "window") else "growth")


def _check_one_end(node: Call, scope: Scope) -> None:
    """The end of a period is its last period of the indicator's own record type."""
    own = scope.record.period
    for fold in (n for n in walk(node) if isinstance(n, Fold)):
        other = scope.at(fold.record).record
        if other.period != own:
            message = Text(f"at_end 取 {scope.record.id} 的最后一期（{own}），而 {other.id} 按 {other.period} 记录", f"at_end looks at the last {own} of {scope.record.id}, while {other.id} holds {other.period}s")
            cure = Text(f"请写 record: {other.id}，并给其他名称加上记录类型", f"write record: {other.id}, and the record type before the other names")
            scope.blocking("period", fold.at, message, cure)


def _always_the_same(node: Call, scope: Scope) -> None:
    message = Text(f"{node.name} 中的值不随时间变化", f"what {node.name} looks at is the same at all times")
    cure = Text("请直接写该值，或去掉里面的 base", "write that value itself, or take away the base inside")
    scope.blocking("formula", node.at, message, cure)


def _nominal(node: Call, scope: Scope) -> None:
    scope.doubtful(
        "price_basis", node.at, Text("用当年价格与其他年份相比，含有价格变动", "current prices of different years are compared, so the change includes inflation"),
        Text("请用不变价格字段，或说明就是名义增长", "use a field in constant prices, or say in doubts that nominal change is meant"),
    )  # fmt: skip
