"""When a plant is meant to run: its shifts and breaks, in local time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

SECOND = 1_000_000
"""Microseconds."""
HOUR = 3600 * SECOND
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of every day, in seconds after local midnight; ``breaks`` are planned down times inside it."""

    id: str
    begins_s: int
    ends_s: int
    breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """The shifts of a plant, whose clock is ``offset_hours`` ahead of UTC all year.

    Example:
        >>> [(p.shift, p.planned) for p in TWO_SHIFTS.stretches(0, 24 * HOUR)][:3]
        [('early', 'busy'), ('early', 'down'), ('early', 'busy')]
    """

    shifts: tuple[Shift, ...]
    offset_hours: int = 8
    zone: str = "Asia/Shanghai"

    def stretches(self, begin: int, end: int) -> Iterator[Planned]:
        """What is planned from one instant to another, without gaps in a shift; what lies between shifts is left out."""
        offset = self.offset_hours * HOUR
        for day in range((begin + offset) // DAY - 1, (end + offset) // DAY + 1):
            midnight = day * DAY - offset
            for shift in self.shifts:
                for part in _parts(shift, midnight):
                    if part.begin < end and part.end > begin:
                        yield Planned(part.shift, part.planned, max(part.begin, begin), min(part.end, end))

    def next_start(self, at: int) -> int:
        """When the next shift begins, or the instant itself inside one."""
        return min(max(p.begin, at) for p in self.stretches(at, at + 2 * DAY))

    def midnight(self, at: int) -> int:
        """The last midnight on the plant's clock, up to an instant."""
        offset = self.offset_hours * HOUR
        return (at + offset) // DAY * DAY - offset

    def is_on(self, at: int) -> bool:
        """Whether an instant lies in a shift, its breaks included."""
        return self.next_start(at) == at


@dataclass(frozen=True, slots=True)
class Planned:
    """A stretch of time, microseconds since 1970: in which shift, and whether ``busy`` or ``down`` is planned."""

    shift: str
    planned: str
    begin: int
    end: int


def _parts(shift: Shift, midnight: int) -> Iterator[Planned]:
    at = shift.begins_s
    for begin, end in (*shift.breaks, (shift.ends_s, shift.ends_s)):
        if at < begin:
            yield Planned(shift.id, "busy", midnight + at * SECOND, midnight + begin * SECOND)
        if begin < end:
            yield Planned(shift.id, "down", midnight + begin * SECOND, midnight + end * SECOND)
        at = end


def _at(hour: int, minute: int = 0) -> int:
    return hour * 3600 + minute * 60


TWO_SHIFTS = Calendar(
    (
        Shift("early", _at(6), _at(14), ((_at(10), _at(10, 15)),)),
        Shift("late", _at(14), _at(22), ((_at(18), _at(18, 15)),)),
    )
)
"""Early and late, each with a break of a quarter of an hour."""


def iso(at: int) -> str:
    """An instant in words.

    Example:
        >>> iso(0)
        '1970-01-01T00:00:00.000000Z'
    """
    return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=at)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
