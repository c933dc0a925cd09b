"""Periods of time: a year, a quarter, a month, a week, a day, an hour, a shift, a window of years."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

PeriodKind = Literal["year", "quarter", "month", "week", "day", "hour", "shift", "window"]

_PATTERNS: dict[PeriodKind, re.Pattern[str]] = {
    "year": re.compile(r"(\d{4})"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "month": re.compile(r"(\d{4})-(\d{2})"),
    "week": re.compile(r"(\d{4})-W(\d{2})"),
    "day": re.compile(r"(\d{4})-(\d{2})-(\d{2})"),
    "hour": re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2})"),
    "shift": re.compile(r"(\d{4})-(\d{2})-(\d{2})/([a-z][a-z0-9_-]*)"),
    "window": re.compile(r"(\d{4})/(\d{4})"),
}

_MADE_OF: Mapping[PeriodKind, tuple[PeriodKind, ...]] = {
    "window": ("year", "quarter", "month", "day", "hour"),
    "year": ("quarter", "month", "day", "hour"),
    "quarter": ("month", "day", "hour"),
    "month": ("day", "hour"),
    "week": ("day", "hour"),
    "day": ("hour",),
}

IN_A_YEAR: Mapping[PeriodKind, int] = {"window": 1, "year": 1, "quarter": 4, "month": 12}
"""The kinds of period that count whole years, with how many of them make one; a window moves by its last year."""


MOST_PERIODS = 200_000
"""A range of more is refused before it fills the memory: 22 years by the hour."""


@dataclass(frozen=True, slots=True)
class Period:
    """A named stretch of time, written as in the contracts.

    Example:
        >>> p = Period.parse("2020-Q3")
        >>> p.kind, p.first_day.isoformat(), p.last_day.isoformat(), str(p.shifted(2))
        ('quarter', '2020-07-01', '2020-09-30', '2021-Q1')
    """

    kind: PeriodKind
    text: str

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period.

        Raises:
            ValueError: the text is no period.
        """
        text = text.strip()
        for kind, pattern in _PATTERNS.items():
            if pattern.fullmatch(text):
                return cls(kind, text)._checked()
        raise ValueError(f"{text!r} is no period; write 2020, 2020-Q3, 2020-09, 2020-W12, 2020-09-14, 2020-09-14T08 or 2016/2020")

    def _checked(self) -> Period:
        try:
            last = self.end.date()
        except OverflowError:
            raise ValueError(f"{self.text} lies beyond the calendar") from None
        if self.first_day > last:
            raise ValueError(f"{self.text} ends before it begins")
        return self

    @property
    def _numbers(self) -> list[int]:
        match = _PATTERNS[self.kind].fullmatch(self.text)
        assert match, "a period is only made by parse"
        return [int(group) for group in match.groups() if group.isdigit()]

    @property
    def first_day(self) -> date:
        """The first calendar day of the period."""
        n = self._numbers
        match self.kind:
            case "year" | "window":
                return date(n[0], 1, 1)
            case "quarter":
                return date(n[0], 3 * n[1] - 2, 1)
            case "month":
                return date(n[0], n[1], 1)
            case "week":
                return date.fromisocalendar(n[0], n[1], 1)
            case _:
                return date(n[0], n[1], n[2])

    @property
    def last_day(self) -> date:
        """The last calendar day of the period."""
        n, first = self._numbers, self.first_day
        match self.kind:
            case "year" | "window":
                return date(n[-1], 12, 31)
            case "quarter" | "month":
                month = first.month + (2 if self.kind == "quarter" else 0)
                return date(first.year, month, monthrange(first.year, month)[1])
            case "week":
                return first + timedelta(days=6)
            case _:
                return first

    @property
    def end(self) -> datetime:
        """The first instant (UTC) after the period."""
        if self.kind == "hour":
            return datetime.combine(self.first_day, time(self._numbers[3]), UTC) + timedelta(hours=1)
        return datetime.combine(self.last_day + timedelta(days=1), time(), UTC)

    def bounds(self, zone: tzinfo = UTC) -> tuple[datetime, datetime]:
        """The first instant (UTC) of the period in the local time of a zone, and the first after it.

        An hour that occurs twice is one period of two hours, one that is skipped begins and ends at one instant. Of a shift, the day it belongs to:
        when it begins only its calendar knows.

        Example:
            >>> from zoneinfo import ZoneInfo
            >>> start, end = Period.parse("2020-10-25T02").bounds(ZoneInfo("Europe/Berlin"))
            >>> start.isoformat(), (end - start).total_seconds() / 3600
            ('2020-10-25T00:00:00+00:00', 2.0)
        """
        first = datetime.combine(self.first_day, time())
        if self.kind != "hour":
            return instant_of(first, zone), instant_of(datetime.combine(self.last_day, time()) + timedelta(days=1), zone)
        first += timedelta(hours=self._numbers[3])
        return instant_of(first, zone), instant_of(first + timedelta(hours=1), zone)

    @property
    def year(self) -> int:
        """The calendar year in which the period ends."""
        return self.last_day.year if self.kind != "week" else self._numbers[0]

    def shifted(self, steps: int) -> Period:
        """The period of the same kind some steps later (or earlier, below zero)."""
        return _SHIFT[self.kind](self, steps)

    def lies_in(self, other: Period) -> bool:
        """Whether the whole period falls in another one; each falls in itself.

        Example:
            >>> march, year_ = Period.parse("2025-03"), Period.parse("2025")
            >>> march.lies_in(year_), year_.lies_in(march), march.lies_in(march)
            (True, False, True)
        """
        if self == other:
            return True
        # Hours and shifts are parts of a day, which whole days do not tell apart.
        return other.kind not in ("hour", "shift") and other.first_day <= self.first_day and self.last_day <= other.last_day

    def through(self, last: Period) -> list[Period]:
        """All periods of this kind from this one to the last, both included.

        Raises:
            ValueError: the last is of another kind, or earlier, or there are too many between.
        """
        if last.kind != self.kind or last.last_day < self.first_day:
            raise ValueError(f"{self}..{last} is no range: both ends must be of one kind, the first not after the last")
        periods = [self]
        while periods[-1] != last:
            if len(periods) == MOST_PERIODS:
                raise ValueError(f"{self}..{last} has more than {MOST_PERIODS} periods")
            periods.append(periods[-1].shifted(1))
            if periods[-1].first_day > last.first_day:
                raise ValueError(f"{self}..{last} is no range: steps of {self} do not end with {last}")
        return periods

    def __str__(self) -> str:
        return self.text

    def __lt__(self, other: Period) -> bool:
        return (self.end, self.first_day, self.text) < (other.end, other.first_day, other.text)


def nests_in(kind: PeriodKind, other: PeriodKind) -> bool:
    """Whether periods of one kind make up those of another without rest; a week crosses months, and a shift may cross midnight.

    Example:
        >>> nests_in("month", "quarter"), nests_in("day", "week"), nests_in("week", "month"), nests_in("year", "year")
        (True, True, False, False)
    """
    return kind in _MADE_OF.get(other, ())


def parse_periods(text: str) -> list[Period]:
    """Read a period or a range ``A..B``.

    Raises:
        ValueError: an end is no period, or the ends do not fit together.

    Example:
        >>> [str(p) for p in parse_periods("2019..2021")]
        ['2019', '2020', '2021']
    """
    first, dots, last = text.partition("..")
    return Period.parse(first).through(Period.parse(last)) if dots else [Period.parse(first)]


def moment(text: str) -> datetime:
    """The instant a (possibly partial) date stands for: the end of its period, in UTC.

    Raises:
        ValueError: the text is neither a period nor an ISO instant.

    Example:
        >>> moment("2021-09").isoformat(), moment("2021-09-22T08:30:00Z").isoformat()
        ('2021-10-01T00:00:00+00:00', '2021-09-22T08:30:00+00:00')
    """
    try:
        return Period.parse(text).end
    except ValueError:
        instant = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def instant_of(local: datetime, zone: tzinfo) -> datetime:
    """The instant of a local time: the first of two, and of a skipped one that at which the clocks are set forward.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> instant_of(datetime(2020, 3, 29, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
        '2020-03-29T01:00:00+00:00'
    """
    found = local.replace(tzinfo=zone).astimezone(UTC)
    skipped = found.astimezone(zone).replace(tzinfo=None) != local
    return _set_forward(local, zone) if skipped else found


def _set_forward(local: datetime, zone: tzinfo) -> datetime:
    """The instant at which the clocks leave out a local time."""
    before, after = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) / 2
        before, after = (middle, after) if middle.astimezone(zone).replace(tzinfo=None) < local else (before, middle)
    return after


def year(number: int) -> Period:
    """The calendar year of a number.

    Example:
        >>> str(year(2025))
        '2025'
    """
    return Period("year", f"{number:04d}")


def _shift_months(period: Period, months: int) -> Period:
    total = period.first_day.year * 12 + period.first_day.month - 1 + months
    y, m = divmod(total, 12)
    return Period("quarter", f"{y:04d}-Q{m // 3 + 1}") if period.kind == "quarter" else Period("month", f"{y:04d}-{m + 1:02d}")


def _shift_week(period: Period, steps: int) -> Period:
    y, w, _ = (period.first_day + timedelta(weeks=steps)).isocalendar()
    return Period("week", f"{y:04d}-W{w:02d}")


def _shift_window(period: Period, steps: int) -> Period:
    first, last = period._numbers
    span = last - first + 1
    return Period("window", f"{first + steps * span:04d}/{last + steps * span:04d}")


def _shift_hour(period: Period, steps: int) -> Period:
    return Period("hour", f"{period.end + timedelta(hours=steps - 1):%Y-%m-%dT%H}")


def _shift_shift(period: Period, steps: int) -> Period:
    day, _, name = period.text.partition("/")
    return Period("shift", f"{date.fromisoformat(day) + timedelta(days=steps)}/{name}")


_SHIFT: dict[PeriodKind, Callable[[Period, int], Period]] = {
    "year": lambda p, n: year(p.year + n),
    "quarter": lambda p, n: _shift_months(p, 3 * n),
    "month": _shift_months,
    "week": _shift_week,
    "day": lambda p, n: Period("day", (p.first_day + timedelta(days=n)).isoformat()),
    "hour": _shift_hour,
    "shift": _shift_shift,
    "window": _shift_window,
}
