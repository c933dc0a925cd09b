"""What a data value of OPC UA says: every built-in type, status codes, time stamps.

Source: IEC 62541-4 (StatusCode, DataValue) and -6 (built-in types).
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from asyncua import ua

from zhizao.sense.spoken import Quality, Spoken, Unread

QUALITIES: tuple[Quality, ...] = ("good", "uncertain", "bad", "bad")
"""By the two highest bits of a status code."""
OVERFLOW = 0x0480
"""The info bits that say: values next to this one did not fit the queue of the server."""
EXACT = 2**53
"""Whole numbers beyond this are no float64; they are kept as digits."""
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

Labels = Mapping[int, str]
"""The names of an enumeration's numbers."""


def read(line: int, address: str, said: ua.DataValue, now_us: int, labels: Labels | None = None) -> Iterator[Spoken | Unread]:
    """What a data value says; a number that is none is refused, and ends what held before it.

    Args:
        now_us: the time of a value without any time stamp.
        labels: makes numbers of an enumeration words as well.

    Example:
        >>> at = datetime(2026, 1, 1, tzinfo=UTC)
        >>> one, = read(1, "s=P", ua.DataValue(ua.Variant(2.5), SourceTimestamp=at), 0)
        >>> one.value, one.quality, one.time_us
        (2.5, 'good', 1767225600000000)
        >>> [type(one).__name__ for one in read(1, "s=P", ua.DataValue(ua.Variant(math.nan)), 0)]
        ['Unread', 'Spoken']
    """
    content = said.Value.Value if said.Value is not None else None
    quality, at = QUALITIES[_code(said) >> 30], time_us(said, now_us)
    if type(content) is float:  # nearly everything is one
        if math.isfinite(content):
            yield Spoken(line, address, at, content, None, quality)
        else:
            yield Unread(line, f"not a finite number: {content}", address)
            yield Spoken(line, address, at, quality="bad")
    elif content is None:
        yield Spoken(line, address, at, quality="bad")
    else:
        value, text = number_or_text(content, labels)
        yield Spoken(line, address, at, value, text, quality)


def number_or_text(content: Any, labels: Labels | None = None) -> tuple[float | None, str | None]:
    """A value as a number, as words, or as both where numbers have names.

    Example:
        >>> number_or_text(True), number_or_text(2**60), number_or_text(1, {1: "Running"}), number_or_text([1, 2])
        ((1.0, None), (None, '1152921504606846976'), (1.0, 'Running'), (None, '[1, 2]'))
    """
    if isinstance(content, Enum) and isinstance(content.value, int):
        return float(content.value), content.name
    if isinstance(content, int):
        return (float(content), labels.get(content) if labels else None) if -EXACT <= content <= EXACT else (None, str(content))
    words = plain(content)
    return None, words if isinstance(words, str) else json.dumps(words, ensure_ascii=False)


def plain(content: Any) -> Any:
    """A value of any type as JSON can say it.

    Example:
        >>> plain([datetime(2026, 1, 1, tzinfo=UTC), b"\\x01", ua.LocalizedText("an"), ua.NodeId("P", 2)])
        ['2026-01-01T00:00:00+00:00', 'AQ==', 'an', 'ns=2;s=P']
    """
    match content:
        case None | bool() | int() | str(): return content
        case float(): return content if math.isfinite(content) else str(content)
        case list() | tuple(): return [plain(one) for one in content]
        case datetime(): return content.isoformat()
        case bytes(): return b64encode(content).decode()
        case UUID(): return str(content)
        case ua.LocalizedText(): return content.Text or ""
        case ua.QualifiedName(): return content.Name or ""
        case ua.NodeId(): return content.to_string()
        case ua.StatusCode(): return content.name
        case ua.Variant(): return plain(content.Value)
        case Enum(): return content.name
    return {field.name: plain(getattr(content, field.name)) for field in fields(content)} if is_dataclass(content) else str(content)


def time_us(said: ua.DataValue, now_us: int) -> int:
    """When a value was so at its source; where the source states no time, when the server took it.

    Example:
        >>> time_us(ua.DataValue(ua.Variant(1), ServerTimestamp=datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)), 0)
        1000000
    """
    at = said.SourceTimestamp or said.ServerTimestamp
    return now_us if at is None else microseconds(at)


def microseconds(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def overflowed(said: ua.DataValue) -> bool:
    """Whether the server had to leave out values next to this one.

    Example:
        >>> overflowed(ua.DataValue(ua.Variant(1), ua.StatusCode(0x480))), overflowed(ua.DataValue(ua.Variant(1)))
        (True, False)
    """
    return _code(said) & OVERFLOW == OVERFLOW


def _code(said: ua.DataValue) -> int:
    return 0 if said.StatusCode is None else int(said.StatusCode.value)
