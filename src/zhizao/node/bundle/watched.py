"""A store that notes which record types were read: what an answer rests on is what it asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from zhizao.model.record import RecordType
from zhizao.model.value import Known
from zhizao.store.contract import Mark, Session, Store

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Watched:
    """A store of which only reads are asked."""

    def __init__(self, store: Store) -> None:
        self._store, self.read = store, set[str]()

    @property
    def as_store(self) -> Store:
        """It, for those who ask a store."""
        return cast("Store", self)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """See the contract."""
        with self._store.session() as session:
            yield cast("Session", _Session(session, self.read))

    def fingerprint(self) -> str:
        """See the contract."""
        return self._store.fingerprint()


class _Session:
    def __init__(self, session: Session, read: set[str]) -> None:
        self._session, self._read = session, read
        self.hold, self.keep, self.fetch = session.hold, session.keep, session.fetch

    @property
    def mark(self) -> Mark:
        return self._session.mark

    def since(self, record: RecordType, mark: Mark) -> ir.Table:
        self._read.add(record.id)
        return self._session.since(record, mark)

    def relation(self, record: RecordType, known: Known = Known()) -> ir.Table:
        self._read.add(record.id)
        return self._session.relation(record, known)

    def filled(self, record: RecordType, known: Known = Known()) -> frozenset[str]:
        self._read.add(record.id)
        return self._session.filled(record, known)
