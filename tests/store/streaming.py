"""What tests of the stream are written with: observations in few words, and the facts a store gives for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from zhizao.model.value import Known
from zhizao.pack.load import builtin_folders, load
from zhizao.store.local import LocalStore
from zhizao.store.stream.delivery import Delivery, Refused, observations

OBSERVATION = load(builtin_folders()).records["observation"]
START = datetime(2024, 1, 1, tzinfo=UTC)

Said = tuple[str, int, float]
"""A signal, the second in which it was observed, and the value."""


def delivery(*said: Said, source: str = "press", duplicate: int = 0, refused: tuple[Refused, ...] = ()) -> Delivery:
    """Observations of one source."""
    signals, seconds, values = zip(*said, strict=True) if said else ((), (), ())
    columns = [
        pa.array([f"machine:{signal}" for signal in signals], pa.string()).dictionary_encode(),
        pa.array(["active_power"] * len(said), pa.string()).dictionary_encode(),
        pa.array([START + timedelta(seconds=second) for second in seconds], pa.timestamp("us", "UTC")),
        pa.array(values, pa.float64()),
        pa.nulls(len(said), pa.string()),
        pa.array(["good"] * len(said), pa.string()).dictionary_encode(),
    ]
    position = str(max(seconds, default=0))
    return Delivery(source, pa.record_batch(columns, schema=observations()), position, lines=1, duplicate=duplicate, refused=refused)


def take(store: LocalStore, *deliveries: Delivery, roll: bool = True) -> None:
    """Let the log have deliveries, one by one; and complete its file."""
    log = store.log()
    for one in deliveries:
        log.append([one])
    if roll:
        log.roll()
    log.close()


def rows(store: LocalStore, known: Known = Known()) -> list[dict[str, Any]]:
    """The observations that hold, without the number of the fact."""
    with store.session() as session:
        found: list[dict[str, Any]] = session.fetch(session.relation(OBSERVATION, known)).to_pylist()
    return sorted(({k: v for k, v in row.items() if k != "_fact"} for row in found), key=lambda r: (r["entity"], r["time"], r["source"]))


def values(store: LocalStore, known: Known = Known()) -> dict[tuple[str, int], float]:
    """The values that hold, by signal and second."""
    return {(row["entity"].partition(":")[2], int((row["time"] - START).total_seconds())): row["value"] for row in rows(store, known)}


def balanced(store: LocalStore) -> bool:
    """Whether every account of a store balances; nothing else may ever be seen."""
    return all(account.balances for account in store.accounts().values())
