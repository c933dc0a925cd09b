"""What a connector may be told, beside where its source is: in the query of its URL, or as options of the source's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from zhizao.errors import InputError, UnknownName
from zhizao.model.text import Text
from zhizao.sense.source import Source

Settings = Mapping[str, Any]

YES, NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")


def settings(source: Source, known: tuple[str, ...]) -> Settings:
    """The settings of a source: those of its file, over those of its URL.

    Raises:
        UnknownName: one that the connector does not know.

    Example:
        >>> dict(settings(Source("a", "file:///logs?watch=no", options={"pattern": "*.csv"}), ("watch", "pattern")))
        {'watch': 'no', 'pattern': '*.csv'}
    """
    found = {**dict(parse_qsl(urlsplit(source.url).query)), **source.options}
    for name in found:
        if name not in known:
            raise UnknownName(Text("设置", "setting"), str(name), known, where=source.name)
    return found


def number(source: Source, said: Settings, name: str, default: float, least: float = 0) -> float:
    """A setting that is a number.

    Raises:
        InputError: it is none, or less than it can be.
    """
    try:
        value = float(said.get(name, default))
    except (TypeError, ValueError):
        value = float("nan")
    if not least <= value < float("inf"):
        raise InputError(Text(f"设置 {name} 须为不小于 {least:g} 的数", f"the setting {name} is a number of at least {least:g}"), where=source.name)
    return value


def flag(source: Source, said: Settings, name: str, default: bool) -> bool:
    """A setting that is yes or no.

    Raises:
        InputError: it is neither.
    """
    value = str(said.get(name, default)).lower()
    if value not in (*YES, *NO):
        raise InputError(Text(f"设置 {name} 须为 yes 或 no", f"the setting {name} is yes or no"), where=source.name)
    return value in YES
