"""The store of one installation: sealed Delta segments in a folder, queried by DuckDB."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.model.forgetting import Forgetting
from zhizao.model.receipt import Receipt
from zhizao.model.record import RecordType
from zhizao.model.value import FactRef
from zhizao.store.address import require_address
from zhizao.store.contract import Source
from zhizao.store.disk import told
from zhizao.store.history import History
from zhizao.store.home import Home
from zhizao.store.migrate import SCHEMA, form_of, migrate, refuse_newer
from zhizao.store.session import LocalSession

if TYPE_CHECKING:
    import pyarrow as pa

    from zhizao.store.append import Clock, Rim


class LocalStore:
    """Facts in a home folder; any number of processes read while one at a time writes.

    Args:
        home: the folder; made at the first write.
        clock: says when a batch is stored.

    Raises:
        InputError: a newer program made the home, or its path or the disk refuses it.
        StoreDamaged: something stored is missing or not what was sealed.
    """

    def __init__(self, home: Path, clock: Clock) -> None:
        require_address(home)
        self._home, self._clock = Home(home), clock
        self._history = History(self._home)
        with told(home):
            refuse_newer(self._home.identity)
            if form_of(self._home.identity) < SCHEMA:
                with self._home.writing():
                    migrate(self._home.identity)

    @property
    def _rim(self) -> Rim:
        from zhizao.store.append import Rim

        return Rim(self._home, self._history, self._clock)

    def append(self, record: RecordType, rows: pa.Table, source: Source) -> Receipt:
        """See the contract."""
        from zhizao.store.append import append

        with told(self._home.path):
            return append(self._rim, record, rows, source)

    def withdraw(self, fact: str, why: str) -> None:
        """See the contract."""
        from zhizao.store.withdraw import withdraw

        with told(self._home.path):
            withdraw(self._rim, fact, why)

    def forget(self, entity: str, why: str) -> None:
        """See the contract."""
        from zhizao.store.forget import forget

        with told(self._home.path):
            forget(self._rim, entity, why)

    def forgotten(self) -> Sequence[Forgetting]:
        """See the contract."""
        from zhizao.store.forgotten import forgettings

        with told(self._home.path):
            return forgettings(self._home, self._history.batches())

    @contextmanager
    def session(self) -> Iterator[LocalSession]:
        """See the contract."""
        from zhizao.store.engines.duckdb import DuckDB

        with told(self._home.path):
            batches = self._history.batches()
        with closing(DuckDB(self._home.spill, self._home.kept)) as engine:
            yield LocalSession(engine, self._home, batches)

    def fingerprint(self) -> str:
        """See the contract."""
        with told(self._home.path):
            return hashlib.sha256("\n".join([self._home.id, *self._history.newest()]).encode()).hexdigest()

    def has_batch(self, record: str, sha256: str) -> bool:
        """See the contract."""
        with told(self._home.path):
            return any(b.record == record and b.sha256 == sha256 for b in self._history.batches() if b.sha256)

    def find(self, record: RecordType, facts: Sequence[int]) -> Iterable[FactRef]:
        """See the contract."""
        from zhizao.store.find import find

        with told(self._home.path):
            return find(self._home, self._history.batches(), record, facts)

    def verify(self) -> int:
        """See the contract."""
        from zhizao.store.verify import verify

        with told(self._home.path):
            return verify(self._home, self._history)
