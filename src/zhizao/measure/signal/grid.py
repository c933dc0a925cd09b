"""A grid over time: every period asked for is made of whole slots, so that finding the period of an instant is a division and a look-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from math import gcd

import pyarrow as pa

from zhizao.measure.calendar import PERIOD
from zhizao.model.period import Period

SLOT, LENGTH = "_slot", "_length"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Grid:
    """Slots of ``width`` microseconds from ``first`` on, up to ``end``; each is named by its first instant. A period is (label, start, end)."""

    first: int
    end: int
    width: int
    periods: tuple[tuple[str, int, int], ...]

    @classmethod
    def of(cls, periods: Sequence[Period]) -> Grid:
        """The coarsest grid on which all the periods begin and end.

        Example:
            >>> grid = Grid.of([Period.parse("2020-01"), Period.parse("2020-02")])
            >>> grid.width // 86_400_000_000, grid.slots().num_rows
            (1, 60)
        """
        spans = tuple((str(p), *span(p)) for p in periods)
        bounds = sorted({at for _, *both in spans for at in both})
        width = gcd(*(b - a for a, b in pairwise(bounds)))
        return cls(bounds[0], bounds[-1], width, spans)

    def slots(self) -> pa.Table:
        """The first instant of each slot, with its period."""
        rows = [(slot, label) for label, start, end in self.periods for slot in range(start, end, self.width)]
        return pa.table({SLOT: pa.array([slot for slot, _ in rows], pa.int64()), PERIOD: pa.array([label for _, label in rows], pa.string())})

    def spans(self, now: datetime) -> pa.Table:
        """Each period that has begun, with its end and its length up to now."""
        until = microseconds(now)
        rows = [(label, end, min(end, until) - start) for label, start, end in self.periods if start < until]
        kinds = {PERIOD: pa.string(), "_to": pa.int64(), LENGTH: pa.int64()}
        return pa.table({name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(kinds.items())})


def span(period: Period) -> tuple[int, int]:
    """The first instant of a period and the first after it, in microseconds since 1970.

    Example:
        >>> start, end = span(Period.parse("1970-01-02T03"))
        >>> start // 3_600_000_000, (end - start) // 1_000_000
        (27, 3600)
    """
    end = period.end
    start = end - timedelta(hours=1) if period.kind == "hour" else datetime.combine(period.first_day, time(), UTC)
    return microseconds(start), microseconds(end)


def microseconds(at: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (at - _EPOCH) // _US
