"""A grid over time: every period asked for is made of whole slots, so that finding the period of an instant is a remainder and a look-up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import gcd

import pyarrow as pa

from zhizao.measure.calendar import PERIOD, ZONE

SLOT, LENGTH = "_slot", "_length"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A period, or a piece of one, on the clocks of a zone: from ``start`` until before ``end``, in microseconds since 1970."""

    zone: str
    period: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Slots of ``width`` microseconds from ``first`` on, up to ``end``, on which all spans begin and end; each is named by its first instant."""

    first: int
    end: int
    width: int
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Grid:
        """The coarsest grid for spans.

        Example:
            >>> hour = 3_600_000_000
            >>> grid = Grid.of([Span("UTC", "a", 0, 2 * hour), Span("UTC", "b", 2 * hour, 5 * hour)])
            >>> grid.width // hour, grid.slots().num_rows
            (1, 5)
        """
        listed = tuple(spans)
        bounds = sorted({at for span in listed for at in (span.start, span.end)})
        width = gcd(*(b - a for a, b in pairwise(bounds)))
        return cls(bounds[0], bounds[-1], width, listed)

    def slots(self) -> pa.Table:
        """The first instant of each slot, with its period in each zone."""
        rows = [(span.zone, slot, span.period) for span in self.spans for slot in range(span.start, span.end, self.width)]
        return _table(rows, {ZONE: pa.string(), SLOT: pa.int64(), PERIOD: pa.string()})

    def lengths(self, now: datetime) -> pa.Table:
        """Each period that has begun, in each zone, with its end and its length up to now."""
        until = microseconds(now)
        found: dict[tuple[str, str], list[Span]] = {}
        for span in (s for s in self.spans if s.start < until):
            found.setdefault((span.zone, span.period), []).append(span)
        rows = [(*key, max(s.end for s in spans), sum(min(s.end, until) - s.start for s in spans)) for key, spans in found.items()]
        return _table(rows, {ZONE: pa.string(), PERIOD: pa.string(), "_to": pa.int64(), LENGTH: pa.int64()})


def microseconds(at: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (at - _EPOCH) // _US


def _table(rows: Sequence[tuple[object, ...]], kinds: dict[str, pa.DataType]) -> pa.Table:
    return pa.table({name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(kinds.items())})
