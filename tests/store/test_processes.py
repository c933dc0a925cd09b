"""Several processes in one home: writers take turns, readers never wait."""

from __future__ import annotations

import fcntl

import pytest

from tests.store.conftest import child
from zhizao.checks.store import FIGURE, RETURN, amounts, deliver, facts, row
from zhizao.errors import StoreBusy
from zhizao.store import history
from zhizao.store.delta import commits
from zhizao.store.home import Home

CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from zhizao.checks.store import deliver, row
from zhizao.store.local import LocalStore

store = LocalStore(Path(sys.argv[1]), lambda: datetime(2025, 1, 1, tzinfo=UTC))
for n in range(5):
    deliver(store, row(f"{sys.argv[2]}{n}"), row("shared", amount=str(n)))
"""


def test_two_processes_import_into_one_home_at_once(open_store, tmp_path):
    running = [child(CHILD, tmp_path / "home", name) for name in ("P", "Q")]
    assert [(p.communicate()[0], p.returncode) for p in running] == [("", 0), ("", 0)]
    store = open_store()
    held = amounts(store)
    assert set(held) == {f"{p}{n}" for p in "PQ" for n in range(5)} | {"shared"}
    assert held["shared"] == 4
    assert store.verify() == 10
    assert len({f["_fact"] for f in facts(store)}) == 11


def test_a_reader_works_beside_a_writer_and_a_second_writer_is_told_to_wait(open_store, tmp_path):
    store, home = open_store(), Home(tmp_path / "home")
    deliver(store, row("A"))
    with (home.path / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert amounts(open_store()) == {"A": 1}
        assert open_store().fingerprint() == store.fingerprint()
        with pytest.raises(StoreBusy) as busy, home.writing(wait_s=0):
            pass
    assert busy.value.retryable
    assert busy.value.cure
    with home.writing(wait_s=0):
        pass


def test_a_reader_that_lists_while_a_writer_goes_on_sees_a_snapshot_without_a_gap(open_store, monkeypatch):
    deliver(open_store(), row("A"), record=FIGURE)
    deliver(open_store(), row("A"))
    listed, writing = [], True

    def beside_a_writer(table):
        nonlocal writing
        found = commits(table)
        listed.append(table.name)
        if writing and table.name == FIGURE.id:
            writing = False
            deliver(open_store(), row("B"), record=FIGURE)
            deliver(open_store(), row("B"))
        return found

    monkeypatch.setattr(history, "commits", beside_a_writer)
    with open_store().session() as session:
        seen = session.fetch(session.relation(RETURN)).to_pylist()
    assert listed[0] == FIGURE.id
    assert [f["enterprise"] for f in seen] == ["enterprise:A"]
    assert amounts(open_store()) == amounts(open_store(), FIGURE) == {"A": 1, "B": 1}


def test_reading_makes_nothing(open_store, tmp_path):
    store = open_store("never")
    assert facts(store) == []
    assert store.fingerprint()
    assert not store.has_batch(RETURN.id, "x")
    assert store.verify() == 0
    assert not (tmp_path / "never").exists()


def test_a_fingerprint_needs_no_heavy_library(tmp_path):
    code = (
        "import sys; from pathlib import Path; from zhizao.store.local import LocalStore; s = LocalStore(Path(sys.argv[1]), None);"
        "s.fingerprint(); s.has_batch('r', 'x'); print([m for m in ('pyarrow', 'duckdb', 'ibis', 'deltalake', 'cryptography') if m in sys.modules])"
    )
    said, _ = child(code, tmp_path).communicate()
    assert said.strip() == "[]"
