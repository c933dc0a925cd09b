"""What a message on a plain topic says: a number, a truth, words, or an object of them, whose keys go on where the topic ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any, NamedTuple

from zhizao.sense.connectors.mqtt.link import AHEAD_US
from zhizao.sense.spoken import Quality, Spoken, Unread

EXACT = 1 << 53
"""Whole numbers beyond it do not fit into a float."""
_SECONDS, _MILLISECONDS = 1e11, 1e14
"""Below, a number that is a time counts seconds, or milliseconds; above, microseconds."""
SHOWN = 200
_LARGEST = sys.float_info.max


class Message(NamedTuple):
    """A message as far as its reading goes; ``line`` counts the messages of its source."""

    line: int
    topic: str
    payload: bytes
    time_us: int
    retained: bool = False


def read(message: Message, time_key: str = "") -> Iterator[Spoken | Unread]:
    """Every value of a message.

    Args:
        time_key: the way to the field of an object that says when it was true, its keys joined by ``/``. A message without it has the time of
            its arrival; one that the broker had kept (nobody knows since when) is ``stale`` then.

    Example:
        >>> said = read(Message(1, "press", b'{"t": 1700000000, "axis": {"load": 2.5}, "mode": "AUTO"}', 1_700_000_000_500_000), "t")
        >>> [(s.address, s.value, s.text, s.time_us) for s in said]
        [('press/axis/load', 2.5, None, 1700000000000000), ('press/mode', None, 'AUTO', 1700000000000000)]
        >>> [(s.value, s.quality) for s in read(Message(1, "press/load", b"7", 5, retained=True))]
        [(7.0, 'stale')]
    """
    try:
        found = _parsed(message.payload)
        time_us = _stated(found, time_key.split("/")) if time_key and isinstance(found, dict) else None
        if time_us is not None and time_us >= message.time_us + AHEAD_US:
            raise ValueError(f"a time no clock can mean: {time_us}")
    except (ValueError, RecursionError) as error:
        yield Unread(message.line, str(error), f"{message.topic}|{message.payload[:SHOWN]!r}")
        return
    at_us, quality = (message.time_us, "stale" if message.retained else "good") if time_us is None else (time_us, "good")
    for address, value in _flat(message.topic, found):
        if address != f"{message.topic}/{time_key}":
            yield _said(message.line, address, at_us, value, quality)


def _parsed(payload: bytes) -> Any:
    text = payload.decode("utf-8").strip()
    if not text:
        raise ValueError("an empty message")
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        if text[0] in '{["':
            raise ValueError(f"no JSON: {error}") from None
        return text  # words without quotes


def _no_number(word: str) -> float:
    raise ValueError(f"not a number: {word}")


_DECODER = json.JSONDecoder(parse_constant=_no_number)


def _stated(found: dict[str, Any], keys: list[str]) -> int | None:
    """The time an object states, in microseconds."""
    value: Any = found
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e18:
        return round(value * (1_000_000 if abs(value) < _SECONDS else 1_000 if abs(value) < _MILLISECONDS else 1))
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        return round(aware.timestamp() * 1_000_000)
    raise ValueError(f"no time: {value!r}")


def _flat(address: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{address}/{key}", inner)
    else:
        yield address, value


def _said(line: int, address: str, time_us: int, value: Any, quality: Quality) -> Spoken | Unread:
    if isinstance(value, (float, int)):
        if not -_LARGEST <= value <= _LARGEST:
            return Unread(line, "too large a number", f"{address}|{str(value)[:SHOWN]}")
        exact = None if -EXACT <= value <= EXACT or isinstance(value, float) else str(value)
        return Spoken(line, address, time_us, float(value), exact, quality)
    if value is None:
        return Spoken(line, address, time_us, None, None, "bad")
    return Spoken(line, address, time_us, None, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), quality)
