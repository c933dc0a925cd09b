"""The file of a source, ``sources/NAME.yaml``: where it is reached, what its addresses are about, which entities and quantities come with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from zhizao.errors import InputError
from zhizao.model.entity import is_entity
from zhizao.model.quantity import Quantity
from zhizao.model.text import Text, same
from zhizao.pack.readable import read_bytes, why
from zhizao.sense.source import Signal, Source

IGNORE = "ignore"
"""What stands in the place of a signal whose address is left out on purpose."""
SECTIONS = ("entities", "quantities", "signals", "writes")
NAME = re.compile(r"[\w-]{1,80}")
"""What a source may be called: its name is that of a file, and stands in URLs and metrics."""
MAX_DEPTH = 40
"""Nesting beyond this is no source, as it is no pack."""
BEHAVIOURS = ("gauge", "counter", "mode")


@dataclass(frozen=True, slots=True)
class Placed:
    """An entity that comes with a source: its name, and what it is part of ('' for nothing)."""

    id: str
    name: Text
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Everything a source's file says."""

    source: Source
    entities: tuple[Placed, ...] = ()
    quantities: Mapping[str, Quantity] = field(default_factory=lambda: MappingProxyType({}))
    writes: Mapping[str, Signal] = field(default_factory=lambda: MappingProxyType({}))
    """Addresses that take a set point, where it is not the one the quantity is read from."""


def folder_of(home: Path) -> Path:
    """Where the files of a home's sources lie."""
    return home / "sources"


def files_in(home: Path) -> dict[str, Path]:
    """The files of a home's sources, by the name of the source."""
    return {file.stem: file for file in sorted(folder_of(home).glob("*.yaml")) if not file.name.startswith(".")}


def read(file: Path) -> SourceFile:
    """What a file says.

    Raises:
        InputError: it cannot be read, or says something that cannot be meant; the line is named.
    """
    try:
        return parse(read_bytes(file).decode(), file.stem, str(file))
    except OSError as error:
        raise _wrong(str(file), Text(f"文件无法读取（{why(error).zh}）", f"the file cannot be read ({why(error).en})")) from error
    except UnicodeDecodeError as error:
        raise _wrong(str(file), Text(f"文件不是 UTF-8（{error}）", f"the file is not UTF-8 ({error})")) from error


def parse(text: str, name: str, where: str = "") -> SourceFile:
    """What the text of a file says.

    Raises:
        InputError: see ``read``.

    Example:
        >>> parse('url: shdr://h:1\\nsignals:\\n  "P": {entity: machine:M1, quantity: active_power}\\n  "Q": ignore', "press").source.ignored
        frozenset({'Q'})
    """
    said = _Content(load(text, where), where)
    url, options = said.value.get("url"), said.value.get("options") or {}
    if not isinstance(url, str) or "://" not in url:
        raise _wrong(where, Text("缺少 url", "url is missing"))
    if not isinstance(options, dict) or (strange := set(said.value) - {"url", "options", *SECTIONS}):
        raise _wrong(where, Text("options 应为映射", "options is a mapping") if not isinstance(options, dict) else _strange(strange))
    signals = dict(said.section("signals"))
    source = Source(
        name, url, MappingProxyType({a: _signal(a, s, where) for a, s in signals.items() if s != IGNORE}), MappingProxyType(options),
        frozenset(a for a, s in signals.items() if s == IGNORE),
    )  # fmt: skip
    entities = tuple(_placed(id_, s, where) for id_, s in said.section("entities"))
    quantities = {id_: _quantity(id_, s, where) for id_, s in said.section("quantities")}
    writes = {address: _signal(address, s, where) for address, s in said.section("writes")}
    return SourceFile(source, entities, MappingProxyType(quantities), MappingProxyType(writes))


def load(text: str, where: str = "") -> dict[str, Any]:
    """The mapping a YAML text is.

    Raises:
        InputError: it is no YAML, no mapping, says a key twice, uses aliases or tags, or is nested too deeply.
    """
    import yaml

    try:
        _require_plain(text)
        found = yaml.load(text, _strict())  # the strict loader builds plain values only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}:{mark.line + 1}" if mark else where
        said = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise _wrong(place, Text(f"不是有效的 YAML（{said}）", f"no valid YAML ({said})")) from error
    except ValueError as error:  # a day or a number that there is none of
        raise _wrong(where, Text(f"不是有效的 YAML（{error}）", f"no valid YAML ({error})")) from error
    if not isinstance(found, dict):
        raise _wrong(where, Text("应为映射", "a mapping is needed"))
    return found


def _require_plain(text: str) -> None:
    """Refuse what a few bytes can make endless: aliases of aliases, and nesting that exhausts the stack."""
    import yaml

    depth, events = 0, cast(Iterator[Any], yaml.parse(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        is_marked = isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None) not in (None, "!")
        problem = "aliases (*) and tags (!) are not used here" if is_marked else "nested too deeply" if depth > MAX_DEPTH else ""
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


@dataclass(frozen=True, slots=True)
class _Content:
    value: Mapping[str, Any]
    where: str

    def section(self, name: str) -> Iterator[tuple[str, Any]]:
        """The entries of a section, by text."""
        found = self.value.get(name) or {}
        if not isinstance(found, dict):
            raise _wrong(self.where, Text(f"{name} 应为映射", f"{name} is a mapping"))
        return ((str(key), value) for key, value in found.items())


def _signal(address: str, said: Any, where: str) -> Signal:
    if not isinstance(said, dict) or set(said) - {"entity", "quantity", "scale"}:
        raise _wrong(where, Text(f"信号 {address} 写法不对", f"the signal {address} is not written as one"))
    entity, quantity, scale = said.get("entity"), said.get("quantity"), said.get("scale", 1)
    if not isinstance(entity, str) or not is_entity(entity):
        raise _wrong(where, Text(f"信号 {address}：{entity} 不是对象编号", f"signal {address}: {entity} is no id of an entity"))
    if not isinstance(quantity, str) or not quantity:
        raise _wrong(where, Text(f"信号 {address} 缺少量", f"signal {address} names no quantity"))
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not scale:
        raise _wrong(where, Text(f"信号 {address}：scale 应为非零数", f"signal {address}: scale is a number other than 0"))
    return Signal(entity, quantity, float(scale))


def _placed(id_: str, said: Any, where: str) -> Placed:
    said = {} if said is None else said
    part_of = said.get("part_of") or "" if isinstance(said, dict) else None
    if not is_entity(id_) or not isinstance(part_of, str) or (part_of and not is_entity(part_of)):
        raise _wrong(where, Text(f"对象 {id_} 写法不对", f"the entity {id_} is not written as one"))
    return Placed(id_, _text(said.get("name"), id_), part_of)


def _quantity(id_: str, said: Any, where: str) -> Quantity:
    behaviour = said.get("behaviour", "gauge") if isinstance(said, dict) else ""
    if behaviour not in BEHAVIOURS:
        listed = ", ".join(BEHAVIOURS)
        raise _wrong(where, Text(f"量 {id_}：behaviour 应为 {listed} 之一", f"quantity {id_}: behaviour is one of {listed}"))
    return Quantity(id_, _text(said.get("name"), id_), str(said.get("unit", "")), str(said.get("resolution", "0.001")), cast(Any, behaviour))


def _text(said: Any, otherwise: str) -> Text:
    if isinstance(said, dict) and said.get("zh") and said.get("en"):
        return Text(str(said["zh"]), str(said["en"]))
    return same(str(said) if isinstance(said, str) and said else otherwise)


def _strict() -> Any:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Strict(loader):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            known: set[str] = set()
            for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
                if key.value in known:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value} is said twice", key.start_mark)
                known.add(key.value)
            return super().construct_mapping(node, deep)

    return Strict


_CURE = Text("请改正此文件，或移走后重跑 zhizao connect", "mend the file, or move it away and run zhizao connect again")


def _wrong(where: str, what: Text) -> InputError:
    return InputError(what, where=where, cure=_CURE)


def _strange(keys: set[str]) -> Text:
    listed = ", ".join(sorted(map(str, keys)))
    return Text(f"不认识的键：{listed}", f"keys that mean nothing here: {listed}")
