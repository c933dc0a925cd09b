"""Observations that come as a file: read piece by piece, then settled as the stream is, as one batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from zhizao.model.receipt import Receipt
from zhizao.model.record import Field, RecordType
from zhizao.store.accept import FAULT, INDEX, LINE, WHY, checked, texts
from zhizao.store.batch import Batch, whole
from zhizao.store.columns import ROW, fields_schema, stored_schema
from zhizao.store.contract import STORED_AT, Source
from zhizao.store.numbers import counting
from zhizao.store.rejects import file_of
from zhizao.store.sealing import Rim, keep_rejects, opened, sealed
from zhizao.store.stream.drain import earlier
from zhizao.store.stream.incoming import Incoming
from zhizao.store.stream.settle import Settled, arranged, settled
from zhizao.store.stream.sound import reasons
from zhizao.store.stream.stored import as_sealed

if TYPE_CHECKING:
    import pyarrow as pa

PIECE = 500_000
"""Rows that are read at a time: as texts they take many times their room."""


def append_observations(rim: Rim, record: RecordType, rows: pa.Table, source: Source) -> Receipt:
    """Take a file of observations; see the contract of ``append``."""
    import pyarrow as pa

    pieces = list(_pieces(rim, record, rows, source.first_line))
    sound, rejected = (pa.concat_tables([piece[at] for piece in pieces]) for at in (0, 1))
    with rim.home.writing():
        delivered = [b for b in rim.history.batches() if b.record == record.id]
        again = bool(source.sha256) and any(b.sha256 == source.sha256 for b in delivered)
        batch = opened(rim, record.id, record.key)
        found = settled(record, arranged(record, _incoming(sound, batch)), replace(earlier(rim, record), again=again))
        batch = replace(batch, source=whole(source.name), sha256=source.sha256, received=len(rows), stored=len(found.rows), rejected=len(rejected))
        batch = replace(batch, duplicate=len(found.repeated), spans=found.spans)
        if len(rejected):
            batch = keep_rejects(rim.home, batch, file_of(record, source, rows, rejected))
        batch = sealed(rim, batch, as_sealed(record, _with_lines(found, sound), batch), stored_schema(record))
    return batch.receipt(str(rim.home.path / batch.rejects) if batch.rejects else "")


def _pieces(rim: Rim, record: RecordType, rows: pa.Table, first_line: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """The sound rows of each piece, with their lines, and position, line and reason of the others."""
    import pyarrow as pa

    for start in range(0, max(len(rows), 1), PIECE):
        piece = rows.slice(start, PIECE)
        typed = _typed(record, piece)
        if typed is not None:
            lines = piece[LINE] if LINE in piece.column_names else counting(first_line + start, len(piece))
            yield typed.append_column(ROW, lines), pa.table({INDEX: counting(0, 0), ROW: counting(0, 0), WHY: pa.array([], pa.string())})
        else:
            yield _read(rim, record, piece, first_line + start, start)


def _read(rim: Rim, record: RecordType, piece: pa.Table, first_line: int, start: int) -> tuple[pa.Table, pa.Table]:
    """A piece by way of its texts."""
    import pyarrow.compute as pc

    from zhizao.store.engines.duckdb import DuckDB

    with closing(DuckDB(rim.home.spill)) as engine:
        found = engine.hold("checked", checked(record, engine.hold("raw", texts(record, piece, first_line))))
        rejected = engine.fetch(found.filter(found[WHY].notnull()).select(INDEX, ROW, WHY).order_by(INDEX))
        sound = engine.fetch(found.filter(found[WHY].isnull()).order_by(INDEX).select(*(f.id for f in record.fields), ROW))
    return _coded(record, sound), rejected.set_column(0, INDEX, pc.add(rejected[INDEX], start))


def _typed(record: RecordType, piece: pa.Table) -> pa.Table | None:
    """A piece whose columns have their types already and hold nothing to be mended or refused; None of any other."""
    import pyarrow as pa

    ids = {f.id for f in record.fields}
    if FAULT in piece.column_names or not {n for n in piece.column_names if n != LINE} <= ids or len(set(piece.column_names)) < piece.num_columns:
        return None
    columns = {f.id: _as_is(f, piece[f.id]) if f.id in piece.column_names else pa.chunked_array([pa.nulls(len(piece), pa.string())]) for f in record.fields}
    if any(column is None for column in columns.values()):
        return None
    typed = _coded(record, pa.table(columns))
    return typed if reasons(record, typed) is None else None


def _as_is(field: Field, column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    match field.type:
        case "float":
            return column.cast(pa.float64()) if pa.types.is_float64(kind) or pa.types.is_integer(kind) else None
        case "instant":
            return column.cast(pa.timestamp("us", "UTC")) if pa.types.is_timestamp(kind) and kind.unit != "ns" else None
        case _ if pa.types.is_string(kind):
            names = pc.drop_null(pc.unique(column).cast(pa.string()))
            return column if all(name and name == name.strip() and (field.type != "entity" or ":" in name) for name in names.to_pylist()) else None
        case _:
            return None


def _coded(record: RecordType, rows: pa.Table) -> pa.Table:
    """Names as codes: entities, quantities, sources and qualities repeat."""
    import pyarrow as pa

    coded = pa.dictionary(pa.int32(), pa.string())
    for at, field in enumerate(fields_schema(record)):
        kind = coded if pa.types.is_string(field.type) and field.name != "text" else field.type
        rows = rows.set_column(at, field.name, rows[field.name].cast(kind))
    return rows


def _incoming(sound: pa.Table, batch: Batch) -> Incoming:
    """The rows as if they had just arrived; the place of each is that in the file."""
    import pyarrow as pa

    places, at = counting(1, len(sound)), pa.repeat(pa.scalar(batch.at, pa.timestamp("us", "UTC")), len(sound))
    return Incoming(0, sound.set_column(sound.column_names.index(ROW), ROW, places).append_column(STORED_AT, at), {}, (), (0, 0))


def _with_lines(found: Settled, sound: pa.Table) -> Settled:
    """What is stored says in which line of its file it stood."""
    import pyarrow.compute as pc

    lines = sound[ROW].take(pc.subtract(found.rows[ROW], 1))
    return replace(found, rows=found.rows.set_column(found.rows.column_names.index(ROW), ROW, lines))
