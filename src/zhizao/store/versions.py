"""Every stored version of a type's facts, as segments have them: what reading, comparing and sealing all stand on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.model.record import RecordType
from zhizao.store import segment
from zhizao.store.batch import Batch
from zhizao.store.columns import require_same_types, stored_schema
from zhizao.store.home import Home

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from zhizao.store.engines.duckdb import DuckDB

OBSERVATION = "observation"
"""The record type that the stream's log is about."""


def versions(engine: DuckDB, home: Home, record: RecordType, batches: Sequence[Batch]) -> ir.Table:
    """Every stored version of the type in some batches, withdrawals too, with all columns, personal ones as they are stored.

    Raises:
        InputError: a field is declared in another type than it is stored in.
    """
    files = files_of(home, record, batches)
    if files and files[-1].is_file():  # the engine says which segment is missing
        require_same_types(record, segment.columns(files[-1]))
    return engine.scan(files, stored_schema(record), [b.seal for b in batches if b.segment])


def files_of(home: Home, record: RecordType, batches: Sequence[Batch]) -> list[Path]:
    """The segments of some batches."""
    return [home.facts / record.id / b.segment for b in batches if b.segment]


def is_revised(record: RecordType, batches: Sequence[Batch]) -> bool:
    """Whether some key may have several versions."""
    return any(b.revises for b in batches) or is_rekeyed(record, batches)


def is_rekeyed(record: RecordType, batches: Sequence[Batch]) -> bool:
    """Whether rows were stored while the type had another key: which of them revise each other was not noted."""
    return any(b.key != record.key for b in batches)
