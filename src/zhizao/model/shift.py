"""Shifts: what a site's calendar says of each day, on the clocks of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from zhizao.errors import InputError
from zhizao.model.period import Period, instant_of
from zhizao.model.text import Text

CALENDAR = "shift_calendar"
"""The record type that holds the shifts of sites."""
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
class Stretch:
    """A stretch of time that belongs to a shift of a day; ``planned`` is ``busy``, or what a pause in the shift is."""

    starts: datetime
    ends: datetime
    day: date
    shift: str
    planned: str

    @property
    def period(self) -> Period:
        """The period it belongs to: a shift belongs to the day it begins."""
        return Period("shift", f"{self.day}/{self.shift}")


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


def stretches(calendar: Sequence[Shift], zone: tzinfo, first: date, last: date) -> list[Stretch]:
    """The shifts that begin on some days and their pauses, in order of time, none over another.

    A local time that the clocks skip is the instant they jump to; of one that occurs twice the first is meant. Where shifts overlap, the one that
    began last counts.

    Example:
        >>> from datetime import UTC
        >>> night = shifts([{"shift": "night", "valid_from": date(2026, 1, 1), "weekdays": "mon", "starts": "22:00", "ends": "06:00", "breaks": "02:00-02:30"}])
        >>> [(f"{s.starts:%d %H:%M}", str(s.period), s.planned) for s in stretches(night, UTC, date(2026, 1, 5), date(2026, 1, 6))]
        [('05 22:00', '2026-01-05/night', 'busy'), ('06 02:00', '2026-01-05/night', 'off'), ('06 02:30', '2026-01-05/night', 'busy')]
    """
    pieces = [piece for n in range((last - first).days + 1) for piece in _of_day(calendar, first + timedelta(days=n), zone)]
    bounds = sorted({at for piece in pieces for at in (piece.starts, piece.ends)})
    found: list[Stretch] = []
    for start, end in pairwise(bounds):
        said = next((piece for piece in reversed(pieces) if piece.starts <= start < piece.ends), None)
        if said is not None:
            _append(found, Stretch(start, end, said.day, said.shift, said.planned))
    return found


def _append(found: list[Stretch], new: Stretch) -> None:
    """Add a stretch; one that goes on as the last did makes that longer."""
    last = found[-1] if found else None
    if last and (last.ends, last.period, last.planned) == (new.starts, new.period, new.planned):
        found[-1] = Stretch(last.starts, new.ends, new.day, new.shift, new.planned)
    else:
        found.append(new)


def _of_day(calendar: Sequence[Shift], day: date, zone: tzinfo) -> Iterator[Stretch]:
    """The shifts of a day, each followed by its pauses, in the order in which they begin."""
    midnight = datetime.combine(day, time())
    for shift in sorted(_on(calendar, day), key=lambda s: s.starts):
        for starts, ends, planned in ((shift.starts, shift.ends, "busy"), *((p.starts, p.ends, p.planned) for p in shift.pauses)):
            yield Stretch(instant_of(midnight + starts, zone), instant_of(midnight + ends, zone), day, shift.id, planned)


def _on(calendar: Sequence[Shift], day: date) -> Iterator[Shift]:
    """The shifts that begin on a day, each as it is on that day."""
    for name in dict.fromkeys(s.id for s in calendar):
        known = [s for s in calendar if s.id == name and s.valid_from <= day]
        newest = max(known, key=lambda s: s.valid_from, default=None)
        if newest and day.weekday() in newest.weekdays:
            yield newest


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
