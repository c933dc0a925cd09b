"""Draining that is killed at any point, or meets a full disk, or is read by others meanwhile, loses nothing and doubles nothing."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest

from tests.store.conftest import child, dying, ticking
from tests.store.streaming import OBSERVATION, balanced, delivery, rows, take, values
from zhizao.errors import InputError
from zhizao.store.local import LocalStore
from zhizao.store.stream.delivery import Refused
from zhizao.store.stream.log import files_in

WORK = """
from tests.store.streaming import OBSERVATION
store.drain(OBSERVATION)
"""

POINTS = [("os", "fsync", n) for n in range(1, 16, 2)] + [
    ("zhizao.store.delta", "commit", 1),
    ("zhizao.store.segment", "write", 1),
    ("zhizao.store.stream.drain", "drop_file", 1),
    ("zhizao.store.stream.drain", "drop_file", 2),
    ("zhizao.store.stream.drain", "sealed", 2),
]


def two_files(store: LocalStore) -> None:
    """A store with a segment and, in the log, two files that repeat some of it, with a refused observation."""
    take(store, delivery(("A", 1, 1.0)))
    store.drain(OBSERVATION)
    take(store, delivery(("A", 1, 1.0), ("A", 2, 2.0), refused=(Refused("line 3", "no number", "x|y"),)))
    take(store, delivery(("A", 2, 2.0), ("A", 3, float("nan")), ("B", 1, 4.0)))


@pytest.mark.parametrize(("module", "name", "at"), POINTS)
def test_a_killed_drain_leaves_each_file_whole_in_the_log_or_whole_in_a_batch(module, name, at, open_store, tmp_path):
    store = open_store()
    two_files(store)
    before = rows(store)
    process = dying(tmp_path / "home", module, name, at, WORK)
    process.communicate()
    assert process.returncode in (0, -signal.SIGKILL)
    after = open_store()
    assert rows(after) == before
    assert balanced(after)
    after.verify()
    after.drain(OBSERVATION)
    assert files_in(tmp_path / "home" / "stream") == [4]
    assert rows(after) == before
    (account,) = after.accounts().values()
    assert (account.received, account.stored, account.duplicate, account.rejected, account.spooled) == (7, 3, 2, 2, 0)
    assert after.verify() == 3


def test_a_full_disk_leaves_the_file_in_the_log_until_there_is_room(open_store, tmp_path, monkeypatch):
    store = open_store()
    two_files(store)
    before, refusals = rows(store), 0
    for allowed in range(14):
        left = iter(range(allowed))

        def refuse(handle, act=os.fsync, left=left):
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            act(handle)

        with monkeypatch.context() as full:
            full.setattr(os, "fsync", refuse)
            try:
                store.drain(OBSERVATION)
            except InputError as told:
                refusals += 1
                assert "full" in told.what.en
        assert rows(open_store()) == before
        assert balanced(open_store())
    assert refusals >= 3
    store.drain(OBSERVATION)
    assert rows(store) == before
    assert store.verify() == 3


WRITING = """
import sys
from pathlib import Path
from tests.store.conftest import ticking
from tests.store.streaming import OBSERVATION, delivery
from zhizao.store.local import LocalStore

store = LocalStore(Path(sys.argv[1]), ticking())
log = store.log()
print("ready", flush=True)
for second in range(60):
    log.append([delivery(("A", second, float(second)))])
    if second % 3 == 2:
        log.roll()
        store.drain(OBSERVATION)
"""


def test_a_reader_beside_a_writer_always_finds_the_first_observations_without_a_gap(tmp_path):
    home = tmp_path / "home"
    process = child(WRITING, home)
    assert process.stdout and process.stdout.readline() == "ready\n"
    reader, seen = LocalStore(home, ticking()), 0
    while process.poll() is None:
        found = values(reader)
        assert sorted(second for _, second in found) == list(range(len(found)))
        assert len(found) >= seen
        assert balanced(reader)
        seen = len(found)
    assert process.returncode == 0
    assert len(values(reader)) == 60


def test_a_session_reads_what_was_there_when_it_began(open_store):
    store = open_store()
    take(store, delivery(("A", 1, 1.0)))
    with store.session() as session:
        take(store, delivery(("A", 2, 2.0)))
        store.drain(OBSERVATION)
        assert len(session.fetch(session.relation(OBSERVATION))) == 1
    assert len(values(store)) == 2


def test_two_that_drain_at_once_make_one_batch_a_file(open_store, tmp_path: Path):
    store = open_store()
    two_files(store)
    others = [dying(tmp_path / "home", "os", "fsync", 10**6, WORK) for _ in range(2)]
    assert [other.wait() for other in others] == [0, 0]
    assert store.verify() == 3
    assert balanced(store)
