"""What every store must do with what machines say: its log, the draining of it, the accounts of sources, and retention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from zhizao.model.record import Field, RecordType
from zhizao.model.text import same
from zhizao.model.value import Known
from zhizao.store.contract import FACT, Store
from zhizao.store.stream.delivery import Delivery, observations

if TYPE_CHECKING:
    import pyarrow as pa

Make = Callable[[str], Store]
Said = tuple[str, int, float]
"""A machine, a second and a value."""

_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)

OBSERVATION = RecordType(
    "observation", same("observation"), "entity", "time", ("entity", "quantity", "time", "source"),
    (
        Field("entity", "entity", same("entity"), required=True), Field("quantity", "text", same("quantity"), required=True),
        Field("time", "instant", same("time"), required=True), Field("value", "float", same("value")), Field("text", "text", same("text")),
        Field("quality", "text", same("quality"), values=("good", "uncertain", "bad", "stale")), Field("source", "text", same("source")),
    ),
    period="hour",
)  # fmt: skip
"""What a machine said at an instant."""


def deliver(store: Store, *said: Said, roll: bool = True) -> None:
    """Put observations into the log of a store, and complete its file."""
    log = store.log()
    log.append([Delivery("press", _batch(said), str(len(said)))])
    if roll:
        log.roll()
    log.close()


def held(store: Store, known: Known = Known()) -> list[dict[str, Any]]:
    """The observations that hold, but for the numbers of the facts."""
    with store.session() as session:
        found = session.fetch(session.relation(OBSERVATION, known)).drop([FACT]).to_pylist()
    return sorted(found, key=str)


def what_is_in_the_log_is_read_at_once(make: Make) -> None:
    """Before any of it is sealed; and the fingerprint tells."""
    store = make("log")
    before = store.fingerprint()
    deliver(store, ("A", 1, 0.1), roll=False)
    assert [(row["entity"], row["value"], row["source"]) for row in held(store)] == [("machine:A", 0.1, "press")]
    assert store.fingerprint() != before


def draining_changes_no_answer(make: Make) -> None:
    """Neither what holds nor what was known at any moment; what was said twice is one, what was said anew is a version."""
    store = make("drained")
    for said in ([("A", 1, 1.0), ("B", 1, 1.0)], [("A", 1, 1.0), ("B", 1, 2.0), ("A", 2, 3.0)]):
        deliver(store, *said)
    moments = {row["_stored_at"] for row in held(store)}
    asked = [Known(), *(Known(as_of=moment) for moment in moments), Known(as_of=min(moments) - timedelta(days=1))]
    before = [held(store, known) for known in asked]
    assert store.drain(OBSERVATION) == 2
    assert [held(store, known) for known in asked] == before
    assert [row["value"] for row in before[0]] == [1.0, 3.0, 2.0]
    assert store.verify() == 2


def every_observation_is_accounted_for(make: Make) -> None:
    """In the log and in segments, at every moment; a source goes on from where it stands."""
    store = make("accounts")
    for said in ([("A", 1, 1.0)], [("A", 1, 1.0), ("A", 2, float("nan"))]):
        deliver(store, *said)
        assert all(account.balances for account in store.accounts().values())
        store.drain(OBSERVATION)
    account = store.accounts()["press"]
    assert (account.received, account.stored, account.duplicate, account.rejected, account.spooled) == (3, 1, 1, 1, 0)
    assert account.position == "2"


def what_is_retired_is_no_longer_read_and_still_counted(make: Make) -> None:
    """Retention lets go of rows, never of what is said of them."""
    store = make("retired")
    for second in (1, 100):
        deliver(store, ("A", second, 1.0))
        store.drain(OBSERVATION)
    accounts = store.accounts()
    assert store.retire(OBSERVATION, _BEGIN + timedelta(seconds=50)) == 1
    assert len(held(store)) == 1
    assert store.accounts() == accounts
    assert store.verify() == 1
    assert [told.rows for told in store.retired()] == [1]


def _batch(said: Sequence[Said]) -> pa.RecordBatch:
    import pyarrow as pa

    columns = {
        "entity": [f"machine:{machine}" for machine, _, _ in said],
        "quantity": ["power" for _ in said],
        "time": [_BEGIN + timedelta(seconds=second) for _, second, _ in said],
        "value": [value for _, _, value in said],
        "text": [None for _ in said],
        "quality": ["good" for _ in said],
    }
    return pa.RecordBatch.from_pydict(columns, observations())


CHECKS: tuple[Callable[[Make], None], ...] = (
    what_is_in_the_log_is_read_at_once,
    draining_changes_no_answer,
    every_observation_is_accounted_for,
    what_is_retired_is_no_longer_read_and_still_counted,
)
"""Every check, in the order of the contract."""
