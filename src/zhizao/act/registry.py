"""Which sink reaches a URL: the entry points ``zhizao.sinks``, built-in and third-party alike."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import cast

from zhizao.act.contract import GROUP, Destination, Making, Sink
from zhizao.errors import MissingExtra, UnknownName
from zhizao.model.text import Text


def sink(destination: Destination) -> Sink:
    """The sink of a destination.

    Raises:
        UnknownName: nothing sends to such URLs.
        MissingExtra: the sink is there, but not the library it stands on.
        InputError: the URL or an option cannot mean anything.
    """
    points = {point.name: point for point in entry_points(group=GROUP)}
    if destination.scheme not in points:
        raise UnknownName(Text("协议", "protocol"), destination.scheme, points, where=destination.name)
    try:
        making = cast(Making, points[destination.scheme].load())
    except ImportError as error:
        cure = Text(f"安装所缺的库：{error.name}", f"install the library that is missing: {error.name}")
        raise MissingExtra(Text(f"写出 {destination.scheme} 缺少库", f"sending to {destination.scheme} lacks a library"), where=destination.name, cure=cure) from error
    return making(destination)
