"""A call taken apart: its function, plain arguments, options and filter, each held against the function's signature."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from zhizao.errors import nearest
from zhizao.model.text import Text, same
from zhizao.pack.formula.functions import FUNCTIONS, Function
from zhizao.pack.formula.syntax import Syntax, child, fault, place, word

Options = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call holds."""

    function: Function
    plain: list[Syntax]
    options: Options
    where: Syntax | None


def arguments(tree: Syntax) -> Arguments:
    """The parts of a call.

    Raises:
        FormulaFault: there is no such function, or it is not called like this.
    """
    function = _function(tree)
    parts = [cast(Syntax, part) for part in tree.children[1:]]
    options = _options(tree, function, [p for p in parts if p.data == "option"])
    plain = [p for p in parts if p.data not in ("where", "option")]
    if not function.least <= len(plain) <= function.most:
        raise misused(tree, function, Text(f"{function.name} 有 {len(plain)} 个参数", f"{function.name} has {len(plain)} arguments"))
    return Arguments(function, plain, options, next((child(p, 0) for p in parts if p.data == "where"), None))


def year(tree: Syntax) -> Decimal:
    """The year a part writes."""
    if tree.data == "number" and len(word(tree)) == 4 and word(tree).isdigit() and word(tree) >= "1000":
        return Decimal(word(tree))
    message = Text("base 的第二个参数应为年份", "the second argument of base is a year")
    raise fault(place(tree), message, Text("请写 base(..., 2015)", "write base(..., 2015)"))


def misused(tree: Syntax, function: Function, message: Text) -> Exception:
    """The fault of a call that does not fit its function."""
    return fault(place(tree), message, Text(f"请写 {function.usage}", f"write {function.usage}"))


def has_fold(tree: Syntax) -> bool:
    """Whether a part folds something already."""
    return any(t.data == "barrier" or (t.data == "call" and word(t) in FUNCTIONS and word(t) != "reported") for t in tree.iter_subtrees())


def _function(tree: Syntax) -> Function:
    name = word(tree)
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    near = nearest(name, FUNCTIONS)
    cure = Text(f"请写 {near}", f"write {near}") if near else same(", ".join(FUNCTIONS))
    raise fault(place(tree), Text(f"没有函数 {name}", f"there is no function {name}"), cure, code="unknown_name")


def _options(tree: Syntax, function: Function, given: list[Syntax]) -> Options:
    found: dict[str, Decimal] = {}
    for part in given:
        name, number = word(part), child(part, 1)
        if name not in function.options:
            message = Text(f"{function.name} 没有选项 {name}", f"{function.name} has no option {name}")
            raise fault(place(part), message, Text(f"请写 {function.usage}；比较相等请写 ==", f"write {function.usage}; to compare, write =="))
        if name in found:
            raise misused(tree, function, Text(f"{function.name} 的选项 {name} 写了两次", f"the option {name} of {function.name} stands there twice"))
        if number.data != "number" or not function.options[name].holds(Decimal(word(number))):
            raise _out_of_bounds(number, function, name)
        found[name] = Decimal(word(number))
    for name, option in function.options.items():
        if option.required and name not in found:
            raise misused(tree, function, Text(f"{function.name} 缺少 {name}", f"{function.name} lacks {name}"))
    return tuple(sorted(found.items()))


def _out_of_bounds(number: Syntax, function: Function, name: str) -> Exception:
    option = function.options[name]
    message = Text(f"{function.name} 的选项 {name} 不对", f"the option {name} of {function.name} is wrong")
    zh, en = ("整数", "a whole number") if option.whole else ("数", "a number")
    bounds = f"{option.least:f} … {option.most:f}"
    return fault(place(number), message, Text(f"请写 {bounds} 之间的{zh}，如 {function.usage}", f"write {en} within {bounds}, as in {function.usage}"))
