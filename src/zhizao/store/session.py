"""A read of the store as it was at one moment: a list of batches whose segments never change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.model.record import RecordType
from zhizao.model.value import Known
from zhizao.store import segment
from zhizao.store.as_of import holding
from zhizao.store.batch import Batch
from zhizao.store.columns import require_same_types, stored_schema
from zhizao.store.contract import FACT, PUBLISHED_AT, STORED_AT
from zhizao.store.forgotten import keyring
from zhizao.store.home import Home

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from zhizao.store.engines.duckdb import DuckDB


class LocalSession:
    """Queries over the segments of some batches."""

    def __init__(self, engine: DuckDB, home: Home, batches: Sequence[Batch]) -> None:
        self._engine, self._home, self._batches = engine, home, batches
        self._has_keys = False
        self._relations: dict[tuple[RecordType, Known], ir.Table] = {}

    def relation(self, record: RecordType, known: Known = Known()) -> ir.Table:
        """See the contract."""
        if (record, known) not in self._relations:
            self._relations[record, known] = self._relation(record, known)
        return self._relations[record, known]

    def _relation(self, record: RecordType, known: Known) -> ir.Table:
        by_publication = record.known_by == "published_at"
        batches = self._known(record, known)
        rows = self.versions(record, batches)
        if by_publication and known.as_of:
            import ibis

            rows = rows.filter(rows[PUBLISHED_AT] <= ibis.literal(known.as_of, "timestamp('UTC', 6)"))
        if is_revised(record, batches):
            rows = holding(rows, record.key, self._engine, rekeyed=is_rekeyed(record, batches))
        if record.personal:
            from zhizao.store.personal import revealed

            self._require_keys()
            rows = revealed(record, rows)
        return rows.select(*(f.id for f in record.fields), FACT, PUBLISHED_AT, STORED_AT)

    def filled(self, record: RecordType, known: Known = Known()) -> frozenset[str]:
        """See the contract."""
        # A personal field is filled in the files for ever, and empty once it is forgotten.
        return self._engine.filled(self._files(record, self._known(record, known))) - {f.id for f in record.personal}

    def _require_keys(self) -> None:
        """The keys that are there when a personal field is first asked for serve the session to its end."""
        if not self._has_keys:
            from zhizao.store.personal import offer_reveal

            offer_reveal(self._engine, keyring(self._home, self._batches))
            self._has_keys = True

    def _known(self, record: RecordType, known: Known) -> list[Batch]:
        by_publication = record.known_by == "published_at"
        return [b for b in self._batches if b.record == record.id and b.stored and _until(b, known, by_publication)]

    def _files(self, record: RecordType, batches: Sequence[Batch]) -> list[Path]:
        return [self._home.facts / record.id / b.segment for b in batches if b.segment]

    def versions(self, record: RecordType, batches: Sequence[Batch]) -> ir.Table:
        """Every stored version of the type in some batches, withdrawals too, with all columns, personal ones as they are stored.

        Raises:
            InputError: a field is declared in another type than it is stored in.
        """
        files = self._files(record, batches)
        if files and files[-1].is_file():  # the engine says which segment is missing
            require_same_types(record, segment.columns(files[-1]))
        return self._engine.scan(files, stored_schema(record), [b.seal for b in batches if b.segment])

    def hold(self, name: str, rows: ir.Table | pa.Table) -> ir.Table:
        """See the contract."""
        return self._engine.hold(name, rows)

    def keep(self, name: str, rows: ir.Table) -> ir.Table:
        """See the contract."""
        return self._engine.keep(name, rows)

    def fetch(self, expression: ir.Table) -> pa.Table:
        """See the contract."""
        return self._engine.fetch(expression)


def is_revised(record: RecordType, batches: Sequence[Batch]) -> bool:
    """Whether some key may have several versions."""
    return any(b.revises for b in batches) or is_rekeyed(record, batches)


def is_rekeyed(record: RecordType, batches: Sequence[Batch]) -> bool:
    """Whether rows were stored while the type had another key: which of them revise each other was not noted."""
    return any(b.key != record.key for b in batches)


def _until(batch: Batch, known: Known, by_publication: bool) -> bool:
    """Whether a batch was stored by then: all its rows were stored in one moment, so whole segments fall away."""
    limits: list[datetime | None] = [known.stored_as_of, None if by_publication else known.as_of]
    return all(limit is None or batch.at <= limit for limit in limits)
