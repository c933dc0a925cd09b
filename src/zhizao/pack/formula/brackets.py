"""Brackets around what a barrier is taken of: where they are missing and something follows, nobody can say what is meant."""

from __future__ import annotations

from typing import cast

from lark import Tree

from zhizao.model.text import Text
from zhizao.pack.formula.fault import FormulaFault
from zhizao.pack.formula.syntax import Syntax, child, fault, operator, place


def ambiguous(text: str, tree: Syntax, start: int = 0) -> FormulaFault | None:
    """The fault of a barrier without brackets before an operator: a mean of quotients, or the quotient of a mean?

    Example:
        >>> from zhizao.pack.formula.parse import parse
        >>> parse("mean over site of sum(a) / sum(b)")
        Traceback (most recent call last):
            ...
        zhizao.pack.formula.fault.FormulaFault: column 1 of the formula: it is not clear what this is taken of: brackets are missing
    """
    operations = (node for node in tree.iter_subtrees() if node.data in ("arithmetic", "compare"))
    unclear = [(barrier, node) for node in operations if (barrier := _open_barrier(child(node, 0)))]
    if not unclear:
        return None
    barrier, node = min(unclear, key=lambda pair: place(pair[0]))
    return _fault(text, barrier, node, start)


def without_brackets(tree: Syntax) -> Syntax:
    """The tree with brackets taken off: from here on its form says all they said."""
    for node in [tree, *tree.iter_subtrees()]:
        node.children = [_inside(part) if isinstance(part, Tree) else part for part in node.children]
    return _inside(tree)


def _inside(tree: Syntax) -> Syntax:
    while tree.data == "bracketed":
        tree = child(tree, 0)
    return tree


def _open_barrier(tree: Syntax) -> Syntax | None:
    """The barrier at the right edge of a part, where nothing says where it ends."""
    while tree.data in ("arithmetic", "compare", "signed"):
        tree = cast(Syntax, tree.children[-1])
    if tree.data != "barrier":
        return None
    of = cast(Syntax, tree.children[-1])
    return None if of.data == "bracketed" or (of.data == "barrier" and _open_barrier(of) is None) else tree


def _fault(text: str, barrier: Syntax, node: Syntax, start: int) -> FormulaFault:
    of = cast(Syntax, barrier.children[-1])
    while of.data == "barrier":
        of = cast(Syntax, of.children[-1])
    whole, inner = _written(text, barrier), _written(text, of)
    rest = f"{operator(node)} {_written(text, child(node, 2))}"
    head = text[place(barrier) : place(of)]
    inside, outside = f"{head}({inner} {rest})", f"({whole}) {rest}"
    return fault(
        start + place(barrier),
        Text("看不出是对什么取的：缺少括号", "it is not clear what this is taken of: brackets are missing"),
        Text(f"请写 {inside}，或 {outside}", f"write {inside}, or {outside}"),
        code="barrier",
    )


def _written(text: str, tree: Syntax) -> str:
    return text[place(tree) : int(getattr(tree.meta, "end_pos", len(text)))]
