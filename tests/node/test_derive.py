"""Records derived from what is stored: once, as more is said, and corrected where late words change them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from zhizao.model.library import Library
from zhizao.node.derive import Derived, derive
from zhizao.pack.load import load
from zhizao.store.contract import Source
from zhizao.store.local import LocalStore

PACKS = Path(__file__).resolve().parents[2] / "packs"
BEGIN = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def library() -> Library:
    return load([PACKS / "kernel", PACKS / "factory"])


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path, lambda: BEGIN + timedelta(days=1))


def say(library: Library, store: LocalStore, *words: tuple[int, str], machine: str = "A") -> None:
    """Deliver what a machine's execution was from some minutes on."""
    rows = [
        {"entity": f"machine:{machine}", "quantity": "execution", "time": (BEGIN + timedelta(minutes=at)).isoformat(), "text": word, "quality": "good", "source": "s"}
        for at, word in words
    ]  # fmt: skip
    assert not store.append(library.records["observation"], pa.Table.from_pylist(rows), Source("s")).rejected


def runs(library: Library, store: LocalStore) -> list[tuple[str, int, int]]:
    """Who ran from which minute to which."""
    with store.session() as session:
        rows: list[dict[str, Any]] = session.fetch(session.relation(library.records["process_run"])).to_pylist()
    minute = timedelta(minutes=1)
    return sorted((r["machine"], (r["started_at"] - BEGIN) // minute, (r["ended_at"] - BEGIN) // minute) for r in rows)


def test_what_is_over_is_stored_once_however_often_it_is_derived(library: Library, store: LocalStore) -> None:
    say(library, store, (0, "ACTIVE"), (10, "READY"), (20, "ACTIVE"), (30, "READY"), (40, "ACTIVE"))
    assert derive(library, store) == [Derived("process_run", "process_run", stored=2)]
    assert derive(library, store) == [Derived("process_run", "process_run", duplicate=1)]
    assert derive(library, store, anew=True) == [Derived("process_run", "process_run", duplicate=2)]
    assert runs(library, store) == [("machine:A", 0, 10), ("machine:A", 20, 30)]


def test_what_goes_on_is_stored_when_it_is_over(library: Library, store: LocalStore) -> None:
    say(library, store, (0, "ACTIVE"), (10, "READY"), (20, "ACTIVE"), (25, "ACTIVE"))
    derive(library, store)
    say(library, store, (30, "READY"), (40, "READY"))
    assert derive(library, store)[0].stored == 1
    assert runs(library, store) == [("machine:A", 0, 10), ("machine:A", 20, 30)]


def test_a_late_word_corrects_the_last_run_and_withdraws_what_is_no_longer_so(library: Library, store: LocalStore) -> None:
    say(library, store, (0, "ACTIVE"), (10, "READY"), (20, "ACTIVE"), (30, "READY"), (40, "READY"))
    derive(library, store)
    say(library, store, (25, "READY"))
    assert derive(library, store)[0].stored == 1
    assert runs(library, store) == [("machine:A", 0, 10), ("machine:A", 20, 25)]
    say(library, store, (20, "FEED_HOLD"))
    assert derive(library, store)[0].withdrawn == 1
    assert runs(library, store) == [("machine:A", 0, 10)]


def test_an_imported_run_is_left_alone(library: Library, store: LocalStore) -> None:
    say(library, store, (0, "ACTIVE"), (10, "READY"), (20, "READY"))
    other = {"machine": "machine:A", "started_at": (BEGIN + timedelta(minutes=5)).isoformat(), "ended_at": (BEGIN + timedelta(minutes=6)).isoformat()}
    store.append(library.records["process_run"], pa.Table.from_pylist([other]), Source("mes"))
    derive(library, store)
    derive(library, store, anew=True)
    assert runs(library, store) == [("machine:A", 0, 10), ("machine:A", 5, 6)]


def test_each_machine_has_runs_of_its_own(library: Library, store: LocalStore) -> None:
    say(library, store, (0, "ACTIVE"), (10, "READY"), (20, "READY"))
    say(library, store, (5, "ACTIVE"), (15, "READY"), (20, "READY"), machine="B")
    assert derive(library, store)[0].stored == 2
    assert runs(library, store) == [("machine:A", 0, 10), ("machine:B", 5, 15)]
