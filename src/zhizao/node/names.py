"""From what a person writes to what the library calls it: indicators, record types, levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from zhizao.errors import UnknownName
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.node.usable import refuse_broken

Thing = TypeVar("Thing")


def indicator(library: Library, name: str) -> Indicator:
    """The indicator of an id.

    Raises:
        UnknownName: nothing carries it.
        InputError: its definition has a blocking finding and was not loaded.
    """
    if name not in library.indicators:
        refuse_broken(library, "indicators", name)
    return _named(library.indicators, name, Text("指标", "indicator"))


def record(library: Library, name: str) -> RecordType:
    """The record type of an id.

    Raises:
        UnknownName: nothing carries it.
        InputError: its definition has a blocking finding and was not loaded.
    """
    if name not in library.records:
        refuse_broken(library, "records", name)
    return _named(library.records, name, Text("记录类型", "record type"))


def levels(library: Library, text: str) -> list[str]:
    """The levels of a comma-separated list, each once.

    Raises:
        UnknownName: one of them is no level.
    """
    ids = [*(level.id for _, level in library.levels()), *(r.level for r in library.records.values() if r.level)]
    known = {level: level for level in ids}
    asked = dict.fromkeys(name.strip() for name in text.split(",") if name.strip())
    return [_named(known, name, Text("层级", "level"), "--by") for name in asked]


def _named(known: Mapping[str, Thing], name: str, kind: Text, where: str = "") -> Thing:
    if name not in known:
        raise UnknownName(kind, name, known, where=where)
    return known[name]
