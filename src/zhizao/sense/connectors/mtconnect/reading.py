"""The documents of an agent: what its streams say, and why it refuses.

Source: MTConnect Standard, part 1 (headers, errors) and part 3 (streams), editions 1.1 to 2.x: only names without their namespace are looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from zhizao.sense.connectors.shdr.lines import series, time_us, value_of
from zhizao.sense.spoken import Spoken, Unread

LEVELS = ("Normal", "Warning", "Fault", "Unavailable")
AXES = ("X", "Y", "Z")
CODE = ("nativeCode", "nativeSeverity", "qualifier")
SHOWN = 500
"""Characters of what could not be read that are kept."""

_PLAIN = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


class NotADocument(ValueError):
    """What came is no document of an agent, not even in part."""


class Refusal(Exception):
    """The agent refuses a request: the codes it gives."""

    def __init__(self, codes: Iterable[str], told: str) -> None:
        self.codes = frozenset(codes)
        super().__init__(f"{', '.join(sorted(self.codes))}: {told}")


@dataclass(frozen=True, slots=True)
class Header:
    """Of a streams document: which buffer it came from, where to go on, and when it was made."""

    instance: int
    next: int
    made_us: int


@dataclass(frozen=True, slots=True)
class Streams:
    """A streams document: every observation in the order of sequence, its sequence as the line; ``broken`` says what had to be passed over."""

    header: Header
    said: tuple[Spoken | Unread, ...]
    broken: str = ""


def streams(document: bytes, threes: frozenset[str] = frozenset()) -> Streams:
    """Read a streams document; from one that is not well formed, whatever can still be read.

    Args:
        threes: data items whose three numbers are told apart, as ``id/X``, ``id/Y`` and ``id/Z``.

    Raises:
        NotADocument: not even its header can be read.
        Refusal: it is an error document.
    """
    root, broken = parsed(document)
    header = _header(root)
    said = [one for element in root.iter() if _is_said(element) for one in _observation(element, threes)]
    return Streams(header, tuple(sorted(said, key=lambda one: one.line)), broken)


def parsed(document: bytes) -> tuple[Any, str]:
    """The root of a document, and what is wrong with its form.

    Raises:
        NotADocument: there is nothing to read in it.
        Refusal: it is an error document.
    """
    root, broken = _tree(document)
    if root is None or not isinstance(root.tag, str):
        raise NotADocument(broken or "nothing")
    if name(root) == "MTConnectError":
        errors = [e for e in root.iter() if isinstance(e.tag, str) and e.get("errorCode")]
        raise Refusal([e.get("errorCode") for e in errors], "; ".join((e.text or "").strip() for e in errors))
    return root, broken


def name(element: Any) -> str:
    """The name of an element without its namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def _tree(document: bytes) -> tuple[Any, str]:
    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False}
    try:
        return etree.fromstring(document, etree.XMLParser(**safe)), ""
    except etree.XMLSyntaxError as error:
        try:
            return etree.fromstring(document, etree.XMLParser(**safe, recover=True)), str(error)
        except etree.XMLSyntaxError:
            return None, str(error)


def _header(root: Any) -> Header:
    found = next((e for e in root.iter() if isinstance(e.tag, str) and name(e) == "Header"), None)
    if found is None:
        raise NotADocument(f"{name(root)} without a header")
    try:
        made = time_us(found.get("creationTime", ""))
        return Header(int(found.get("instanceId")), int(found.get("nextSequence")), made or 0)
    except (TypeError, ValueError) as error:
        raise NotADocument(f"a header without numbers: {error}") from error


def _is_said(element: Any) -> bool:
    return isinstance(element.tag, str) and element.get("dataItemId") is not None


def _observation(element: Any, threes: frozenset[str]) -> Iterator[Spoken | Unread]:
    sequence, at = element.get("sequence", ""), time_us(element.get("timestamp", ""))
    line = int(sequence) if sequence.isascii() and sequence.isdigit() else 0
    if not line or at is None:
        yield Unread(line, "no sequence" if not line else "no time", etree.tostring(element, encoding="unicode", with_tail=False)[:SHOWN])
    else:
        yield from _reader(element)(element, line, at, threes)


Reader = Callable[[Any, int, int, frozenset[str]], Iterable[Spoken]]


def _reader(element: Any) -> Reader:
    kind = name(element)
    if name(element.getparent()) == "Condition" and kind in LEVELS:
        return _condition
    if kind.endswith("TimeSeries"):
        return _series
    if kind.endswith(("DataSet", "Table")) or len(element):
        return _entries
    return _sample if name(element.getparent()) == "Samples" else _event


def _condition(element: Any, line: int, at: int, threes: frozenset[str]) -> list[Spoken]:
    """In the words of SHDR: level, native code, native severity, qualifier, text."""
    level, address = name(element).upper(), element.get("dataItemId")
    if level == "UNAVAILABLE":
        return [Spoken(line, address, at, quality="bad")]
    parts = (level, *(element.get(part, "") for part in CODE), _text(element))
    return [Spoken(line, address, at, text="|".join(parts).rstrip("|"))]


def _series(element: Any, line: int, at: int, threes: frozenset[str]) -> list[Spoken]:
    """One observation a sample, as an adapter's."""
    values, rate = _text(element).split(), element.get("sampleRate", "")
    if len(values) < 2:
        return [value_of(line, at, element.get("dataItemId"), " ".join(values))]
    return list(series(line, at, element.get("dataItemId"), values, float(rate) if _PLAIN.fullmatch(rate) else 0.0))


def _entries(element: Any, line: int, at: int, threes: frozenset[str]) -> list[Spoken]:
    """The entries of a set or a table as JSON; one that was removed is null."""
    address = element.get("dataItemId")
    if not len(element):
        return [value_of(line, at, address, _text(element)) if _text(element) else Spoken(line, address, at, text="{}")]
    return [Spoken(line, address, at, text=json.dumps(_told(element), ensure_ascii=False))]


def _told(element: Any) -> dict[str, Any]:
    return {e.get("key", name(e)): _entry(e) for e in element if isinstance(e.tag, str)}


def _entry(element: Any) -> Any:
    if element.get("removed") == "true":
        return None
    return _told(element) if len(element) else _text(element)


def _sample(element: Any, line: int, at: int, threes: frozenset[str]) -> list[Spoken]:
    address, text = element.get("dataItemId"), _text(element)
    if address not in threes:
        return [value_of(line, at, address, text)]
    parts = text.split() if len(text.split()) == len(AXES) else [text] * len(AXES)
    return [value_of(line, at, f"{address}/{axis}", part) for axis, part in zip(AXES, parts, strict=True)]


def _event(element: Any, line: int, at: int, threes: frozenset[str]) -> list[Spoken]:
    """An event is a number only if it is written as one would be: a program ``0012`` is a name."""
    address, text, code = element.get("dataItemId"), _text(element), element.get("nativeCode", "")
    if code and name(element) == "Message":
        return [Spoken(line, address, at, text=f"{code}|{text}")]
    plain = _PLAIN.fullmatch(text) or text.upper() == "UNAVAILABLE" or not text
    return [value_of(line, at, address, text) if plain else Spoken(line, address, at, text=text)]


def _text(element: Any) -> str:
    return (element.text or "").strip()
