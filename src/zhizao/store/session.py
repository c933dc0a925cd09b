"""A read of the store as it was at one moment: a list of batches whose segments never change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from zhizao.model.record import RecordType
from zhizao.model.value import Known
from zhizao.store.as_of import holding
from zhizao.store.batch import EPOCH, Batch, held
from zhizao.store.contract import FACT, PUBLISHED_AT, STORED_AT, Mark
from zhizao.store.forgotten import keyring
from zhizao.store.home import Home
from zhizao.store.stream.spool import EMPTY, Spool
from zhizao.store.stream.tail import Tail, tail
from zhizao.store.versions import OBSERVATION, files_of, is_rekeyed, is_revised, versions

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from zhizao.store.engines.duckdb import DuckDB

class LocalSession:
    """Queries over the segments of some batches."""

    def __init__(self, engine: DuckDB, home: Home, batches: Sequence[Batch], spool: Spool = EMPTY) -> None:
        self._engine, self._home, self._batches, self._spool = engine, home, batches, spool
        self._has_keys = False
        self._relations: dict[tuple[RecordType, Known], ir.Table] = {}
        self._tails: dict[RecordType, Tail] = {}

    @property
    def mark(self) -> Mark:
        """See the contract."""
        arrived = [b.stream.last_us for b in self._batches if b.stream] + [f.at_us for file in self._spool.files for f in file.frames()]
        return Mark(self._batches[-1].number if self._batches else 0, max(arrived, default=0))

    def since(self, record: RecordType, mark: Mark) -> ir.Table:
        """See the contract."""
        new = [b for b in held(self._batches, record.id) if b.number > mark.batch]
        rows, streamed = (versions(self._engine, self._home, record, [b for b in new if (b.stream is None) is plain]) for plain in (True, False))
        if waiting := self._tail(record):
            streamed = streamed.union(self._engine.hold("tail", waiting.rows))
        rows = rows.union(streamed.filter(streamed[STORED_AT] >= _instant(EPOCH + timedelta(microseconds=mark.arrived_us))))
        return rows.select(*(f.id for f in record.fields if f not in record.personal), FACT, PUBLISHED_AT, STORED_AT)

    def relation(self, record: RecordType, known: Known = Known()) -> ir.Table:
        """See the contract."""
        if (record, known) not in self._relations:
            self._relations[record, known] = self._relation(record, known)
        return self._relations[record, known]

    def _relation(self, record: RecordType, known: Known) -> ir.Table:
        by_publication = record.known_by == "published_at"
        batches = self._known(record, known)
        tail = self._tail(record)
        rows = versions(self._engine, self._home, record, batches)
        rows = rows.union(self._engine.hold("tail", tail.rows)) if tail else rows
        if by_publication and known.as_of:
            rows = rows.filter(rows[PUBLISHED_AT] <= _instant(known.as_of))
        if (limit := _stored_until(known, by_publication)) and (tail or any(b.stream and b.at > limit for b in batches)):
            rows = rows.filter(rows[STORED_AT] <= _instant(limit))
        if is_revised(record, batches) or (tail and tail.revises):
            rows = holding(rows, record.key, self._engine, rekeyed=is_rekeyed(record, batches))
        if record.personal:
            from zhizao.store.personal import revealed

            self._require_keys()
            rows = revealed(record, rows)
        return rows.select(*(f.id for f in record.fields), FACT, PUBLISHED_AT, STORED_AT)

    def filled(self, record: RecordType, known: Known = Known()) -> frozenset[str]:
        """See the contract."""
        # A personal field is filled in the files for ever, and empty once it is forgotten.
        found = self._engine.filled(files_of(self._home, record, self._known(record, known))) - {f.id for f in record.personal}
        return found & {f.id for f in record.fields if f.required} if self._spool.files and record.id == OBSERVATION else found

    def _tail(self, record: RecordType) -> Tail | None:
        """What the log still holds of the type."""
        if record.id != OBSERVATION or not self._spool.files:
            return None
        if record not in self._tails:
            self._tails[record] = tail(record, self._spool, self._home, held(self._batches, record.id), self._engine)
        return self._tails[record]

    def _require_keys(self) -> None:
        """The keys that are there when a personal field is first asked for serve the session to its end."""
        if not self._has_keys:
            from zhizao.store.personal import offer_reveal

            offer_reveal(self._engine, keyring(self._home, self._batches))
            self._has_keys = True

    def _known(self, record: RecordType, known: Known) -> list[Batch]:
        by_publication = record.known_by == "published_at"
        return [b for b in held(self._batches, record.id) if _until(b, known, by_publication)]

    def hold(self, name: str, rows: ir.Table | pa.Table) -> ir.Table:
        """See the contract."""
        return self._engine.hold(name, rows)

    def keep(self, name: str, rows: ir.Table) -> ir.Table:
        """See the contract."""
        return self._engine.keep(name, rows)

    def fetch(self, expression: ir.Table) -> pa.Table:
        """See the contract."""
        return self._engine.fetch(expression)


def _until(batch: Batch, known: Known, by_publication: bool) -> bool:
    """Whether a batch was stored by then: all its rows were stored in one moment, so whole segments fall away.

    Of the stream it holds rows that were durable in the log before: they count from their arrival.
    """
    limit = _stored_until(known, by_publication)
    return limit is None or batch.first_at <= limit


def _stored_until(known: Known, by_publication: bool) -> datetime | None:
    """What was stored later is not known then."""
    limits = [limit for limit in (known.stored_as_of, None if by_publication else known.as_of) if limit]
    return min(limits, default=None)


def _instant(at: datetime) -> ir.Scalar:
    import ibis

    return ibis.literal(at, "timestamp('UTC', 6)")
