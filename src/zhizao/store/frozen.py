"""A store as it was at one moment: sealed batches only, perhaps of some types only. Nothing is taken in any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.model.receipt import Receipt
from zhizao.model.record import RecordType
from zhizao.model.value import Known
from zhizao.store.batch import Batch
from zhizao.store.contract import Source
from zhizao.store.disk import told
from zhizao.store.local import LocalStore
from zhizao.store.session import LocalSession
from zhizao.store.stream.spool import EMPTY, Spool

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


class FrozenSession(LocalSession):
    """A session that knows nothing stored later than some moment, whatever it is asked for."""

    until: datetime | None = None

    def relation(self, record: RecordType, known: Known = Known()) -> ir.Table:
        """See the contract."""
        return super().relation(record, _earlier(known, self.until))

    def filled(self, record: RecordType, known: Known = Known()) -> frozenset[str]:
        """See the contract."""
        return super().filled(record, _earlier(known, self.until))


class FrozenStore(LocalStore):
    """The sealed facts of a home, read as they were.

    Args:
        home: where their segments lie.
        batches: every batch there is; those without a segment in the home have been left out on purpose.
        until: what was stored later is not known.
    """

    def __init__(self, home: Path, batches: Sequence[Batch], at: datetime, until: datetime | None = None) -> None:
        super().__init__(home, lambda: at)
        self.batches, self._at, self._until = tuple(batches), at, until
        self.heard: list[tuple[str, pa.Table]] = []
        """What was told to it, by record type: it would have been stored."""

    def as_at(self, until: datetime) -> FrozenStore:
        """The same store as it was earlier."""
        return FrozenStore(self._home.path, self.batches, self._at, until)

    @contextmanager
    def session(self) -> Iterator[LocalSession]:
        """See the contract."""
        from zhizao.store.engines.duckdb import DuckDB

        with told(self._home.path), closing(DuckDB(self._home.spill)) as engine:
            session = FrozenSession(engine, self._home, self.batches)
            session.until = self._until
            yield session

    def append(self, record: RecordType, rows: pa.Table, source: Source) -> Receipt:
        """Hear what is told, and store nothing: it is computed again, not once more."""
        self.heard.append((record.id, rows))
        return Receipt(len(rows), 0, len(rows), 0)

    def fingerprint(self) -> str:
        """See the contract."""
        return self.batches[-1].seal if self.batches else ""

    def _beside(self) -> tuple[list[Batch], Spool]:
        return list(self.batches), EMPTY


def _earlier(known: Known, until: datetime | None) -> Known:
    limits = [limit for limit in (known.stored_as_of, until) if limit]
    return replace(known, stored_as_of=min(limits, default=None))
