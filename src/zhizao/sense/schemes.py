"""Which connector reads a URL: the entry points ``zhizao.connectors``, built-in and third-party alike."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import cast

from zhizao.errors import MissingExtra, UnknownName
from zhizao.model.text import Text
from zhizao.sense.contract import Making
from zhizao.sense.source import Source

GROUP = "zhizao.connectors"


def schemes() -> list[str]:
    """The protocols that URLs may begin with."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def making(source: Source) -> Making:
    """What makes the connector of a source.

    Raises:
        UnknownName: nobody reads such URLs.
        MissingExtra: the connector is there, but not the library it stands on.
    """
    found = next((point for point in entry_points(group=GROUP) if point.name == source.scheme), None)
    if found is None:
        raise UnknownName(Text("协议", "protocol"), source.scheme, schemes(), where=source.name)
    try:
        return cast(Making, found.load())
    except ImportError as error:
        cure = Text(f"安装所缺的库：{error.name}", f"install the library that is missing: {error.name}")
        raise MissingExtra(Text(f"连接器 {source.scheme} 缺少库", f"the connector {source.scheme} lacks a library"), where=source.name, cure=cure) from error
