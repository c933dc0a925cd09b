"""A site's shift calendar as signals: which shift it is, and whether a machine is planned to be busy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store.stream.delivery import observations

if TYPE_CHECKING:
    import pyarrow as pa

SOURCE = "calendar"
"""The source under whose name a calendar's observations are delivered."""
SHIFT, PLANNED = "shift", "planned"
"""The quantities: the id of the shift, '' outside; and ``busy``, ``down`` or ``off``."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of local time inside a shift that is not planned busy, and what it is instead."""

    starts: timedelta
    ends: timedelta
    planned: str


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift as a calendar has it from a day on; times count from the midnight its day begins with."""

    id: str
    valid_from: date
    weekdays: frozenset[int]
    starts: timedelta
    ends: timedelta
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned from an instant on."""

    at: datetime
    shift: str
    planned: str


def shifts(rows: Iterable[Mapping[str, Any]]) -> tuple[Shift, ...]:
    """The shifts that rows of a calendar describe.

    Raises:
        InputError: a weekday or a time of day that cannot be read; it names the shift.

    Example:
        >>> late, = shifts([{"shift": "late", "valid_from": date(2026, 1, 1), "weekdays": "mon-fri", "starts": "22:00", "ends": "06:00"}])
        >>> sorted(late.weekdays), late.ends.total_seconds() / 3600
        ([0, 1, 2, 3, 4], 30.0)
    """
    return tuple(map(_shift, rows))


def plans(calendar: Sequence[Shift], zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Plan]:
    """What is planned from ``start`` on and whenever it changes before ``end``, in order of time.

    A local time that the clocks skip is the instant they jump to; of one that occurs twice the first is meant. Where shifts overlap, the one that
    began last counts.

    Example:
        >>> day = shifts([{"shift": "day", "valid_from": date(2026, 1, 1), "weekdays": "mon", "starts": "06:00", "ends": "14:00", "breaks": "10:00-10:15"}])
        >>> monday = datetime(2026, 1, 5, tzinfo=UTC)
        >>> [(p.at.strftime("%H:%M"), p.shift, p.planned) for p in plans(day, ZoneInfo("UTC"), monday, monday + timedelta(days=1))]
        [('00:00', '', 'off'), ('06:00', 'day', 'busy'), ('10:00', 'day', 'off'), ('10:15', 'day', 'busy'), ('14:00', '', 'off')]
    """
    pieces = list(_pieces(calendar, zone, start, end))
    bounds = sorted({start, *(at for first, last, _ in pieces for at in (first, last) if start < at < end)})
    told: tuple[str, str] | None = None
    for at in bounds:
        current = _at(at, pieces)
        if current != told:
            yield Plan(at, *current)
        told = current


def signals(planned: Sequence[Plan], machines: Sequence[str]) -> pa.RecordBatch:
    """Plans as observations of every machine they hold for."""
    import pyarrow as pa

    rows = [(machine, quantity, plan.at, text) for machine in machines for plan in planned for quantity, text in ((SHIFT, plan.shift), (PLANNED, plan.planned))]
    entity, quantity, at, text = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns = {"entity": entity, "quantity": quantity, "time": at, "value": [None] * len(rows), "text": text, "quality": ["good"] * len(rows)}
    schema = observations()
    return pa.record_batch([pa.array(columns[f.name], _plain(f.type)).cast(f.type) for f in schema], schema=schema)


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type a column is built in before it is encoded."""
    return getattr(kind, "value_type", kind)


Piece = tuple[datetime, datetime, tuple[str, str]]
"""A stretch in which one shift, or a pause in it, is planned."""


def _pieces(calendar: Sequence[Shift], zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Piece]:
    """The shifts of every day that touch the window, each followed by its pauses, in the order in which they begin."""
    day, last = start.astimezone(zone).date() - timedelta(days=2), end.astimezone(zone).date()
    while day <= last:
        for shift in sorted(_on(calendar, day), key=lambda s: s.starts):
            yield _instant(day, shift.starts, zone), _instant(day, shift.ends, zone), (shift.id, "busy")
            for pause in shift.pauses:
                yield _instant(day, pause.starts, zone), _instant(day, pause.ends, zone), (shift.id, pause.planned)
        day += timedelta(days=1)


def _on(calendar: Sequence[Shift], day: date) -> Iterator[Shift]:
    """The shifts that begin on a day, each as it is on that day."""
    for name in dict.fromkeys(s.id for s in calendar):
        known = [s for s in calendar if s.id == name and s.valid_from <= day]
        newest = max(known, key=lambda s: s.valid_from, default=None)
        if newest and day.weekday() in newest.weekdays:
            yield newest


def _instant(day: date, after: timedelta, zone: ZoneInfo) -> datetime:
    return (datetime.combine(day, time()) + after).replace(tzinfo=zone).astimezone(UTC)


def _at(at: datetime, pieces: Sequence[Piece]) -> tuple[str, str]:
    """What is planned at an instant: what was said last of the pieces that hold it."""
    return next((what for first, last, what in reversed(pieces) if first <= at < last), ("", "off"))


# ── reading a row ───────────────────────────────────────────────────────────────────────────────────────────────


def _shift(row: Mapping[str, Any]) -> Shift:
    name = str(row["shift"])
    weekdays = _weekdays(str(row.get("weekdays") or ""), name)
    starts, ends = (_clock(str(row.get(key) or "00:00"), name) for key in ("starts", "ends"))
    ends = ends if ends > starts else ends + timedelta(days=1)
    pauses = [p for key, planned in (("breaks", "off"), ("planned_down", "down")) for p in _pauses(str(row.get(key) or ""), planned, starts, name)]
    return Shift(name, row["valid_from"], weekdays, starts, ends, tuple(pauses))


def _weekdays(written: str, name: str) -> frozenset[int]:
    """Days of the week, Monday 0; a stretch may run over the weekend."""
    found: set[int] = set()
    for part in filter(None, re.split(r"[,|\s]+", written.strip().lower())):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            raise _unread(name, part, "mon-fri")
        a, b = _DAYS.index(first), _DAYS.index(last or first)
        found |= {(a + n) % 7 for n in range((b - a) % 7 + 1)}
    return frozenset(found)


def _pauses(written: str, planned: str, after: timedelta, name: str) -> Iterator[Pause]:
    for part in filter(None, (p.strip() for p in written.split("|"))):
        first, dash, last = part.partition("-")
        if not dash:
            raise _unread(name, part, "10:00-10:15|12:00-12:30")
        starts, ends = _clock(first, name), _clock(last, name)
        starts = starts if starts >= after else starts + timedelta(days=1)
        yield Pause(starts, _later(ends, starts), planned)


def _later(ends: timedelta, starts: timedelta) -> timedelta:
    while ends <= starts:
        ends += timedelta(days=1)
    return ends


def _clock(written: str, name: str) -> timedelta:
    match = _CLOCK.fullmatch(written.strip())
    if not match:
        raise _unread(name, written, "06:00")
    return timedelta(hours=int(match[1]), minutes=int(match[2]))


def _unread(name: str, written: str, example: str) -> InputError:
    what = Text(f"班次 {name} 的“{written}”无法读懂", f"{written!r} of the shift {name} cannot be read")
    return InputError(what, cure=Text(f"例如 {example}", f"write for example {example}"))
