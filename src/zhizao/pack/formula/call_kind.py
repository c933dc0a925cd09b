"""The kind a named finisher gives: what ``pow``, ``sqrt``, ``ln``, ``exp``, ``quantile`` and the rest make of a unit."""

from __future__ import annotations

from collections.abc import Sequence

from zhizao.model.expression import Call, Number
from zhizao.model.text import Text
from zhizao.pack.formula.constant import constant
from zhizao.pack.formula.kind import PLAIN, Kind, kind_of
from zhizao.pack.formula.scope import Scope
from zhizao.pack.units import Unit

MAX_EXPONENT = 9


def call_kind(node: Call, kinds: Sequence[Kind], scope: Scope) -> Kind | None:
    """The kind of a finisher from the kinds of its arguments; None where it cannot take them."""
    first = kinds[0]
    match node.name:
        case "pow":
            return _power(node, kinds, scope)
        case "sqrt":
            return _root(node, first, scope)
        case "ln" | "exp":
            return PLAIN if _plain(node, first, scope) else None
        case "quantile":
            _check_rank(node, scope)
            return first
        case _:
            return first


def _power(node: Call, kinds: Sequence[Kind], scope: Scope) -> Kind | None:
    first, second = kinds
    exponent = constant(node.args[1])
    if exponent is not None and abs(exponent) > MAX_EXPONENT:
        message = Text(f"指数 {exponent} 过大", f"the exponent {exponent} is too large")
        scope.blocking("formula", node.at, message, Text(f"至多 {MAX_EXPONENT}", f"at most {MAX_EXPONENT}"))
        return None
    if exponent is not None and exponent % 1 == 0 and exponent:
        return kind_of(first.unit ** int(exponent), "ratio", first.price)
    if exponent is None and not _plain(node, second, scope):
        return None
    return PLAIN if _plain(node, first, scope) else None


def _root(node: Call, first: Kind, scope: Scope) -> Kind | None:
    """The root of a square has the unit that was squared; of anything else with a unit there is none."""
    powers = first.unit.powers
    if powers and all(power % 2 == 0 for power in powers.values()):
        return kind_of(Unit({name: power // 2 for name, power in powers.items()}), "ratio", first.price)
    return PLAIN if _plain(node, first, scope) else None


def _plain(node: Call, kind: Kind, scope: Scope) -> bool:
    """Whether a figure is a number by itself: 25 percent is 0.25, and the root of 25 is not the root of that."""
    if kind.unit.is_plain and kind.unit.factor_to(Unit()) == 1:
        return True
    cure = Text("请先除以同单位的量", "divide by something of the same unit first")
    message = Text(f"{node.name} 只能用于无量纲的数，这里是 {kind.unit}", f"{node.name} takes a plain number, here it gets {kind.unit}")
    scope.blocking("unit", node.at, message, cure)
    return False


def _check_rank(node: Call, scope: Scope) -> None:
    rank = node.args[1]
    if not (isinstance(rank, Number) and 0 < rank.value < 1):
        scope.blocking("formula", node.at, Text("分位须在 0 与 1 之间", "the rank lies between 0 and 1"), Text("例如 0.95", "write for example 0.95"))
