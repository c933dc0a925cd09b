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
from zhizao.pack.readable import read_bytes, why

Key = str | int
MAX_DEPTH = 40
"""Nesting beyond this is no pack; the bound also keeps hostile input from exhausting the stack."""

_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"[-+]?\d{1,30}\.\d{1,30}")
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML holds in no file."""
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass
class Content:
    """The plain value of a file (mappings, lists, text, whole numbers, decimals, truth values) and its lines by path."""

    file: str
    value: Any = None
    lines: dict[tuple[Key, ...], int] = field(default_factory=dict)
    faulty: set[tuple[Key, ...]] = field(default_factory=set)
    """Paths of what does not fit the shape of the file; something else stands in for it."""

    def place(self, *path: Key) -> Place:
        """Where a key or item stands, or the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return Place(self.file, self.lines.get(path, 1))


def read_content(path: Path, found: Found) -> Content | None:
    """The content of a file; None, with a finding, where there is none."""
    try:
        data = read_bytes(path)
    except OSError as error:
        found.blocking(
            "no_file", Place(str(path)), Text(f"文件无法读取：{why(error).zh}", f"the file cannot be read: {why(error).en}"),
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
        line = _line(error, text)
        found.blocking("yaml", Place(file, line), *_problem(error, text.splitlines()[line - 1 : line]))
        return None


def _line(error: yaml.YAMLError, text: str) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    strange = _CONTROL.search(text)
    return text.count("\n", 0, strange.start()) + 1 if strange else 1


def _problem(error: yaml.YAMLError, line: list[str]) -> tuple[Text, Text]:
    """What is wrong with a line, and how to mend it."""
    if isinstance(error, _Refused):
        return error.what, error.cure
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable")
    message = Text(f"不是合法的 YAML（{what}）", f"this is not YAML ({what})")
    indent = "".join(line)[: len("".join(line)) - len("".join(line).lstrip())]
    if "\t" in indent:
        return message, Text("请用空格缩进，不用制表符", "indent with spaces, not with tabs")
    if _CONTROL.search("".join(line)):
        return message, Text("请删去看不见的控制字符", "remove the invisible control character")
    return message, Text("请检查该行的缩进、引号和括号", "check indentation, quotes and brackets of this line")


class _Refused(yaml.YAMLError):
    """YAML that a pack must not use."""

    def __init__(self, mark: Any, what: Text, cure: Text) -> None:
        super().__init__(what.en)
        self.what, self.cure, self.problem_mark = what, cure, mark


class _Events(yaml.CSafeLoader):
    # Tags are ours to give (see _scalar), so the resolver's pattern matching on every scalar is left out.
    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        return ""


_ANCHOR = (
    Text("内容包不用锚点和别名（& 与 *）", "a pack uses no anchors and aliases (& and *)"),
    Text("请重写该值；以 & 或 * 开头的文字请加引号", "write the value again; put a text that begins with & or * into quotes"),
)


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
                self._refuse_marks(event)
                path = self._put({} if isinstance(event, yaml.MappingStartEvent) else [], event.start_mark)
                self.stack.append(_Open(self._last, path))
                if len(self.stack) > MAX_DEPTH:
                    raise _Refused(event.start_mark, Text("嵌套过深", "nested too deeply"), Text(f"至多 {MAX_DEPTH} 层", f"at most {MAX_DEPTH} levels"))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.stack.pop()
            case yaml.AliasEvent():
                raise _Refused(event.start_mark, *_ANCHOR)
            case yaml.DocumentStartEvent():
                self.roots += 1
                if self.roots > 1:
                    message = Text("一个文件只能有一份文档", "a second document begins; a pack file holds one")
                    raise _Refused(event.start_mark, message, Text("请删去 ---，或分成两个文件", "remove the ---, or make it two files"))

    def _refuse_marks(self, event: Any) -> None:
        if event.anchor:
            raise _Refused(event.start_mark, *_ANCHOR)
        if event.tag and event.tag != "!":
            message = Text(f"内容包不用标签 {event.tag}", f"a pack uses no tags such as {event.tag}")
            raise _Refused(event.start_mark, message, Text("请删去标签；以 ! 开头的文字请加引号", "remove the tag; put a text that begins with ! into quotes"))

    def _scalar_event(self, event: Any) -> None:
        self._refuse_marks(event)
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
            self.content.lines.setdefault(path, line)  # below a repeated key the first counts too
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
            self.content.lines.setdefault(path, mark.line + 1)
            return path
        if top.key is None:
            raise _Refused(mark, Text("键必须是一个词", "a key must be a plain word"), Text("请写 key: value", "write key: value"))
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
