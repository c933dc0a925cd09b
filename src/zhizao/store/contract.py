"""What every store must do; DuckDB over sealed Delta segments is the first, PostgreSQL and Spark must pass the same suite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from zhizao.model.forgetting import Forgetting
from zhizao.model.receipt import Receipt
from zhizao.model.record import RecordType
from zhizao.model.retirement import Retirement
from zhizao.model.value import FactRef, Known

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from zhizao.store.batch import Drained
    from zhizao.store.stream.account import Accounts
    from zhizao.store.stream.log import Log

FACT = "_fact"
"""int64: the number of the fact in this store, growing with every stored row; the fact's id is ``TYPE:NUMBER``."""
PUBLISHED_AT = "_published_at"
"""timestamp[us, UTC]: when the source asserted it; where unknown, when it was stored, or after the version before it where that is later."""
STORED_AT = "_stored_at"
"""timestamp[us, UTC]: when it was durable here: its batch was sealed or, of the stream, its delivery was in the log."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a delivery comes from: a file or connector, its fingerprint, and the first line of data in it."""

    name: str
    sha256: str = ""
    first_line: int = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """How much of a store a session sees: its last batch, and when the last delivery arrived in the log."""

    batch: int = 0
    arrived_us: int = 0


class Session(Protocol):
    """A read of the store as it was when the session began; later writes are not seen.

    Its engine sums decimals without loss and provides the one function that expressions call by name: ``exact_ratio(a, b, factor)``,
    which is ``a * factor / b`` as a whole number, halves away from zero, null where ``b`` is 0 (see ``measure/exact.py`` and decision 0004).
    """

    def relation(self, record: RecordType, known: Known = Known()) -> ir.Table:
        """The current version of every fact of a type, as known then; withdrawn facts are absent.

        Shape:
            the fields of the type (decimal fields as decimal(18 or 38, scale), entity and period as string, boolean, int64, …)
            personal ones null where they were forgotten, and ``_fact``, ``_published_at``, ``_stored_at``; one row a key; no order.
        """

    @property
    def mark(self) -> Mark:
        """How much it sees, so that a later session can be asked for what came since."""

    def since(self, record: RecordType, mark: Mark) -> ir.Table:
        """Every version of the facts of a type that an earlier session did not see, withdrawals too: at least these, for some may be met again.

        Its cost is that of what is new, whatever is stored.

        Shape:
            the fields of the type but personal ones, ``_fact``, ``_published_at`` and ``_stored_at``; a key may have several rows; no order.
        """

    def filled(self, record: RecordType, known: Known = Known()) -> frozenset[str]:
        """The fields that no row of ``relation`` leaves empty, as far as the store can tell without looking at the rows."""

    def hold(self, name: str, rows: ir.Table | pa.Table) -> ir.Table:
        """Keep rows in the session under a name, for several uses."""

    def keep(self, name: str, rows: ir.Table) -> ir.Table:
        """The same for what many questions need: a store may remember it for later sessions, as long as nothing it is made from changes."""

    def fetch(self, expression: ir.Table) -> pa.Table:
        """The rows of an expression over relations and held tables.

        Raises:
            StateOverflow: an exact sum left its range.
        """


class Store(Protocol):
    """Append-only facts, sealed, as known at any time."""

    def append(self, record: RecordType, rows: pa.Table, source: Source) -> Receipt:
        """Take rows of one type: check, sort out duplicates and rejects, seal the rest as one segment.

        ``rows`` has the type's fields as columns (text or typed); a column the type does not know is ignored and named in the rejects file's
        first line. ``_line`` and ``_fault``, which readers of files add, say where a row stood and that it could not be read as one.
        All or nothing: after a crash either the whole batch is stored or none of it.
        """

    def withdraw(self, fact: str, why: str) -> None:
        """End a fact: from now on its key has no value, while an earlier as-of still shows it.

        Raises:
            InputError: no such fact, or it is withdrawn already.
        """

    def forget(self, entity: str, why: str) -> None:
        """Destroy the key of an entity's personal values: from now on they read as empty, at any as-of, while every seal holds.

        A sealed note says which entity, when and why. What is delivered about it later has a new key, and is readable.

        Raises:
            InputError: nothing personal is stored about it.
        """

    def forgotten(self) -> Sequence[Forgetting]:
        """Every forgetting, in the order of time."""

    def session(self) -> AbstractContextManager[Session]:
        """Open a consistent read."""

    def fingerprint(self) -> str:
        """A hash that changes with every stored batch and every forgetting; cheap enough to ask at every command."""

    def newest(self) -> datetime | None:
        """When the last batch was stored, by the clock of then; None where there is none. Later than now, a clock was set back, or was wrong."""

    def has_batch(self, record: str, sha256: str) -> bool:
        """Whether a delivery with this fingerprint was stored before."""

    def find(self, record: RecordType, facts: Sequence[int]) -> Iterable[FactRef]:
        """The source and place of facts, by number."""

    def log(self, *, roll_bytes: int = ..., roll_rows: int = ...) -> Log:
        """Open the log of the stream, as its one writer; it is made where there is none, and each source goes on from where it stands in the store.

        Sessions find what the log holds at once, beside what is sealed. Who calls it also has it rolled, drained, and closed at the end.

        Raises:
            StoreBusy: another process writes it.
            StoreDamaged: it is older than what was drained from it.
        """

    def drain(self, record: RecordType) -> int:
        """Turn every complete file of the log into one sealed batch of observations, and remove it; how many there were.

        ``record`` is the type of observations. No answer changes by it but the numbers of facts. May be killed at any point, and called again.
        """

    def retire(self, record: RecordType, before: datetime) -> int:
        """Let go of the rows of every batch of observations that are all older than an instant; how many batches there were.

        From now on no session finds them, while notes, seals and counts stay and ``verify`` passes. Their room is given back by a later call, when
        no session that began before can be reading them. What is delivered again from that time is stored again.
        """

    def retired(self) -> Sequence[Retirement]:
        """Every retirement, in the order of time: what a whole proof of the store no longer covers."""

    def accounts(self) -> Accounts:
        """What became of every observation of each source of the stream, up to this moment: cheap enough to ask every second, from any process."""

    def drained(self, since: datetime) -> Sequence[Drained]:
        """Of the files of the log that were sealed and whose first delivery arrived since an instant: when it did, and what became of those of each source."""

    def verify(self) -> int:
        """Check every segment against its seal, the chain and the signatures; the number of segments checked.

        Raises:
            StoreDamaged: names the first segment that does not fit.
        """
