"""The rows of a file of the log with all columns of the type's table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhizao.model.record import RecordType
from zhizao.store.batch import Batch
from zhizao.store.columns import BATCH, OP, ROW, stored_schema
from zhizao.store.contract import FACT, PUBLISHED_AT, STORED_AT
from zhizao.store.numbers import counting
from zhizao.store.stream.settle import Settled

if TYPE_CHECKING:
    import pyarrow as pa

TAIL, PLACES = 2**62, 28
"""Facts that are still in the log have numbers of their own, above those of all stored ones: file and place, of so many bits."""


def as_sealed(record: RecordType, found: Settled, batch: Batch) -> pa.Table:
    """As they go into the segment of a batch; names stay coded, which the file is written from."""
    return _whole(record, found.rows, counting(batch.first, len(found.rows)), batch.number)


def as_tail(record: RecordType, found: Settled, file: int) -> pa.Table:
    """As a reader meets them before they are drained: the same but for the number of the fact."""
    import pyarrow.compute as pc

    return _whole(record, found.rows, pc.add(found.rows[ROW], fact_of(file, 0)), 0)


def fact_of(file: int, place: int) -> int:
    """The number of a fact that is still in the log."""
    return TAIL + (file << PLACES) + place


def place_of(fact: int) -> tuple[int, int] | None:
    """File and place of a fact numbered in the log; None for other facts.

    Example:
        >>> place_of(fact_of(7, 3)), place_of(12)
        ((7, 3), None)
    """
    return divmod(fact - TAIL, 1 << PLACES) if fact >= TAIL else None


def _whole(record: RecordType, rows: pa.Table, facts: pa.Array | pa.ChunkedArray, batch: int) -> pa.Table:
    import pyarrow as pa

    count = len(rows)
    added = {FACT: facts, PUBLISHED_AT: rows[STORED_AT], OP: _always("assert", count), BATCH: pa.repeat(pa.scalar(batch, pa.int32()), count)}
    there = {name: rows[name] for name in rows.column_names} | added
    return pa.table({f.name: there[f.name] if f.name in there else pa.nulls(count, f.type) for f in stored_schema(record)})


def _always(name: str, count: int) -> pa.DictionaryArray:
    import numpy as np
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([name]))
