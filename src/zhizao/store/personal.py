"""Personal fields in queries: concealed on the way in, revealed on the way out.

What an engine does with them stays in its memory: nothing it makes from revealed values is kept, so that nothing has to be found and
removed when an entity is forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from zhizao.model.record import Field, RecordType
from zhizao.store.cipher import Cipher
from zhizao.store.columns import fields_schema
from zhizao.store.keyring import Keyring

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from zhizao.store.engines.duckdb import DuckDB


@ibis.udf.scalar.builtin(name="conceal", signature=(("string", "string", "string"), "binary"))
def _conceal(entity, text, field):  # type: ignore[no-untyped-def]
    """The cell of a text."""


@ibis.udf.scalar.builtin(name="reveal", signature=(("binary", "string"), "string"))
def _reveal(cell, field):  # type: ignore[no-untyped-def]
    """The text in a cell, null where it was forgotten."""


@ibis.udf.scalar.builtin(name="legible", signature=(("binary",), "binary"))
def _legible(cell):  # type: ignore[no-untyped-def]
    """The cell itself, null where it was forgotten."""


def concealed(record: RecordType, rows: ir.Table, keys: Keyring, engine: DuckDB) -> ir.Table:
    """Rows with their personal fields as they are stored; keys are made for the entities that have none."""
    given = [rows[f.id].notnull() for f in record.personal]
    about = rows.filter(ibis.or_(*given)).select(entity=rows[record.entity]).distinct()
    keys.issue(engine.fetch(about)["entity"].to_pylist())
    engine.offer("conceal", Cipher(keys).conceal, ("string", "string", "string"), "binary")
    cells = {f.id: _conceal(rows[record.entity], rows[f.id].cast("string"), name_of(record, f)) for f in record.personal}
    return engine.hold("concealed", rows.mutate(**cells))


def legible(record: RecordType, stored: ir.Table, keys: Keyring, engine: DuckDB) -> ir.Table:
    """Stored rows as they are compared with new ones: what was forgotten is empty, as a reader finds it."""
    if not keys.has_destroyed:
        return stored
    engine.offer("legible", Cipher(keys).legible, ("binary",), "binary")
    return stored.mutate(**{f.id: _legible(stored[f.id]) for f in record.personal})


def revealed(record: RecordType, rows: ir.Table) -> ir.Table:
    """Stored rows with their personal fields as they were delivered; the engine must have been offered ``reveal``."""
    types = ibis.Schema.from_pyarrow(fields_schema(record))
    return rows.mutate(**{f.id: _reveal(rows[f.id], name_of(record, f)).cast(types[f.id]) for f in record.personal})


def offer_reveal(engine: DuckDB, keys: Keyring) -> None:
    """Let an engine reveal personal fields, in memory only."""
    engine.stay_in_memory()
    engine.offer("reveal", Cipher(keys).reveal, ("binary", "string"), "string")


def name_of(record: RecordType, field: Field) -> str:
    """What a cell belongs to."""
    return f"{record.id}.{field.id}"
