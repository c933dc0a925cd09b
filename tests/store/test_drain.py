"""A file of the log becomes one sealed batch; no answer changes by it, whatever was delivered and wherever the files were cut."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.conftest import ticking
from tests.store.streaming import OBSERVATION, START, balanced, delivery, rows, take, values
from zhizao.errors import InputError, StoreDamaged
from zhizao.model.value import Known
from zhizao.store.local import LocalStore
from zhizao.store.stream.account import Account
from zhizao.store.stream.delivery import Refused
from zhizao.store.stream.log import files_in


def test_what_is_in_the_log_is_read_at_once_and_the_same_after_it_is_drained(open_store):
    store = open_store()
    take(store, delivery(("A", 1, 0.1), ("B", 1, 2.5)), delivery(("A", 2, 0.3)), roll=False)
    before = rows(store)
    assert values(store) == {("A", 1): 0.1, ("B", 1): 2.5, ("A", 2): 0.3}
    take(store)
    assert store.drain(OBSERVATION) == 1
    assert rows(store) == before
    assert store.verify() == 1


def test_a_file_is_one_batch_and_is_gone(open_store, tmp_path):
    store = open_store()
    take(store, delivery(("B", 1, 1.0), ("A", 2, 2.0)), delivery(("A", 1, 3.0)))
    store.drain(OBSERVATION)
    assert files_in(tmp_path / "home" / "stream") == [2]
    assert [f.name for f in (tmp_path / "home" / "facts" / "observation").glob("*.parquet")] == ["00000001.parquet"]
    assert store.drain(OBSERVATION) == 0


def test_what_was_said_before_is_duplicate_and_another_value_a_new_version(open_store):
    store = open_store()
    take(store, delivery(("A", 1, 1.0), ("A", 2, 2.0)))
    store.drain(OBSERVATION)
    take(store, delivery(("A", 1, 1.0), ("A", 2, 5.0), ("A", 3, 3.0)), delivery(("A", 3, 3.0)))
    before = rows(store)
    store.drain(OBSERVATION)
    assert values(store) == {("A", 1): 1.0, ("A", 2): 5.0, ("A", 3): 3.0}
    assert rows(store) == before
    assert store.accounts()["press"] == Account(received=6, stored=4, duplicate=2, lines=3, position="3", last_us=(START.timestamp() + 3) * 10**6)


def test_the_same_key_of_two_sources_is_two_facts(open_store):
    store = open_store()
    take(store, delivery(("A", 1, 1.0)), delivery(("A", 1, 2.0), source="meter"))
    store.drain(OBSERVATION)
    assert [(row["source"], row["value"]) for row in rows(store)] == [("meter", 2.0), ("press", 1.0)]


def test_every_observation_is_accounted_for_at_every_moment(open_store):
    store = open_store()
    refused = (Refused("line 3", "no number", "x|y"),)
    take(store, delivery(("A", 1, 1.0), ("A", 1, 1.0), ("A", 2, float("nan")), duplicate=2, refused=refused), roll=False)
    assert store.accounts()["press"] == Account(6, 0, 2, 1, 3, lines=1, position="2", last_us=(START.timestamp() + 2) * 10**6)
    take(store)
    assert balanced(store)
    store.drain(OBSERVATION)
    assert replace(store.accounts()["press"], last_us=0, position="") == Account(6, 1, 3, 2, 0, lines=1)
    take(store, delivery(("A", 4, 1.0)), roll=False)
    assert replace(store.accounts()["press"], last_us=0, position="") == Account(7, 1, 3, 2, 1, lines=2)
    assert LocalStore(store._home.path, ticking()).accounts() == store.accounts()


def test_what_cannot_be_taken_is_kept_with_its_source_place_and_reason(open_store, tmp_path):
    store = open_store()
    take(store, delivery(("A", 1, float("inf")), ("b c", 1, 1.0), ("A", 2, 1.0), refused=(Refused("line 3", "no number", "x|y"),)))
    store.drain(OBSERVATION)
    (file,) = (tmp_path / "home" / "rejects").iterdir()
    head, *lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert head["rejected"] == 3
    assert [(line["source"], line["line"], line["reason"]["en"].partition(":")[0]) for line in lines] == [
        ("press", "line 3", "no number"),
        ("press", 1, "value is no number"),
        ("press", 2, "entity is no entity id (level"),
    ]
    assert values(store) == {("A", 2): 1.0}
    assert balanced(store)
    store.verify()


def test_as_of_a_moment_is_the_same_before_and_after_draining(open_store):
    store = open_store()
    take(store, delivery(("A", 1, 1.0)), delivery(("A", 1, 2.0)), delivery(("A", 2, 3.0)))
    moments = sorted(row["_stored_at"] for row in rows(store))
    asked = [Known(as_of=moment + timedelta(seconds=shift)) for moment in moments for shift in (-1, 0, 1)]
    asked += [Known(stored_as_of=moment) for moment in moments]
    before = [rows(store, known) for known in asked]
    assert len({str(found) for found in before}) > 2
    store.drain(OBSERVATION)
    assert [rows(store, known) for known in asked] == before


SAID = st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 3), st.sampled_from((0.0, 0.1))), max_size=5)
STEPS = st.lists(st.tuples(SAID, st.sampled_from(("press", "saw")), st.sampled_from(("go on", "roll", "drain"))), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_any_deliveries_drained_at_any_cuts_give_the_last_value_of_each_key_and_balance(steps):
    expected = {}
    with TemporaryDirectory() as folder:
        store = LocalStore(Path(folder), ticking())
        log = store.log()
        for said, source, then in steps:
            log.append([delivery(*said, source=source)])
            expected |= {(f"machine:{signal}", START + timedelta(seconds=second), source): value for signal, second, value in said}
            if then != "go on":
                log.roll()
            if then == "drain":
                before = rows(store)
                store.drain(OBSERVATION)
                assert rows(store) == before
            assert balanced(store)
        assert {(row["entity"], row["time"], row["source"]): row["value"] for row in rows(store)} == expected
        accounts = store.accounts()
        log.close()
        assert {name: one.received for name, one in accounts.items()} == {
            source: sum(len(said) for said, by, _ in steps if by == source) for source in {by for _, by, _ in steps}
        }
        store.verify()


def test_a_fact_in_the_log_is_found_by_its_number_then_and_after_it_is_drained(open_store):
    store = open_store()
    take(store, delivery(("A", 1, 1.0)), delivery(("B", 2, 2.5)))
    with store.session() as session:
        facts = {row["entity"]: row["_fact"] for row in session.fetch(session.relation(OBSERVATION)).to_pylist()}
    before = list(store.find(OBSERVATION, list(facts.values())))
    assert [(f.source, f.place, dict(f.fields)["value"]) for f in before] == [("press", "log 1, row 1", "1.0"), ("press", "log 1, row 2", "2.5")]
    store.drain(OBSERVATION)
    assert list(store.find(OBSERVATION, list(facts.values()))) == before
    with store.session() as session:
        sealed = [row["_fact"] for row in session.fetch(session.relation(OBSERVATION)).to_pylist()]
    assert [(f.source, f.place) for f in store.find(OBSERVATION, sorted(sealed))] == [("press", "log 1, row 1"), ("press", "log 1, row 2")]


def test_a_fact_of_the_stream_is_withdrawn_once_it_is_sealed_by_either_number(open_store):
    store = open_store()
    take(store, delivery(("A", 1, 1.0)), delivery(("B", 2, 2.5)))
    with store.session() as session:
        facts = {row["entity"]: row["_fact"] for row in session.fetch(session.relation(OBSERVATION)).to_pylist()}
    with pytest.raises(InputError, match="still in the log"):
        store.withdraw(f"observation:{facts['machine:A']}", "a broken sensor")
    store.drain(OBSERVATION)
    store.withdraw(f"observation:{facts['machine:A']}", "a broken sensor")
    assert values(store) == {("B", 2): 2.5}
    store.withdraw("observation:2", "a broken sensor")
    assert values(store) == {}
    take(store, delivery(("A", 1, 1.0)), roll=False)
    assert values(store) == {("A", 1): 1.0}
    assert balanced(store)


def test_the_fingerprint_changes_with_every_delivery_and_draining(open_store):
    store = open_store()
    seen = [store.fingerprint()]
    for second in range(3):
        take(store, delivery(("A", second, 1.0)), roll=second == 2)
        seen.append(store.fingerprint())
    store.drain(OBSERVATION)
    seen.append(store.fingerprint())
    assert len(set(seen)) == len(seen)


def test_a_log_that_was_lost_goes_on_from_what_the_segments_say(open_store, tmp_path):
    store = open_store()
    take(store, delivery(("A", 1, 1.0), ("A", 2, 1.0)))
    store.drain(OBSERVATION)
    for file in (tmp_path / "home" / "stream").iterdir():
        file.unlink()
    log = open_store().log()
    assert (log.number, log.standings["press"].position, log.standings["press"].received) == (2, "2", 2)
    log.append([delivery(("A", 3, 1.0))])
    log.close()
    assert len(values(store)) == 3
    assert balanced(store)


def test_a_log_older_than_the_segments_is_refused(open_store, tmp_path):
    store = open_store()
    take(store)
    old = (tmp_path / "home" / "stream" / "0000000001.frames").read_bytes()
    take(store, delivery(("A", 1, 1.0)))
    store.drain(OBSERVATION)
    folder = tmp_path / "home" / "stream"
    for file in folder.glob("*.frames"):
        file.unlink()
    (folder / "0000000001.frames").write_bytes(old)
    with pytest.raises(StoreDamaged, match="older"):
        store.log()


def test_a_home_without_a_log_has_no_accounts_and_makes_no_folder(open_store, tmp_path):
    store = open_store()
    assert store.accounts() == {}
    assert store.drain(OBSERVATION) == 0
    assert rows(store) == []
    assert not (tmp_path / "home").exists()


def test_what_arrived_since_an_earlier_session_is_found_whether_it_is_drained_by_then_or_not(open_store):
    store = open_store()
    take(store, delivery(("A", 1, 1.0)))
    take(store, delivery(("A", 2, 1.0)), roll=False)
    seen = []
    for second in range(3, 7):
        with store.session() as session:
            mark = session.mark
        take(store, delivery(("A", second, 1.0)), roll=second % 2 == 0)
        if second > 4:
            store.drain(OBSERVATION)
        with store.session() as session:
            seen.append(sorted((row["time"] - START).seconds for row in session.fetch(session.since(OBSERVATION, mark)).to_pylist()))
    # What arrived last is met again: another delivery may have come in the same microsecond.
    assert seen == [[2, 3], [3, 4], [4, 5], [5, 6]]
