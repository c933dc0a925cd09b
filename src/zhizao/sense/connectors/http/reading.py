"""What is pushed: rows that name entity and quantity themselves, as a JSON list or one JSON object a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any

from zhizao.errors import InputError
from zhizao.model.entity import is_entity
from zhizao.model.text import Text
from zhizao.sense.gather import gathered
from zhizao.sense.source import Signal
from zhizao.sense.spoken import Spoken, Unread
from zhizao.store.stream.delivery import Delivery

QUALITIES = ("good", "uncertain", "bad", "stale")
FIELDS = {"entity", "quantity", "time", "value", "text", "quality"}


def pushed(source: str, body: bytes) -> Delivery:
    """A delivery of what a body says; what cannot be read is refused with its line and reason.

    Raises:
        InputError: the body is neither a JSON list nor a JSON object a line.

    Example:
        >>> rows = b'[{"entity": "machine:M1", "quantity": "active_power", "time": "2026-01-01T08:00:00Z", "value": 2.5}, {"value": "x"}]'
        >>> done = pushed("http:push", rows)
        >>> done.rows.num_rows, [(r.place, r.why) for r in done.refused]
        (1, [('line 2', 'no id of an entity: None')])
    """
    said = [_spoken(line, row) for line, row in _rows(body)]
    places = {one.address for one in said if isinstance(one, Spoken)}
    signals = {address: Signal(entity, quantity) for address in places for entity, _, quantity in [address.partition("\n")]}
    return gathered(source, said, signals, position="", lines=len(said))


def _rows(body: bytes) -> Iterable[tuple[int, Any]]:
    if body.lstrip()[:1] == b"[":
        try:
            return enumerate(json.loads(body), 1)
        except (ValueError, RecursionError) as error:
            raise InputError(Text(f"正文不是 JSON（{error}）", f"the body is no JSON ({error})"), where="body", cure=_CURE) from error
    if body.lstrip()[:1] not in (b"{", b""):
        raise InputError(Text("正文既非 JSON 列表，也非逐行 JSON", "the body is neither a JSON list nor a JSON object a line"), where="body", cure=_CURE)
    return _lines(body)


def _lines(body: bytes) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(body.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, line.decode("utf-8", "replace")


def _spoken(line: int, row: Any) -> Spoken | Unread:
    why = _fault(row)
    if why:
        return Unread(line, why, row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)[:2000])
    value = row.get("value")
    address, quality = f"{row['entity']}\n{row['quantity']}", row.get("quality") or "good"
    return Spoken(line, address, _time_us(row["time"]) or 0, None if value is None else float(value), row.get("text"), quality)


def _fault(row: Any) -> str:
    """Why a row is none; '' where it is one."""
    if not isinstance(row, dict):
        return "no JSON object"
    if strange := row.keys() - FIELDS:
        return f"unknown fields: {', '.join(sorted(strange))}"
    entity, quantity, value, text = (row.get(name) for name in ("entity", "quantity", "value", "text"))
    if not isinstance(entity, str) or not is_entity(entity) or "\n" in entity:
        return f"no id of an entity: {entity}"
    if not isinstance(quantity, str) or not quantity or "\n" in quantity:
        return f"no quantity: {quantity}"
    if value is not None and not is_number(value):
        return f"no finite number: {value}"
    if text is not None and not isinstance(text, str):
        return f"no text: {text}"
    if any("\ud800" <= sign <= "\udfff" for sign in f"{entity}{quantity}{text}"):
        return "halves of characters"
    if row.get("quality") not in (None, *QUALITIES):
        return f"no quality: {row['quality']}"
    if value is None and text is None and row.get("quality") not in ("bad", "stale"):
        return "neither value nor text"
    return "" if _time_us(row.get("time")) is not None else f"no time: {row.get('time')}"


def is_number(value: Any) -> bool:
    """Whether a value is a number that can be kept.

    Example:
        >>> is_number(2), is_number(True), is_number(float("nan")), is_number(10**400)
        (True, False, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST


def _time_us(said: Any) -> int | None:
    """Microseconds since 1970 of an ISO 8601 time; one without a zone is UTC, a number is microseconds already."""
    if isinstance(said, int) and not isinstance(said, bool):
        return said
    try:
        at = datetime.fromisoformat(said)
        at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
        since = at - _EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    except (TypeError, ValueError, OverflowError):
        return None


_LARGEST = sys.float_info.max
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_CURE = Text(
    '例如 [{"entity": "machine:M1", "quantity": "active_power", "time": "2026-01-01T08:00:00Z", "value": 2.5}]',
    'for instance [{"entity": "machine:M1", "quantity": "active_power", "time": "2026-01-01T08:00:00Z", "value": 2.5}]',
)
