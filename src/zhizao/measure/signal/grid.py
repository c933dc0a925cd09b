"""A grid over time: every period asked for is made of whole slots, so that finding the period of an instant is a division and a look-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import gcd

import pyarrow as pa

from zhizao.measure.calendar import PERIOD, Span

SLOT, CLOCK, LENGTH = "_slot", "_clock", "_length"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Grid:
    """Slots of ``width`` microseconds from ``first`` on, up to ``end``; each is named by its first instant.

    A span is (clock, label, start, end): on one clock no two overlap, and a period may be made of several.
    """

    first: int
    end: int
    width: int
    spans: tuple[tuple[str, str, int, int], ...]

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Grid:
        """The coarsest grid on which all the spans begin and end.

        Example:
            >>> from zhizao.model.period import Period
            >>> grid = Grid.of([Span("", p, *Period.parse(p).bounds()) for p in ("2020-01", "2020-02")])
            >>> grid.width // 86_400_000_000, grid.slots().num_rows
            (1, 60)
        """
        found = tuple((s.clock, s.period, microseconds(s.start), microseconds(s.end)) for s in spans)
        bounds = sorted({at for *_, start, end in found for at in (start, end)})
        return cls(bounds[0], bounds[-1], gcd(*(b - a for a, b in pairwise(bounds))), found)

    def slots(self) -> pa.Table:
        """The first instant of each slot, with its period on each clock."""
        rows = [(slot, clock, label) for clock, label, start, end in self.spans for slot in range(start, end, self.width)]
        return _table(rows, {SLOT: pa.int64(), CLOCK: pa.string(), PERIOD: pa.string()})

    def begun(self, now: datetime) -> pa.Table:
        """Each period that has begun on a clock, with its end and its length up to now."""
        until = microseconds(now)
        ends, lengths = dict[tuple[str, str], int](), dict[tuple[str, str], int]()
        for clock, label, start, end in (s for s in self.spans if s[2] < until):
            ends[clock, label] = max(end, ends.get((clock, label), end))
            lengths[clock, label] = lengths.get((clock, label), 0) + min(end, until) - start
        rows = [(*key, end, lengths[key]) for key, end in ends.items()]
        return _table(rows, {CLOCK: pa.string(), PERIOD: pa.string(), "_to": pa.int64(), LENGTH: pa.int64()})


def _table(rows: Sequence[tuple[object, ...]], kinds: Mapping[str, pa.DataType]) -> pa.Table:
    return pa.table({name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(kinds.items())})


def microseconds(at: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (at - _EPOCH) // _US
