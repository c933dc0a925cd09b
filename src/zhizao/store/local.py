"""The store of one installation: sealed Delta segments in a folder, queried by DuckDB."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.model.forgetting import Forgetting
from zhizao.model.receipt import Receipt
from zhizao.model.record import RecordType
from zhizao.model.retirement import Retirement
from zhizao.model.text import Text
from zhizao.model.value import FactRef
from zhizao.store.address import require_address
from zhizao.store.batch import Batch, Drained, last_drained, retirements
from zhizao.store.contract import Source
from zhizao.store.damage import damaged
from zhizao.store.disk import told
from zhizao.store.history import History
from zhizao.store.home import Home
from zhizao.store.migrate import SCHEMA, form_of, migrate, refuse_newer
from zhizao.store.session import LocalSession
from zhizao.store.stream.account import Accounts, Counts, sealed_standings
from zhizao.store.stream.log import ROLL_BYTES, ROLL_ROWS, Log, files_in
from zhizao.store.stream.spool import Spool, mark

if TYPE_CHECKING:
    import pyarrow as pa

    from zhizao.store.sealing import Clock, Rim


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
        self._history, self._counts = History(self._home), Counts()
        with told(home):
            refuse_newer(self._home.identity)
            if form_of(self._home.identity) < SCHEMA:
                with self._home.writing():
                    migrate(self._home.identity)

    @property
    def _rim(self) -> Rim:
        from zhizao.store.sealing import Rim

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
            batches, spool = self._beside()
        with closing(spool), closing(DuckDB(self._home.spill, self._home.kept)) as engine:
            yield LocalSession(engine, self._home, batches, spool)

    def fingerprint(self) -> str:
        """See the contract."""
        with told(self._home.path):
            said = [self._home.id, *self._history.newest(), mark(self._home.stream)]
            return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def newest(self) -> datetime | None:
        """See the contract."""
        with told(self._home.path):
            batches = self._history.batches()
        return batches[-1].at if batches else None

    def has_batch(self, record: str, sha256: str) -> bool:
        """See the contract."""
        with told(self._home.path):
            return any(b.record == record and b.sha256 == sha256 for b in self._history.batches() if b.sha256)

    def find(self, record: RecordType, facts: Sequence[int]) -> Iterable[FactRef]:
        """See the contract."""
        from zhizao.store.find import find

        with told(self._home.path):
            batches, spool = self._beside()
            with closing(spool):
                return iter(list(find(self._home, batches, record, facts, spool)))

    def log(self, *, roll_bytes: int = ROLL_BYTES, roll_rows: int = ROLL_ROWS) -> Log:
        """See the contract."""
        with told(self._home.path):
            with self._home.writing():
                batches = self._history.batches()
            last = last_drained(batches)
            log = Log(
                self._home.stream, roll_bytes, roll_rows=roll_rows, clock=self._clock, first=last + 1, standings=sealed_standings(batches)
            )
            if log.number <= last:
                log.close()
                what = Text(f"日志早于数据段（文件 {log.number}，已入段至 {last}）", f"the log is older than the segments (file {log.number}, segments reach {last})")
                raise damaged(self._home.stream, what)
            return log

    def drain(self, record: RecordType) -> int:
        """See the contract."""
        from zhizao.store.stream.drain import drain

        with told(self._home.path):
            return drain(self._rim, record)

    def retire(self, record: RecordType, before: datetime) -> int:
        """See the contract."""
        from zhizao.store.retire import retire

        with told(self._home.path):
            return retire(self._rim, record, before)

    def retired(self) -> Sequence[Retirement]:
        """See the contract."""
        with told(self._home.path):
            batches = self._history.batches()
            stored = {b.number: b.stored for b in batches}
            return [Retirement(n.record, n.at, n.why, len(n.retires or ()), sum(stored[k] for k in n.retires or ())) for n in retirements(batches)]

    def accounts(self) -> Accounts:
        """See the contract."""
        with told(self._home.path), self._counts.lock:
            batches, spool = self._beside()
            with closing(spool):
                return self._counts.accounts(batches, spool)

    def drained(self, since: datetime) -> Sequence[Drained]:
        """See the contract."""
        with told(self._home.path):
            return [b.stream for b in self._history.batches() if b.stream and b.first_at >= since]

    def _beside(self) -> tuple[list[Batch], Spool]:
        """All batches, and the files of the log that none of them holds.

        The log is listed first: what is drained after that is met twice, and left out of the spool; what is gone before it could be opened is
        in a batch by now.
        """
        while True:
            numbers = files_in(self._home.stream)
            batches = self._history.batches()
            try:
                return batches, Spool.of(self._home.stream, (n for n in numbers if n > last_drained(batches)))
            except FileNotFoundError:
                continue

    def verify(self) -> int:
        """See the contract."""
        from zhizao.store.verify import verify

        with told(self._home.path):
            return verify(self._home, self._history)
