"""One delivery on its way in: checked, compared with what is stored, and sealed, all or nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from zhizao.model.receipt import Receipt
from zhizao.model.record import RecordType
from zhizao.store.accept import INDEX, PUBLISHED, ROUNDED, WHY, checked, texts
from zhizao.store.batch import Batch, held, whole
from zhizao.store.columns import REVISES, ROW, gives_publication, stored_schema
from zhizao.store.contract import PUBLISHED_AT, Source
from zhizao.store.duplicates import AFTER, news
from zhizao.store.forgotten import keyring
from zhizao.store.rejects import file_of
from zhizao.store.sealing import Rim, keep_rejects, numbered, opened, sealed, trues
from zhizao.store.stream.imported import append_observations
from zhizao.store.versions import OBSERVATION, is_rekeyed, is_revised, versions

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from zhizao.store.engines.duckdb import DuckDB

def append(rim: Rim, record: RecordType, rows: pa.Table, source: Source) -> Receipt:
    """Take rows of one type; see the contract."""
    if record.id == OBSERVATION:
        return append_observations(rim, record, rows, source)
    from zhizao.store.engines.duckdb import DuckDB

    with closing(DuckDB(rim.home.spill)) as engine:
        found = _checked(engine, record, rows, source)
        rejected = engine.fetch(found.filter(found[WHY].notnull()).select(INDEX, ROW, WHY).order_by(INDEX))
        with rim.home.writing():
            batch = opened(rim, record.id, record.key)
            kept = _kept(rim, engine, record, found.filter(found[WHY].isnull()), batch, source.sha256)
            batch = replace(batch, source=whole(source.name), sha256=source.sha256, received=len(rows), stored=len(kept), rejected=len(rejected))
            batch = replace(batch, duplicate=len(rows) - len(kept) - len(rejected), rounded=trues(kept, ROUNDED))
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


def _kept(rim: Rim, engine: DuckDB, record: RecordType, rows: ir.Table, batch: Batch, sha256: str) -> pa.Table:
    """The rows to store, in the order of the delivery."""
    import ibis

    delivered = [b for b in rim.history.batches() if b.record == record.id]
    keys = keyring(rim.home, rim.history.batches()) if record.personal else None
    before, again = held(delivered, record.id), bool(sha256) and any(b.sha256 == sha256 for b in delivered)
    stored = versions(engine, rim.home, record, before)
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
