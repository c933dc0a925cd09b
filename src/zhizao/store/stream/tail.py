"""The tail: what the log holds and no segment does yet, as a reader finds it after it is drained."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from zhizao.model.record import RecordType
from zhizao.store.batch import Batch, Spans
from zhizao.store.columns import stored_schema
from zhizao.store.home import Home
from zhizao.store.stream.incoming import incoming
from zhizao.store.stream.settle import Earlier, arranged, settled
from zhizao.store.stream.spool import Spool
from zhizao.store.stream.stored import as_tail
from zhizao.store.versions import is_rekeyed, is_revised, versions

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from zhizao.store.engines.duckdb import DuckDB


@dataclass(frozen=True, slots=True)
class Tail:
    """Rows with all columns of the type's table; how many of them revise an earlier version."""

    rows: pa.Table
    revises: int


def tail(record: RecordType, spool: Spool, home: Home, batches: Sequence[Batch], engine: DuckDB) -> Tail:
    """Settle the files of the spool one after the other, each against the batches and the files before it."""
    import pyarrow as pa

    tables: list[pa.Table] = []
    spans: list[Spans | None] = [b.spans for b in batches]
    revises = 0

    def among(places: Sequence[int]) -> ir.Table:
        stored = versions(engine, home, record, [batches[place] for place in places if place < len(batches)])
        spooled = [engine.hold("spooled", tables[place - len(batches)]) for place in places if place >= len(batches)]
        return reduce(lambda one, other: one.union(other), spooled, stored)

    for file in spool.files:
        earlier = Earlier(lambda: nullcontext((engine, among)), spans, is_revised(record, batches) or revises > 0, is_rekeyed(record, batches))
        found = settled(record, arranged(record, incoming(file.number, file.frames())), earlier)
        tables.append(as_tail(record, found, file.number).cast(stored_schema(record)))
        spans.append(found.spans)
        revises += found.revises
    return Tail(pa.concat_tables(tables), revises)
