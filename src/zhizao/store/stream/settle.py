"""What becomes of the rows of one file of the log: rejected, duplicate, or stored, in the order of the segment.

Reading what is still in the log and draining it ask this one function, so that draining changes no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhizao.model.record import RecordType
from zhizao.store.accept import INDEX
from zhizao.store.batch import Spans
from zhizao.store.columns import REVISES, ROW, fields_schema
from zhizao.store.duplicates import news
from zhizao.store.stream.incoming import SOURCE, Incoming
from zhizao.store.stream.order import SIGNAL, ordered
from zhizao.store.stream.sound import split

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    import pyarrow as pa

    from zhizao.store.engines.duckdb import DuckDB


Versions = Callable[[Sequence[int]], "ir.Table"]
COMPARED = 1_000_000
"""Rows that are compared at a time."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was taken before a file: the spans of each batch (None where they are not known), and its rows on demand.

    ``comparing`` gives an engine, and a way to all columns of the stored versions of some batches, by their places; it may take its memory back at the end.
    """

    comparing: Callable[[], AbstractContextManager[tuple[DuckDB, Versions]]]
    spans: Sequence[Spans | None]
    revised: bool = False
    rekeyed: bool = False
    again: bool = False
    """Whether the very same file was delivered before."""

    def overlapping(self, wanted: Spans) -> list[int]:
        """The places of the batches that may hold a row of the same source and time."""
        return [place for place, spans in enumerate(self.spans) if spans is None or _overlap(spans, wanted)]


@dataclass(frozen=True, slots=True)
class Settled:
    """``rows`` are to be stored, in this order: what came in, with ``_revises``; ``repeated`` were said before; ``rejected`` have their reason."""

    rows: pa.Table
    repeated: pa.Table
    rejected: pa.Table
    spans: Spans
    revises: int


@dataclass(frozen=True, slots=True)
class Arranged:
    """What can be said of a file by itself: its sound rows in the order of a segment, which of them share their key with another, and the ``rejected``."""

    rows: pa.Table
    shared: np.ndarray
    rejected: pa.Table


def arranged(record: RecordType, taken: Incoming) -> Arranged:
    """The rows of a file, checked and in order."""
    sound, rejected = split(record, taken.rows)
    return Arranged(*ordered(sound), rejected)


def settled(record: RecordType, file: Arranged, earlier: Earlier) -> Settled:
    """The rows of a file, held against what was taken before it."""
    import pyarrow.compute as pc

    doubtful = file.shared | _covered(file.rows, earlier)
    rows, old = _new(record, file.rows, doubtful, earlier)
    return Settled(rows, old, file.rejected, spans_of(rows), int(pc.sum(rows[REVISES]).as_py() or 0))


def spans_of(rows: pa.Table) -> Spans:
    """Least and greatest time of each source."""
    import pyarrow.compute as pc

    found = rows.select([SOURCE, "time"]).group_by(SOURCE).aggregate([("time", "min"), ("time", "max")])
    least, most = (found[f"time_{name}"].cast("int64").to_pylist() for name in ("min", "max"))
    return dict(zip(pc.fill_null(found[SOURCE].cast("string"), "").to_pylist(), zip(least, most, strict=True), strict=True))


def _overlap(one: Spans, other: Spans) -> bool:
    return any(one[source][0] <= last and first <= one[source][1] for source, (first, last) in other.items() if source in one)


def _covered(rows: pa.Table, earlier: Earlier) -> np.ndarray:
    """The rows whose source and time lie within a span of what was taken before: they may have been said before."""
    import numpy as np
    import pyarrow as pa

    found = np.zeros(len(rows), bool)
    places = earlier.overlapping(spans_of(rows))
    time = rows["time"].cast(pa.int64()).to_numpy()
    for spans in (earlier.spans[place] for place in places):
        if spans is None:
            return ~found
        for source, (first, last) in spans.items():
            found |= _is(rows[SOURCE], source) & (time >= first) & (time <= last)
    return found


def _is(column: pa.ChunkedArray, name: str) -> np.ndarray:
    import pyarrow as pa
    import pyarrow.compute as pc

    found: np.ndarray = (pc.is_in(column, pa.array([name], pa.string())) if name else pc.is_null(column)).to_numpy()
    return found


def _new(record: RecordType, rows: pa.Table, doubtful: np.ndarray, earlier: Earlier) -> tuple[pa.Table, pa.Table]:
    """The rows to store, and those that only repeat; the doubtful ones are compared one by one with what was said before."""
    import numpy as np
    import pyarrow as pa

    revises = np.zeros(len(rows), bool)
    if not doubtful.any():
        return rows.append_column(REVISES, pa.array(revises)), rows.slice(0, 0)
    said = pa.concat_tables([_said_anew(record, some, earlier) for some in _slices(rows.filter(pa.array(doubtful)))])
    number = rows[ROW].to_numpy()
    kept = ~doubtful | np.isin(number, said[INDEX].to_numpy())
    revises = np.isin(number, said.filter(said[REVISES])[INDEX].to_numpy())
    return rows.append_column(REVISES, pa.array(revises)).filter(pa.array(kept)), rows.filter(pa.array(~kept))


def _slices(rows: pa.Table) -> Iterator[pa.Table]:
    """Ordered rows a few at a time; those of one key stay together."""
    start = 0
    while start < len(rows):
        end = min(start + COMPARED, len(rows))
        while end < len(rows) and _key(rows, end) == _key(rows, end - 1):
            end += 1
        yield rows.slice(start, end - start)
        start = end


def _key(rows: pa.Table, at: int) -> tuple[object, ...]:
    return tuple(rows[name][at].as_py() for name in (*SIGNAL, "time"))


def _said_anew(record: RecordType, rows: pa.Table, earlier: Earlier) -> pa.Table:
    """The places of the rows that say something new, and whether they revise an earlier version of their key."""
    import ibis
    import pyarrow.compute as pc

    plain = [rows[f.name].cast(f.type) if f.name in rows.column_names else _nulls(len(rows), f.type) for f in fields_schema(record)]
    first, last = (ibis.literal(bound(rows["time"]).as_py(), "timestamp('UTC', 6)") for bound in (pc.min, pc.max))
    with earlier.comparing() as (engine, versions):
        held = engine.hold("rows", _named(plain, record).append_column(INDEX, rows[ROW]))
        stored = versions(earlier.overlapping(spans_of(rows)))
        stored = stored.filter(stored["time"].between(first, last), stored["entity"].between(*_ends(rows["entity"])))
        anew = news(record, held, stored, revised=earlier.revised, rekeyed=earlier.rekeyed, again=earlier.again, engine=engine)
        return engine.fetch(anew.select(INDEX, REVISES))


def _ends(names: pa.ChunkedArray) -> tuple[str, str]:
    """The first and the last of ordered names."""
    return names[0].as_py(), names[-1].as_py()


def _named(columns: Sequence[pa.ChunkedArray], record: RecordType) -> pa.Table:
    import pyarrow as pa

    return pa.table(dict(zip(fields_schema(record).names, columns, strict=True)))


def _nulls(count: int, kind: pa.DataType) -> pa.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array([pa.nulls(count, kind)])
