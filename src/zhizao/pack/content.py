"""What a YAML file says, with the line of every key and item. Whatever the bytes are, nothing is raised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from zhizao.model.finding import Place
from zhizao.model.text import Text
from zhizao.pack.found import Found

Key = str | int
MAX_DEPTH = 40
"""Nesting beyond this is no pack; the bound also keeps hostile input from exhausting the stack."""

_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"[-+]?\d{1,30}\.\d{1,30}")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass
class Content:
    """The plain value of a file (mappings, lists, text, whole numbers, decimals, truth values) and its lines by path."""

    file: str
    value: Any = None
    lines: dict[tuple[Key, ...], int] = field(default_factory=dict)

    def place(self, *path: Key) -> Place:
        """Where a key or item stands, or the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return Place(self.file, self.lines.get(path, 1))


def read_content(path: Path, found: Found) -> Content | None:
    """The content of a file; None, with a finding, where there is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        found.blocking(
            "no_file", Place(str(path)), Text(f"文件无法读取：{error.strerror}", f"the file cannot be read: {error.strerror}"),
            Text("请核对文件名和权限", "check its name and permissions"),
        )  # fmt: skip
        return None
    return parse_content(data, str(path), found)


def parse_content(data: bytes, file: str, found: Found) -> Content | None:
    """The content of bytes; None, with a finding, where they are no content.

    Example:
        >>> found = Found()
        >>> content = parse_content(b"a: 1\\nb: [x, 0.50]", "f.yaml", found)
        >>> content.value, content.place("b", 1).line
        ({'a': 1, 'b': ['x', Decimal('0.50')]}, 2)
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found.blocking(
            "encoding", Place(file, data[: error.start].count(b"\n") + 1), Text("文件不是 UTF-8 编码", "the file is not UTF-8"),
            Text("请以 UTF-8 编码保存", "save it as UTF-8"),
        )  # fmt: skip
        return None
    try:
        return _Reading(file, found).read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        found.blocking(
            "yaml", Place(file, mark.line + 1 if mark else 1), _problem(error),
            Text("请检查该行的缩进、引号和括号", "check indentation, quotes and brackets of this line"),
        )  # fmt: skip
        return None


def _problem(error: yaml.YAMLError) -> Text:
    if isinstance(error, _Refused):
        return error.what
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable")
    return Text(f"不是合法的 YAML（{what}）", f"this is not YAML ({what})")


class _Refused(yaml.YAMLError):
    """YAML that a pack must not use."""

    def __init__(self, mark: Any, zh: str, en: str) -> None:
        super().__init__(en)
        self.what, self.problem_mark = Text(zh, en), mark


class _Events(yaml.CSafeLoader):
    # Tags are ours to give (see _scalar), so the resolver's pattern matching on every scalar is left out.
    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        return ""


@dataclass
class _Open:
    """A mapping or list being read; ``key`` waits for its value."""

    value: Any
    path: tuple[Key, ...]
    key: str | None = None


class _Reading:
    """Builds content from the parser's events without recursion."""

    def __init__(self, file: str, found: Found) -> None:
        self.content = Content(file)
        self.found = found
        self.stack: list[_Open] = []
        self.roots = 0

    def read(self, text: str) -> Content:
        for event in _events(text):
            self._take(event)
        return self.content

    def _take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self._scalar_event(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._refuse_tag(event)
                path = self._put({} if isinstance(event, yaml.MappingStartEvent) else [], event.start_mark)
                self.stack.append(_Open(self._last, path))
                if len(self.stack) > MAX_DEPTH:
                    raise _Refused(event.start_mark, "嵌套过深", "nested too deeply")
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.stack.pop()
            case yaml.AliasEvent():
                raise _Refused(event.start_mark, "内容包不用锚点和别名（& 与 *），请重写该值", "a pack uses no anchors and aliases (& and *): write the value again")
            case yaml.DocumentStartEvent():
                self.roots += 1
                if self.roots > 1:
                    raise _Refused(event.start_mark, "一个文件只能有一份文档", "a second document begins; a pack file holds one")

    def _refuse_tag(self, event: Any) -> None:
        if event.tag and event.tag != "!":
            raise _Refused(event.start_mark, f"内容包不用标签 {event.tag}", f"a pack uses no tags such as {event.tag}")

    def _scalar_event(self, event: Any) -> None:
        self._refuse_tag(event)
        top = self.stack[-1] if self.stack else None
        if top and isinstance(top.value, dict) and top.key is None:
            self._key(top, event)
        else:
            self._put(event.value if event.style else _scalar(event.value), event.start_mark)

    def _key(self, top: _Open, event: Any) -> None:
        line, path = event.start_mark.line + 1, (*top.path, event.value)
        if event.value in top.value:
            first = self.content.lines[path]
            self.found.blocking(
                "repeated_key", Place(self.content.file, line),
                Text(f"键 {event.value} 已在第 {first} 行出现", f"the key {event.value} stands in line {first} already"),
                Text("请删去其中一个", "remove one of the two"),
            )  # fmt: skip
        else:
            self.content.lines[path] = line
        top.key = event.value

    def _put(self, value: Any, mark: Any) -> tuple[Key, ...]:
        """Give a value to what is open; its path."""
        self._last = value
        if not self.stack:
            self.content.value = value
            self.content.lines[()] = mark.line + 1
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
            path: tuple[Key, ...] = (*top.path, len(top.value) - 1)
            self.content.lines[path] = mark.line + 1
            return path
        if top.key is None:
            raise _Refused(mark, "键必须是一个词", "a key must be a plain word")
        key, top.key = top.key, None
        top.value.setdefault(key, value)  # of a repeated key the first counts
        return (*top.path, key)


def _events(text: str) -> Iterator[Any]:
    loader = _Events(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def _scalar(text: str) -> Any:
    """The value of an unquoted scalar: only true, false and null are words; yes, no, on and dates stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
