"""One delivery on its way in: checked, compared with what is stored, and sealed, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.model.receipt import Receipt
from zhizao.model.record import RecordType
from zhizao.store import delta, segment
from zhizao.store.accept import INDEX, PUBLISHED, ROUNDED, WHY, checked, texts
from zhizao.store.batch import Batch, held, whole
from zhizao.store.columns import BATCH, OP, REVISES, ROW, gives_publication, stored_schema
from zhizao.store.contract import FACT, PUBLISHED_AT, STORED_AT, Source
from zhizao.store.duplicates import AFTER, news
from zhizao.store.durable import make_folder
from zhizao.store.durable import replace as replace_file
from zhizao.store.forgotten import keyring
from zhizao.store.history import History
from zhizao.store.home import Home
from zhizao.store.numbers import counting
from zhizao.store.rejects import file_of
from zhizao.store.seal import merkle_root, seal_of, sign
from zhizao.store.session import OBSERVATION, LocalSession, is_rekeyed, is_revised

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from zhizao.store.engines.duckdb import DuckDB

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Rim:
    """What a write touches: the home, what was stored in it, the clock."""

    home: Home
    history: History
    clock: Clock


def append(rim: Rim, record: RecordType, rows: pa.Table, source: Source) -> Receipt:
    """Take rows of one type; see the contract."""
    if record.id == OBSERVATION:
        from zhizao.store.stream.imported import append_observations

        return append_observations(rim, record, rows, source)
    from zhizao.store.engines.duckdb import DuckDB

    with closing(DuckDB(rim.home.spill)) as engine:
        found = _checked(engine, record, rows, source)
        rejected = engine.fetch(found.filter(found[WHY].notnull()).select(INDEX, ROW, WHY).order_by(INDEX))
        with rim.home.writing():
            batch = opened(rim, record.id, record.key)
            kept = _kept(rim, engine, record, found.filter(found[WHY].isnull()), batch, source.sha256)
            batch = replace(batch, source=whole(source.name), sha256=source.sha256, received=len(rows), stored=len(kept), rejected=len(rejected))
            batch = replace(batch, duplicate=len(rows) - len(kept) - len(rejected), rounded=_trues(kept, ROUNDED))
            if len(rejected):
                batch = keep_rejects(rim.home, batch, file_of(record, source, rows, rejected))
            batch = sealed(rim, batch, numbered(kept, batch, stored_schema(record)))
    return batch.receipt(str(rim.home.path / batch.rejects) if batch.rejects else "")


def _checked(engine: DuckDB, record: RecordType, rows: pa.Table, source: Source) -> ir.Table:
    if record.personal:
        engine.stay_in_memory()
    raw = engine.hold("raw", texts(record, rows, source.first_line))
    found = engine.hold("checked", checked(record, raw))
    engine.release(raw)
    return found


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


def _kept(rim: Rim, engine: DuckDB, record: RecordType, rows: ir.Table, batch: Batch, sha256: str) -> pa.Table:
    """The rows to store, in the order of the delivery."""
    import ibis

    delivered = [b for b in rim.history.batches() if b.record == record.id]
    keys = keyring(rim.home, rim.history.batches()) if record.personal else None
    before, again = held(delivered, record.id), bool(sha256) and any(b.sha256 == sha256 for b in delivered)
    stored = LocalSession(engine, rim.home, before).versions(record, before)
    if keys:
        from zhizao.store.personal import concealed, legible

        # One value has one cell: what is the same can be told without revealing what is stored.
        rows, stored = concealed(record, rows, keys, engine), legible(record, stored, keys, engine)
    revised, rekeyed = is_revised(record, before), is_rekeyed(record, before)
    new = news(record, rows, stored, revised=revised, rekeyed=rekeyed, again=again, engine=engine)
    now = ibis.literal(batch.at, "timestamp('UTC', 6)")
    after = ibis.greatest(now, new[AFTER])
    published = ibis.coalesce(new[PUBLISHED], after) if gives_publication(record) else after
    names = [f.id for f in record.fields]
    return in_order(engine.fetch(new.select(*names, INDEX, ROW, ROUNDED, REVISES, **{PUBLISHED_AT: published})))


def in_order(rows: pa.Table) -> pa.Table:
    """Rows by their position in the delivery; the engine mostly keeps it, so sorting is the exception."""
    import pyarrow.compute as pc

    place = rows[INDEX].combine_chunks()
    if len(place) < 2 or pc.all(pc.less(place[:-1], place[1:])).as_py():
        return rows
    return rows.take(pc.sort_indices(place))


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
        batch = replace(batch, last=last, revises=_trues(rows, REVISES), segment=file.name, root=merkle_root(file))
    batch = signed(rim, batch)
    delta.commit(table, schema or rows.schema, file, len(rows), batch.to_json())
    rim.home.note_last(batch.number, batch.seal)
    return batch


def signed(rim: Rim, batch: Batch) -> Batch:
    """A batch with its seal, signed by this node."""
    seal = seal_of(batch.sealed)
    return replace(batch, seal=seal, signature=sign(rim.home.private_key(), seal))


def keep_rejects(home: Home, batch: Batch, content: bytes) -> Batch:
    """Put the rejects file of a batch on the disk, before the batch is sealed."""
    make_folder(home.rejects)
    file = home.rejects / f"{batch.number:08d}.{batch.record}.jsonl"
    replace_file(file, content)
    return replace(batch, rejects=str(file.relative_to(home.path)), rejects_sha256=hashlib.sha256(content).hexdigest())


def _trues(rows: pa.Table, column: str) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(rows[column]).as_py() or 0)
