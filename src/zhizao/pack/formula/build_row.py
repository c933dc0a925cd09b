"""What stands inside a fold: expressions over the fields of one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar, cast

from zhizao.errors import nearest
from zhizao.model.expression import FieldRef, Literal_, Row, RowOp
from zhizao.model.text import Text
from zhizao.pack.formula.arguments import arguments
from zhizao.pack.formula.fault import FormulaFault
from zhizao.pack.formula.functions import FUNCTIONS
from zhizao.pack.formula.syntax import Syntax, child, fault, operator, place, word

T = TypeVar("T")
MAX_NODES = 2000
"""Nodes of a tree once its ``let`` names are put in; a few lines of ``let`` could otherwise grow without bound."""


_STAND_IN: Row = Literal_(Decimal(1))
MAX_DIGITS = 18
"""Digits of a written number: what 64 bits hold."""


class RowBuilder:
    """Builds row expressions; names of ``let`` are put in where they stand."""

    def __init__(self, let: Mapping[str, Syntax]) -> None:
        self.let = let
        self.faults: list[FormulaFault] = []
        self._open: list[str] = []
        self._nodes = 0

    def attempt(self, read: Callable[[Syntax], T], tree: Syntax, instead: T) -> T:
        """A part as it is read; where it cannot be, its fault is kept and something stands in, so that the rest is looked at too."""
        still_open = len(self._open)
        try:
            return read(tree)
        except FormulaFault as found:
            del self._open[still_open:]
            self.faults.append(found)
            return instead

    def row(self, tree: Syntax) -> Row:
        """A part as an expression over one row."""
        self.count(tree)
        at = place(tree)
        match tree.data:
            case "number":
                return Literal_(self.decimal(tree), at=at)
            case "text":
                return Literal_(word(tree)[1:-1], at=at)
            case "truth":
                return Literal_(word(tree) == "true", at=at)
            case "name":
                return self.named(tree, self.row) if word(tree) in self.let else FieldRef(word(tree), at=at)
            case "signed":
                return self._signed(tree)
            case "arithmetic" | "compare":
                return self._binary(tree)
            case "or_" | "and_" | "not_":
                return RowOp(str(tree.data).rstrip("_"), tuple(self._soft_row(cast(Syntax, c)) for c in tree.children), at=at)
            case "in_" | "not_in":
                return self._in(tree)
            case "call":
                return self._reported(tree)
            case "barrier":
                raise _folded_value(at, word(tree))
            case _:
                message = Text("where 不能写在这里", "where cannot stand here")
                raise fault(at, message, Text("请写在聚合的括号末尾", "write it at the end of the fold's brackets"))

    def named(self, tree: Syntax, read: Callable[[Syntax], T]) -> T:
        """What a name of ``let`` stands for, read in the layer where it is used."""
        name, at = word(tree), place(tree)
        if name not in self.let:
            near = nearest(name, self.let)
            cure = Text(f"请写 sum({name})" + (f" 或 {near}" if near else ""), f"write sum({name})" + (f", or {near}" if near else ""))
            raise fault(at, Text(f"{name} 在聚合之外", f"{name} stands outside a fold"), cure)
        if name in self._open:
            raise fault(at, Text(f"let 中的 {name} 用到了自己", f"{name} of let uses itself"), Text("请展开其中一个", "write one of them out"))
        self._open.append(name)
        found = read(self.let[name])
        self._open.pop()
        return found

    def decimal(self, tree: Syntax) -> Decimal:
        """A written number, which must be one that every engine holds exactly."""
        if len(word(tree).replace(".", "")) > MAX_DIGITS:
            message = Text("数的位数过多", "this number has too many digits")
            raise fault(place(tree), message, Text(f"至多 {MAX_DIGITS} 位", f"write at most {MAX_DIGITS} digits"))
        return Decimal(word(tree))

    def _soft_row(self, tree: Syntax) -> Row:
        return self.attempt(self.row, tree, _STAND_IN)

    def count(self, tree: Syntax) -> None:
        """Count a node, up to the limit."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            message = Text("展开 let 之后公式过大", "the formula grows too large once let is put in")
            raise fault(place(tree), message, Text("请拆成几个指标", "split it into several indicators"))

    def _signed(self, tree: Syntax) -> Row:
        inner = self.row(child(tree, 1))
        if word(tree) == "+":
            return inner
        if isinstance(inner, Literal_) and isinstance(inner.value, Decimal):
            return replace(inner, value=-inner.value)
        return RowOp("neg", (inner,), at=place(tree))

    def _binary(self, tree: Syntax) -> Row:
        if operator(tree) == "/":
            message = Text("一行之内不能相除再聚合", "a quotient of each row cannot be folded")
            cure = Text(
                "请写 sum(a) / sum(b)，或 mean over 层级 of (sum(a) / sum(b))", "write sum(a) / sum(b), or mean over LEVEL of (sum(a) / sum(b))"
            )
            raise fault(place(tree), message, cure, code="barrier")
        return RowOp(operator(tree), (self._soft_row(child(tree, 0)), self._soft_row(child(tree, 2))), at=place(tree))

    def _in(self, tree: Syntax) -> Row:
        items = tuple(self.row(cast(Syntax, c)) for c in child(tree, 1).children)
        if not items or not all(isinstance(item, Literal_) for item in items):
            cure = Text('例如 grade in ("A", "B")', 'write for example grade in ("A", "B")')
            raise fault(place(tree), Text("in 之后要列出常量", "in takes a list of constants"), cure)
        found = RowOp("in", (self.row(child(tree, 0)), *items), at=place(tree))
        return RowOp("not", (found,), at=found.at) if tree.data == "not_in" else found

    def _reported(self, tree: Syntax) -> Row:
        if word(tree) in FUNCTIONS and word(tree) != "reported":
            raise _folded_value(place(tree), word(tree))
        call = arguments(tree)
        field = self.row(call.plain[0])
        if not isinstance(field, FieldRef) or call.where is not None:
            message = Text("reported 只问一个字段", "reported asks about one field")
            raise fault(place(tree), message, Text("请写 reported(field)", "write reported(field)"))
        return RowOp("reported", (field,), at=place(tree))


def _folded_value(at: int, name: str) -> FormulaFault:
    message = Text(f"{name} 已是完成的值，不能再直接聚合", f"{name} gives a finished value, which cannot be folded again")
    cure = Text("请写明层级，如 mean over enterprise of (sum(a) / sum(b))", "name the level: mean over enterprise of (sum(a) / sum(b))")
    return fault(at, message, cure, code="barrier")
