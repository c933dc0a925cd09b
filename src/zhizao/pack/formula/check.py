"""A finished tree against its indicator: the kind of its value, and the exact factor from there to the declared unit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from zhizao.model.expression import Call, Expr, Fold, Number, Op, walk
from zhizao.model.text import Text
from zhizao.pack.formula.constant import constant
from zhizao.pack.formula.kind import PERCENT, POINT, YEAR, Kind
from zhizao.pack.formula.scope import Scope
from zhizao.pack.formula.value_kind import kind_of_value
from zhizao.pack.units import COUNTING, Unit


def check(tree: Expr, declared: Unit | None, scope: Scope) -> Fraction:
    """The exact factor from the formula's own unit to the declared one (None: not known); every fault is told to the scope."""
    before = len(scope.told)
    _check_reads(tree, scope)
    kind = kind_of_value(tree, scope)
    if declared is None or kind is None or len(scope.told) > before:
        return Fraction(1)  # a unit derived from faulty parts would only add noise
    if _multiplied_by_hundred(tree) and declared in (PERCENT, POINT):
        scope.doubtful(
            "unit", tree.at, Text("公式自己乘了 100，而换算成百分数由单位完成", "the formula multiplies by 100, which the unit percent does already"),
            Text("请从公式中删去 100", "remove the 100 from the formula"),
        )  # fmt: skip
    factor = fitting(kind, declared)
    if factor is None:
        _misfit(kind, declared, tree.at, scope)
        return Fraction(1)
    return factor


def divides(tree: Expr) -> bool:
    """Whether a zero can end up below a fraction bar."""
    return any(
        (isinstance(n, Op) and n.op == "/" and constant(n.args[1]) is None) or (isinstance(n, Call) and n.name == "growth") for n in walk(tree)
    )


def fitting(kind: Kind, declared: Unit) -> Fraction | None:
    """By what a figure of a kind must be multiplied to be in a unit; None where it does not belong there.

    Example:
        >>> from zhizao.pack.formula.kind import PLAIN
        >>> fitting(PLAIN, PERCENT), fitting(PLAIN, POINT)
        (Fraction(100, 1), None)
    """
    index = Unit({"index": 1})
    match kind.nature:
        case "difference":
            return kind.unit.factor_to(PERCENT) if declared == POINT else None
        case "yearly" if declared.fits(Unit() / YEAR):
            return Fraction(1) / (declared * YEAR).factor_to(Unit())
        case "count" if list(declared.powers.values()) == [1] and set(declared.powers) <= COUNTING:
            return Fraction(1)
        case "ratio" | "number" | "count" if declared == index:
            return Fraction(1)
        case "count" if declared.is_plain and declared.factor_to(kind.unit) != 1:
            return None  # three machines are not 300 % of a machine
        case _:
            return kind.unit.factor_to(declared) if kind.unit.fits(declared) else None


def _check_reads(tree: Expr, scope: Scope) -> None:
    if not any(isinstance(node, Fold) for node in walk(tree)):
        message = Text("公式不读任何数据", "the formula reads no facts")
        scope.blocking("formula", tree.at, message, Text("请写聚合，如 sum(field)；没有公式请写 null", "fold a field, such as sum(field); where there is no formula write null"))


def _misfit(kind: Kind, declared: Unit, at: int, scope: Scope) -> None:
    changes = Text("增长率", "a growth rate")
    found = {"difference": Text("两个比率之差", "a difference of two ratios"), "growth": changes, "yearly": changes, "count": Text("个数", "a count")}.get(
        kind.nature, Text(f"单位 {kind.unit}", f"the unit {kind.unit}")
    )
    scope.blocking(
        "unit", at, Text(f"公式得出{found.zh}，而声明的单位是 {declared}", f"the formula gives {found.en}, the declared unit is {declared}"),
        Text(f"请写 unit: {_fit(kind)}，或改公式", f"write unit: {_fit(kind)}, or change the formula"),
    )  # fmt: skip


def _fit(kind: Kind) -> str:
    """A unit that would fit."""
    plain = {"difference": "percentage_point", "growth": "percent", "yearly": "percent/year", "ratio": "percent", "number": "ratio", "count": "ratio"}
    return plain.get(kind.nature, str(kind.unit))


def _multiplied_by_hundred(tree: Expr) -> bool:
    hundred = Decimal(100)
    return any(isinstance(n, Op) and n.op == "*" and any(isinstance(a, Number) and a.value == hundred for a in n.args) for n in walk(tree))
