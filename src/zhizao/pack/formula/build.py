"""From lark's tree to the typed tree: every part finds its layer, names of ``let`` are put in, or a fault says why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from zhizao.errors import nearest
from zhizao.model.expression import AnyNode, Barrier, Call, Expr, FieldRef, Fold, Number, Op, children
from zhizao.model.text import Text
from zhizao.pack.formula.arguments import Arguments, arguments, has_fold, year
from zhizao.pack.formula.build_row import RowBuilder
from zhizao.pack.formula.fault import LET, FormulaFault
from zhizao.pack.formula.functions import BARRIERS, FUNCTIONS, OF_ONE_NAME, OF_SIGNALS, SKETCHES
from zhizao.pack.formula.parse import parse
from zhizao.pack.formula.qualified import unqualified
from zhizao.pack.formula.syntax import Syntax, child, fault, operator, place, word

MAX_DEPTH = 60
"""Levels of a tree; what goes deeper no person could check, and whoever walks the tree must not run out of stack."""

MAX_PARTS = 50
"""Parts of ``let``."""

_STAND_IN: Expr = Number(Decimal(1))
_IN_FOLD = Text("例如 sum(a where b > 0)", "write for example sum(a where b > 0)")


def build(formula: str, let: Mapping[str, str] | None = None) -> Expr:
    """The typed tree of a formula.

    Raises:
        FormulaFault: it cannot be read, or a part stands in a layer where it means nothing.

    Example:
        >>> from zhizao.model.expression import canonical
        >>> canonical(build("1 - i / base(i, 2015)", {"i": "sum(e) / sum(v)"})).count("Fold")
        4
    """
    whole, parts = _parsed(formula, let or {})
    try:
        builder = _Builder(parts)
        tree = builder.attempt(builder.value, whole, _STAND_IN)
    except RecursionError:
        raise _too_deep() from None
    if not builder.faults and _depth(tree) > MAX_DEPTH:
        raise _too_deep()
    tree = unqualified(tree, builder.faults.append)
    _raise_all(builder.faults)
    return tree


def _parsed(formula: str, let: Mapping[str, str]) -> tuple[Syntax, dict[str, Syntax]]:
    """The formula and the parts of ``let`` as syntax; faults of several are told together."""
    if len(let) > MAX_PARTS:
        message = Text(f"let 有 {len(let)} 个部分", f"let has {len(let)} parts")
        raise FormulaFault("formula", 0, message, Text(f"至多 {MAX_PARTS} 个：请拆成几个指标", f"at most {MAX_PARTS}: split it into several indicators"))
    faults: list[FormulaFault] = []
    parsed: list[Syntax] = []
    for n, text in enumerate([formula, *let.values()]):
        try:
            parsed.append(parse(text, n * LET))
        except FormulaFault as found:
            faults.append(found)
    _raise_all(faults)
    return parsed[0], dict(zip(let, parsed[1:], strict=True))


def _raise_all(faults: list[FormulaFault]) -> None:
    if faults:
        first, *others = {(f.code, f.at): f for f in faults}.values()
        first.others = tuple(others)
        raise first


def _too_deep() -> FormulaFault:
    message = Text("公式嵌套过深", "the formula is nested too deeply")
    return FormulaFault("formula", 0, message, Text("请拆成几个指标", "split it into several indicators"))


def _depth(tree: Expr) -> int:
    level: list[AnyNode] = [tree]
    depth = 0
    while level:
        level, depth = [below for node in level for below in children(node)], depth + 1
    return depth


class _Builder(RowBuilder):
    """Builds finished values; what stands inside a fold is the row builder's."""

    def value(self, tree: Syntax) -> Expr:
        """A part as a finished value."""
        self.count(tree)
        at = place(tree)
        match tree.data:
            case "number":
                return Number(self.decimal(tree), at=at)
            case "name":
                return self.named(tree, self.value)
            case "signed":
                inner = self.value(child(tree, 1))
                return _negated(inner, at) if word(tree) == "-" else inner
            case "arithmetic":
                sign: Any = operator(tree)
                return Op(sign, (self._soft(child(tree, 0)), self._soft(child(tree, 2))), at=at)
            case "call":
                return self._call(tree)
            case "barrier":
                return self._barrier(tree)
            case "filtered":
                return self._filtered(tree)
            case _:
                raise fault(at, Text("文字、比较和逻辑只能用于聚合之内", "texts, comparing and logic belong inside a fold"), _IN_FOLD)

    def _soft(self, tree: Syntax) -> Expr:
        return self.attempt(self.value, tree, _STAND_IN)

    def _call(self, tree: Syntax) -> Expr:
        call, at = arguments(tree), place(tree)
        function = call.function
        if function.layer == "fold":
            return self._fold(call, at, finished=False)
        if call.where is not None or function.layer == "row":
            word_zh = "where" if call.where is not None else function.name
            raise fault(at, Text(f"{word_zh} 只能用于聚合之内", f"{word_zh} belongs inside a fold"), _IN_FOLD)
        if function.name == "base":
            return Call("base", (self.value(call.plain[0]),), (("year", year(call.plain[1])),), at=at)
        if function.state:
            return self._finished_state(call, at)
        values = tuple(self._soft(part) for part in call.plain)
        # A share is a quotient by another name: one tree, one definition, one way to compute it.
        return Op("/", values, at=at) if function.name == "share" else Call(function.name, values, call.options, at=at)

    def _fold(self, call: Arguments, at: int, *, finished: bool) -> Fold:
        function, plain, where = call.function, call.plain, call.where
        name = function.name
        if name in SKETCHES and not finished:
            use = next(f.usage for f in FUNCTIONS.values() if f.state == name)
            message = Text(f"{name} 是状态，不是数", f"{name} is a state, not a number")
            raise fault(at, message, Text(f"请说明取什么，如 {use}", f"say what to take from it: {use}"))
        if plain and plain[0].data == "filtered" and where is None:
            plain, where = [child(plain[0], 0)], child(plain[0], 1)
        of = self.row(plain[0]) if plain else None
        if name in OF_ONE_NAME and of is not None and not isinstance(of, FieldRef):
            message = Text(f"{name} 只数字段", f"{name} takes a field")
            cure = Text(f"请写 {name}(field)；数满足条件的行请写 count(where 条件)", f"write {name}(field); to count rows that fulfil a condition, count(where CONDITION)")
            if name in OF_SIGNALS:
                message = Text(f"{name} 只取一个量", f"{name} takes one quantity")
                cure = Text(f"请写 {function.usage}，条件写在 where 之后", f"write {function.usage}; a condition follows where")
            raise fault(at, message, cure)
        if name == "duration" and where is None:
            raise fault(at, Text("duration 没有条件", "duration has no condition"), Text(f"请写 {function.usage}", f"write {function.usage}"))
        return Fold(cast(Any, name), of, self.row(where) if where is not None else None, call.options, at=at)

    def _finished_state(self, call: Arguments, at: int) -> Call:
        function = call.function
        state = self._behind_names(call.plain[0])
        if not (state.data == "call" and word(state) == function.state):
            over = f"{function.name} over LEVEL of (...)"
            cure = Text(f"请写 {function.usage}", f"write {function.usage}")
            if function.name in BARRIERS:
                cure = Text(f"{cure.zh}，或 {over}", f"{cure.en}, or {over}")
            message = Text(f"{function.name} 要取自 {function.state}(...)", f"{function.name} is taken from {function.state}(...)")
            raise fault(place(call.plain[0]), message, cure, code="barrier" if has_fold(state) else "formula")
        fold = self._fold(arguments(state), place(state), finished=True)
        return Call(function.name, (fold, *(self.value(part) for part in call.plain[1:])), at=at)

    def _behind_names(self, tree: Syntax) -> Syntax:
        for _ in self.let:
            tree = self.let[word(tree)] if tree.data == "name" and word(tree) in self.let else tree
        return tree

    def _filtered(self, tree: Syntax) -> Expr:
        left = self.value(child(tree, 0))
        if not isinstance(left, Fold) or left.where is not None:
            message = Text("这里的 where 不知属于哪个聚合", "it is not clear to which fold this where belongs")
            raise fault(place(tree), message, Text("请写进括号：sum(a where b > 0)", "put it into the brackets: sum(a where b > 0)"))
        return replace(left, where=self.row(child(tree, 1)))

    def _barrier(self, tree: Syntax) -> Barrier:
        kind, level, *rest = tree.children
        if str(kind) not in BARRIERS:
            near, listed = nearest(str(kind), BARRIERS) or "mean", ", ".join(BARRIERS)
            cure = Text(f"可写 {listed}，例如 {near} over", f"write one of {listed}, for example {near} over")
            raise fault(place(tree), Text(f"不能写 {kind} over", f"{kind} cannot be taken over a level"), cure)
        *weight, of = (self.value(cast(Syntax, part)) for part in rest)
        if weight and str(kind) != "mean":
            message = Text("只有 mean 可以加权", "only a mean can be weighted")
            raise fault(place(tree), message, Text("请删去 weighted by", "remove weighted by"))
        return Barrier(cast(Any, str(kind)), str(level), of, weight[0] if weight else None, at=place(tree))


def _negated(value: Expr, at: int) -> Expr:
    return Number(-value.value, value.unit, at=at) if isinstance(value, Number) else Op("neg", (value,), at=at)
