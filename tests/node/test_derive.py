"""Records derived from what is stored: once, as more is said, and corrected where late words change them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhizao.model.library import Library
from zhizao.node.derive import Derived, Deriver, derive
from zhizao.node.reading import Reading
from zhizao.pack.load import load
from zhizao.store.contract import Source
from zhizao.store.local import LocalStore

PACKS = Path(__file__).resolve().parents[2] / "packs"
BEGIN = datetime(2026, 3, 2, 6, tzinfo=UTC)
Word = tuple[int, str, str | int]


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


def tell(library: Library, store: LocalStore, words: Sequence[Word]) -> None:
    """Deliver words of machine A, each with the minute it is of."""
    rows = [
        {"entity": "machine:A", "quantity": quantity, "time": (BEGIN + timedelta(minutes=at)).isoformat(), "text": said if isinstance(said, str) else None,
         "value": None if isinstance(said, str) else float(said), "quality": "good", "source": "s"}
        for at, quantity, said in words
    ]  # fmt: skip
    assert not store.append(library.records["observation"], pa.Table.from_pylist(rows), Source("s")).rejected


def records(library: Library, store: LocalStore) -> list[dict[str, Any]]:
    """All that is said of runs."""
    with store.session() as session:
        rows: list[dict[str, Any]] = session.fetch(session.relation(library.records["process_run"])).to_pylist()
    return sorted(({k: v for k, v in row.items() if not k.startswith("_")} for row in rows), key=lambda row: row["started_at"])


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


WORD = st.one_of(
    st.tuples(st.integers(0, 40), st.just("execution"), st.sampled_from(("ACTIVE", "READY", "FEED_HOLD", "PROGRAM_COMPLETED"))),
    st.tuples(st.integers(0, 40), st.just("part_count"), st.integers(0, 5)),
    st.tuples(st.integers(0, 40), st.just("electricity"), st.integers(0, 50)),
)  # fmt: skip


@given(said=st.lists(WORD, max_size=24, unique_by=lambda w: w[:2]), looks=st.sets(st.integers(1, 24)), late=st.lists(st.integers(-30, 30), min_size=24, max_size=24))
@settings(max_examples=60, deadline=None)
def test_whatever_order_words_come_in_a_follower_has_the_records_of_one_who_hears_all_at_once(library: Library, said: list[Word], looks: set[int], late: list[int]) -> None:
    ordered = [word for _, _, word in sorted((word[0] + shift, i, word) for i, (word, shift) in enumerate(zip(said, late, strict=False)))]
    cuts = [0, *sorted(c for c in looks if c < len(ordered)), len(ordered)]
    with TemporaryDirectory() as folder:
        following = LocalStore(Path(folder) / "one", lambda: BEGIN + timedelta(days=1))
        deriver = Deriver(library, following)
        for first, end in pairwise(cuts):
            if ordered[first:end]:
                tell(library, following, ordered[first:end])
            deriver.look()
        hearing = LocalStore(Path(folder) / "other", lambda: BEGIN + timedelta(days=1))
        if ordered:
            tell(library, hearing, ordered)
        derive(library, hearing)
        assert records(library, following) == records(library, hearing)


def test_of_what_is_no_longer_kept_the_records_stay(library: Library, store: LocalStore) -> None:
    say(library, store, (0, "ACTIVE"), (10, "READY"), (20, "ACTIVE"), (30, "READY"), (40, "READY"))
    derive(library, store)
    store.retire(library.records["observation"], BEGIN + timedelta(hours=1))
    say(library, store, (120, "ACTIVE"), (130, "READY"), (140, "READY"))
    for anew in (False, True):
        assert derive(library, store, anew=anew)[0].withdrawn == 0
    assert [begin for _, begin, _ in runs(library, store)] == [0, 20, 120]


def test_words_that_decide_nothing_are_not_read(library: Library, store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    deriver = Deriver(library, store)
    tell(library, store, [(0, "execution", "ACTIVE"), (10, "execution", "READY"), (11, "electricity", 5)])
    assert deriver.look()[0].stored == 1
    read: list[object] = []
    monkeypatch.setattr(Reading, "_within", lambda self, spans: read.append(spans))
    tell(library, store, [(12, "electricity", 6), (13, "electricity", 7)])
    assert deriver.look() == [Derived("process_run", "process_run")]
    assert not read


def test_each_machine_has_runs_of_its_own(library: Library, store: LocalStore) -> None:
    say(library, store, (0, "ACTIVE"), (10, "READY"), (20, "READY"))
    say(library, store, (5, "ACTIVE"), (15, "READY"), (20, "READY"), machine="B")
    assert derive(library, store)[0].stored == 2
    assert runs(library, store) == [("machine:A", 0, 10), ("machine:B", 5, 15)]
