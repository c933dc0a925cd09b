"""The checks of a finished tree: fields, units, stocks over time, price bases, barriers; and the factor to the declared unit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from zhizao.model.expression import AnyNode, Barrier, Call, Expr, Fold, Number, Op, walk
from zhizao.model.text import Text
from zhizao.pack.formula.kind import (
    COUNT,
    NUMBER,
    PERCENT,
    PLAIN,
    POINT,
    YEAR,
    Kind,
    added,
    divided,
    kind_of,
    multiplied,
    subtracted,
)  # fmt: skip
from zhizao.pack.formula.row_kind import BOOLEAN, differing_units, mixed_prices, require, row_kind
from zhizao.pack.formula.scope import Scope
from zhizao.pack.found import did_you_mean
from zhizao.pack.units import COUNTING, Unit, exact, is_finite


def check(tree: Expr, declared: Unit, scope: Scope) -> Decimal:
    """The exact factor from the formula's own unit to the declared one; every fault is told to the scope."""
    before = len(scope.told)
    kind = kind_of_value(tree, scope)
    if kind is None or len(scope.told) > before:
        return Decimal(1)  # a unit derived from faulty parts would only add noise
    if _multiplied_by_hundred(tree) and declared in (PERCENT, POINT):
        scope.doubtful(
            "unit", tree.at, Text("公式自己乘了 100，而换算成百分数由单位完成", "the formula multiplies by 100, which the unit percent does already"),
            Text("请从公式中删去 100", "remove the 100 from the formula"),
        )  # fmt: skip
    factor = fitting(kind, declared)
    if factor is None or not is_finite(factor):
        _misfit(kind, declared, tree.at, scope)
        return Decimal(1)
    return exact(factor)


def divides(tree: Expr) -> bool:
    """Whether a zero can end up below a fraction bar."""
    return any(
        (isinstance(n, Op) and n.op == "/" and not isinstance(n.args[1], Number)) or (isinstance(n, Call) and n.name == "growth")
        for n in walk(tree)
    )


def fitting(kind: Kind, declared: Unit) -> Fraction | None:
    """By what a figure of a kind must be multiplied to be in a unit; None where it does not belong there.

    Example:
        >>> fitting(PLAIN, PERCENT), fitting(PLAIN, POINT)
        (Fraction(100, 1), None)
    """
    index = Unit({"index": 1})
    match kind.nature:
        case "difference":
            return kind.unit.factor_to(PERCENT) if declared == POINT else None
        case "growth" if declared.fits(Unit() / YEAR):
            return Fraction(1) / (declared * YEAR).factor_to(Unit())
        case "count" if list(declared.powers.values()) == [1] and set(declared.powers) <= COUNTING:
            return Fraction(1)
        case "ratio" | "number" | "count" if declared == index:
            return Fraction(1)
        case _:
            return kind.unit.factor_to(declared) if kind.unit.fits(declared) else None


def kind_of_value(node: Expr, scope: Scope, *, at_end: bool = False) -> Kind | None:
    """The kind of a finished value; None where a part of it has no kind."""
    match node:
        case Number():
            return NUMBER
        case Fold():
            return _fold(node, scope, at_end)
        case Op(op="neg", args=(one,)):
            return kind_of_value(one, scope, at_end=at_end)
        case Op():
            return _operation(node, scope, at_end)
        case Barrier():
            return _barrier(node, scope, at_end)
        case Call(name="base" | "growth" | "rolling" | "at_end"):
            return _over_time(node, scope, at_end)
        case Call():
            return _call(node, scope, at_end)


def _fold(fold: Fold, scope: Scope, at_end: bool) -> Kind | None:
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
    if fold.kind == "sum" and row.accrual == "stock" and scope.over_time and not at_end:
        _summed_stock(fold, scope)
    return COUNT if row is BOOLEAN else kind_of(row.unit, row.nature, row.price)


def _operation(node: Op, scope: Scope, at_end: bool) -> Kind | None:
    a, b = (kind_of_value(arg, scope, at_end=at_end) for arg in node.args)
    if a is None or b is None:
        return None
    if a.price and b.price and a.price != b.price:
        mixed_prices(node.at, a.price, b.price, scope)
    if node.op in ("+", "-") and not (a.unit.fits(b.unit) and a.unit.factor_to(b.unit) == 1):
        differing_units(node.at, a.unit, b.unit, scope)
        return None
    return {"+": added, "-": subtracted, "*": multiplied, "/": divided}[node.op](a, b)


def _call(node: Call, scope: Scope, at_end: bool) -> Kind | None:
    first = kind_of_value(node.args[0], scope, at_end=at_end)
    if first is None:
        return None
    match node.name:
        case "pow" | "sqrt":
            return _power(node, first, scope)
        case "ln" | "exp":
            return PLAIN if _plain(node, first, scope) else None
        case "quantile":
            _check_rank(node, scope)
            return first
        case _:
            return first


def _power(node: Call, first: Kind, scope: Scope) -> Kind | None:
    exponent = node.args[1] if node.name == "pow" else None
    if isinstance(exponent, Number) and exponent.value % 1 == 0 and 0 < abs(exponent.value) < 10:
        return kind_of(first.unit ** int(exponent.value), "ratio", first.price)
    if exponent is not None and not isinstance(exponent, Number):
        second = kind_of_value(exponent, scope)
        if second is None or not _plain(node, second, scope):
            return None
    return PLAIN if _plain(node, first, scope) else None


def _plain(node: Call, kind: Kind, scope: Scope) -> bool:
    if kind.unit.is_plain:
        return True
    scope.blocking(
        "unit", node.at, Text(f"{node.name} 只能用于无量纲的数，这里是 {kind.unit}", f"{node.name} takes a plain number, here it gets {kind.unit}"),
        Text("请先除以同单位的量", "divide by something of the same unit first"),
    )  # fmt: skip
    return False


def _check_rank(node: Call, scope: Scope) -> None:
    rank = node.args[1]
    if not (isinstance(rank, Number) and 0 < rank.value < 1):
        scope.blocking("formula", node.at, Text("分位须在 0 与 1 之间", "the rank lies between 0 and 1"), Text("例如 0.95", "write for example 0.95"))


def _over_time(node: Call, scope: Scope, at_end: bool) -> Kind | None:
    kind = kind_of_value(node.args[0], scope, at_end=at_end or node.name == "at_end")
    if kind is None:
        return None
    if kind.price == "current" and node.name in ("base", "growth"):
        scope.doubtful(
            "price_basis", node.at, Text("用当年价格与其他年份相比，含有价格变动", "current prices of different years are compared, so the change includes inflation"),
            Text("请用不变价格字段，或说明就是名义增长", "use a field in constant prices, or say in doubts that nominal change is meant"),
        )  # fmt: skip
    return Kind(Unit(), "growth") if node.name == "growth" else kind


def _summed_stock(fold: Fold, scope: Scope) -> None:
    scope.blocking(
        "accrual", fold.at, Text(f"存量被按{scope.record.period}累加到{scope.period}", f"a stock held each {scope.record.period} is summed over the {scope.period}"),
        Text("请写 at_end(sum(...))，或 mean(moments(...))", "write at_end(sum(...)), or mean(moments(...))"),
    )  # fmt: skip


# ── barriers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _barrier(node: Barrier, scope: Scope, at_end: bool) -> Kind | None:
    _check_level(node, scope)
    _check_exact(node, scope)
    if node.weight is not None:
        kind_of_value(node.weight, scope, at_end=at_end)
    inner = kind_of_value(node.of, scope, at_end=at_end)
    return COUNT if node.kind == "count" and inner else inner


def _check_level(node: Barrier, scope: Scope) -> None:
    if node.level not in scope.levels.known and node.level != scope.record.level:
        message = Text(f"没有层级 {node.level}", f"there is no level {node.level}")
        scope.blocking("unknown_name", node.at, message, did_you_mean(node.level, scope.levels.known))
        return
    if scope.record.level and scope.levels.below(node.level, scope.record.level):
        _disorder(node, scope.record.level, Text("记录所在的层级", "the level of the record"), scope)
    for part in (node.of, node.weight):
        for inner in _barriers(part) if part else ():
            if not scope.levels.below(inner.level, node.level):
                _disorder(node, inner.level, Text("里面的层级", "the level inside"), scope)


def _check_exact(node: Barrier, scope: Scope) -> None:
    """Below a barrier values are finished inside the engine, as whole numbers: only arithmetic has such an exact form."""
    for part in (node.of, node.weight):
        for call in (n for n in walk(part) if isinstance(n, Call)) if part else ():
            scope.blocking(
                "barrier", call.at, Text(f"{call.name} 不能用在 over 之内", f"{call.name} cannot stand inside over"),
                Text("over 之内只用 + - * / 与 sum、count、min、max、last", "inside over use + - * / with sum, count, min, max and last"),
            )  # fmt: skip


def _barriers(node: AnyNode) -> list[Barrier]:
    return [n for n in walk(node) if isinstance(n, Barrier)]


def _disorder(node: Barrier, lower: str, what: Text, scope: Scope) -> None:
    scope.blocking(
        "barrier_order", node.at, Text(f"{node.level} 不在{what.zh} {lower} 之上", f"{node.level} does not lie above {what.en}, {lower}"),
        Text("层级须由下而上：里层低，外层高", "let the levels climb: the lower one inside"),
    )  # fmt: skip


# ── the declared unit ───────────────────────────────────────────────────────────────────────────────────────────────


def _misfit(kind: Kind, declared: Unit, at: int, scope: Scope) -> None:
    found = {"difference": Text("两个比率之差", "a difference of two ratios"), "growth": Text("增长率", "a growth rate")}.get(
        kind.nature, Text(f"单位 {kind.unit}", f"the unit {kind.unit}")
    )
    fit = {"difference": "percentage_point", "growth": "percent/year", "ratio": "percent", "number": "ratio", "count": "ratio"}.get(kind.nature, str(kind.unit))
    scope.blocking(
        "unit", at, Text(f"公式得出{found.zh}，而声明的单位是 {declared}", f"the formula gives {found.en}, the declared unit is {declared}"),
        Text(f"请写 unit: {fit}，或改公式", f"write unit: {fit}, or change the formula"),
    )  # fmt: skip


def _multiplied_by_hundred(tree: Expr) -> bool:
    hundred = Decimal(100)
    return any(isinstance(n, Op) and n.op == "*" and any(isinstance(a, Number) and a.value == hundred for a in n.args) for n in walk(tree))
