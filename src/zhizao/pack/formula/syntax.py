"""Lark's tree as the builders read it: where a part stands, its words, its parts, and the fault it makes."""

from __future__ import annotations

from typing import cast

from lark import Tree
from lark.lexer import Token

from zhizao.model.text import Text
from zhizao.pack.formula.fault import FormulaFault, column

Syntax = Tree[Token]


def place(tree: Syntax) -> int:
    """Where a part begins in the text of the formula."""
    return int(getattr(tree.meta, "start_pos", 0) or 0)


def moved(tree: Syntax, start: int) -> Syntax:
    """The tree with all its places moved on."""
    for node in tree.iter_subtrees() if start else ():
        node.meta.start_pos = place(node) + start
    return tree


def word(tree: Syntax) -> str:
    """The word a part begins with: a name, a number, a sign."""
    return str(tree.children[0])


def operator(tree: Syntax) -> str:
    """The sign between two operands."""
    return str(tree.children[1])


def child(tree: Syntax, i: int) -> Syntax:
    """A part of a part."""
    return cast(Syntax, tree.children[i])


def fault(at: int, message: Text, cure: Text, *, code: str = "formula") -> FormulaFault:
    """A fault that names its column."""
    return FormulaFault(code, at, Text(f"{column(at).zh}：{message.zh}", f"{column(at).en}: {message.en}"), cure)
