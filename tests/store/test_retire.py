"""Old observations go, batch by batch; what was said of them stays, and everything that is left can still be checked."""

from __future__ import annotations

import json
from datetime import timedelta

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from tests.store.conftest import dying
from tests.store.streaming import OBSERVATION, START, balanced, delivery, take, values
from zhizao.errors import StoreDamaged
from zhizao.store.contract import Source
from zhizao.store.retire import GRACE, retire

DAY = 86_400


def days(store, *numbers: int) -> None:
    for day in numbers:
        take(store, delivery(("A", day * DAY, float(day)), ("A", day * DAY + 1, float(day))))
        store.drain(OBSERVATION)


def test_batches_older_than_an_instant_are_no_longer_read_and_still_counted(open_store):
    store = open_store()
    days(store, 0, 1, 2)
    accounts = store.accounts()
    assert store.retire(OBSERVATION, START + timedelta(days=2)) == 2
    assert set(values(store)) == {("A", 2 * DAY), ("A", 2 * DAY + 1)}
    assert store.accounts() == accounts
    assert balanced(store)
    assert store.verify() == 1
    (told,) = store.retired()
    assert (told.record, told.batches, told.rows) == ("observation", 2, 4)
    assert store.retire(OBSERVATION, START + timedelta(days=2)) == 0


def test_files_go_when_no_session_can_be_reading_them_and_another_engine_finds_the_rest(open_store, tmp_path):
    store, table = open_store(), tmp_path / "home" / "facts" / "observation"
    days(store, 0, 1, 2)
    with store.session() as session:
        store.retire(OBSERVATION, START + timedelta(days=1))
        assert len(session.fetch(session.relation(OBSERVATION))) == 6
    assert len(list(table.glob("*.parquet"))) == 3
    retire(store._rim, OBSERVATION, START, grace=timedelta(0))
    assert len(list(table.glob("*.parquet"))) == 2
    assert len(duckdb.read_parquet(DeltaTable(table).file_uris()).fetchall()) == 4
    days(store, 3)
    assert store.verify() == 3
    assert len(values(store)) == 6
    assert GRACE > timedelta(minutes=10)


def test_a_segment_that_is_gone_without_a_note_is_damage(open_store, tmp_path):
    store = open_store()
    days(store, 0, 1)
    next((tmp_path / "home" / "facts" / "observation").glob("*.parquet")).unlink()
    with pytest.raises(StoreDamaged):
        store.verify()


def test_a_commit_that_removes_more_than_its_note_says_is_damage(open_store, tmp_path):
    store = open_store()
    days(store, 0, 1)
    store.retire(OBSERVATION, START + timedelta(days=1))
    commit = max((tmp_path / "home" / "facts" / "observation" / "_delta_log").glob("*.json"))
    lines = commit.read_text("utf-8").splitlines()
    more = json.dumps({"remove": {"path": "00000002.parquet", "deletionTimestamp": 1, "dataChange": True}})
    commit.write_text("\n".join([*lines, more]) + "\n", "utf-8")
    with pytest.raises(StoreDamaged, match="commit"):
        open_store().verify()


@pytest.mark.parametrize("at", range(1, 8))
def test_a_killed_retirement_leaves_all_of_them_or_none_and_can_be_repeated(at, open_store, tmp_path):
    store = open_store()
    days(store, 0, 1, 2)
    work = """
from datetime import timedelta
from tests.store.streaming import OBSERVATION, START
store.retire(OBSERVATION, START + timedelta(days=2))
"""
    dying(tmp_path / "home", "os", "fsync", at, work).wait()
    after = open_store()
    assert len(values(after)) in (2, 6)
    after.verify()
    after.retire(OBSERVATION, START + timedelta(days=2))
    assert len(values(after)) == 2
    days(after, 3)
    assert after.verify() == 2


def test_what_is_imported_beside_the_stream_is_retired_with_it(open_store):
    store = open_store()
    take(store, delivery(("A", 0, 1.0)))
    store.drain(OBSERVATION)
    rows = pa.table({"entity": ["machine:B"], "quantity": ["active_power"], "time": ["2024-01-01T00:00:05Z"], "value": ["1.5"], "source": ["hand"]})
    store.append(OBSERVATION, rows, Source("hand.csv"))
    assert len(values(store)) == 2
    assert store.retire(OBSERVATION, START + timedelta(days=1)) == 2
    assert values(store) == {}
