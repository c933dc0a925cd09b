"""What may be wrong with a row so that it cannot be read as one: readers of files say it, the rejects file tells it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zhizao.model.text import Text

UNREADABLE = Text("该行无法解析：列数不符或格式有误", "the line cannot be read as a row: a wrong number of cells, or broken")

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "cells": Text("列数与表头不符", "its number of cells is not that of the header"),
        "json": Text("不是一个 JSON 对象", "it is no JSON object"),
        "twice": Text("同一名称在对象中出现多次", "a name stands more than once in the object"),
        "surrogate": Text("含有半个字符（孤立的代理项）", "it holds half a character (a lone surrogate)"),
        "formula": Text("公式没有计算结果：请在表格软件中打开、重算并保存", "a formula has no computed value: open the file in a spreadsheet program and save it"),
    }
)
"""The reasons, by the word that stands before the raw text of a fault."""


def fault(kind: str, raw: str) -> str:
    """A fault as it is carried beside the rows."""
    return f"{kind} {raw}"


def read_fault(text: str) -> tuple[Text, str]:
    """The reason a fault gives, and the raw text of its row.

    Example:
        >>> print(*read_fault(fault("json", "[1]")))
        it is no JSON object [1]
    """
    kind, _, raw = text.partition(" ")
    return (KINDS[kind], raw) if kind in KINDS else (UNREADABLE, text)
