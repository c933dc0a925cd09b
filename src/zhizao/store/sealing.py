"""A batch from its opening to its seal: what every write does, whatever it writes. Call all of it as the one writer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.store import delta, segment
from zhizao.store.batch import Batch
from zhizao.store.columns import BATCH, OP, REVISES
from zhizao.store.contract import FACT, STORED_AT
from zhizao.store.durable import make_folder
from zhizao.store.durable import replace as replace_file
from zhizao.store.history import History
from zhizao.store.home import Home
from zhizao.store.numbers import counting
from zhizao.store.seal import merkle_root, seal_of

if TYPE_CHECKING:
    import pyarrow as pa

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Rim:
    """What a write touches: the home, what was stored in it, the clock."""

    home: Home
    history: History
    clock: Clock


def opened(rim: Rim, record: str, key: tuple[str, ...]) -> Batch:
    """The next batch of a home, empty as yet; stored later than every batch before it. Call it as the one writer."""
    before = rim.history.batches()
    last = before[-1] if before else None
    if last and rim.home.last_batch() != (last.number, last.seal):
        rim.home.note_last(last.number, last.seal)  # the writer before died, or its disk was full, before it could say so
    now = rim.clock().astimezone(UTC)
    now = max(now, last.at + timedelta(microseconds=1)) if last else now
    end, number = (last.last, last.number + 1) if last else (0, 1)
    for orphan in [*rim.home.rejects.glob(f"{number:08d}.*"), *rim.home.rejects.glob(".*")]:
        orphan.unlink()  # of a writer that died before its commit
    return Batch(
        home=rim.home.id, number=number, record=record, key=tuple(key), source="", sha256="", why="",
        stored_at=now.isoformat(), received=0, stored=0, duplicate=0, rejected=0, rounded=0, revises=0, first=end + 1, last=end,
        segment="", root="", rejects="", rejects_sha256="", previous=last.seal if last else "",
    )  # fmt: skip


def numbered(rows: pa.Table, batch: Batch, schema: pa.Schema) -> pa.Table:
    """Rows as they are stored: each with its number, and what it shares with its batch."""
    import pyarrow as pa

    count = len(rows)
    shared = {
        FACT: counting(batch.first, count),
        STORED_AT: pa.repeat(pa.scalar(batch.at, pa.timestamp("us", "UTC")), count),
        BATCH: pa.repeat(pa.scalar(batch.number, pa.int32()), count),
        **({} if OP in rows.column_names else {OP: pa.repeat(pa.scalar("assert"), count)}),
    }
    columns = {name: shared.get(name, rows[name] if name in rows.column_names else None) for name in schema.names}
    return pa.table(columns).cast(schema)


def sealed(rim: Rim, batch: Batch, rows: pa.Table, schema: pa.Schema | None = None) -> Batch:
    """Store a batch: its segment first, then the commit that makes it exist. Call it as the one writer.

    Args:
        schema: what the columns are, where some of them are coded.
    """
    table = rim.home.facts / batch.record
    delta.sweep(table, {b.segment for b in rim.history.batches() if b.record == batch.record})
    file: Path | None = None
    if len(rows):
        file = table / f"{batch.number:08d}.parquet"
        segment.write(file, rows)
        last = batch.first + len(rows) - 1
        batch = replace(batch, last=last, revises=trues(rows, REVISES), segment=file.name, root=merkle_root(file))
    batch = signed(rim, batch)
    delta.commit(table, schema or rows.schema, file, len(rows), batch.to_json())
    rim.home.note_last(batch.number, batch.seal)
    return batch


def signed(rim: Rim, batch: Batch) -> Batch:
    """A batch with its seal, signed by this node."""
    seal = seal_of(batch.sealed)
    return replace(batch, seal=seal, signature=rim.home.sign(seal))


def keep_rejects(home: Home, batch: Batch, content: bytes) -> Batch:
    """Put the rejects file of a batch on the disk, before the batch is sealed."""
    make_folder(home.rejects)
    file = home.rejects / f"{batch.number:08d}.{batch.record}.jsonl"
    replace_file(file, content)
    return replace(batch, rejects=str(file.relative_to(home.path)), rejects_sha256=hashlib.sha256(content).hexdigest())


def trues(rows: pa.Table, column: str) -> int:
    """How many rows say yes in a column."""
    import pyarrow.compute as pc

    return int(pc.sum(rows[column]).as_py() or 0)
