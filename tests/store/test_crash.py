"""A process that is killed at any point leaves the whole batch or none of it, and the next one goes on."""

from __future__ import annotations

import signal

import pytest

from tests.store.conftest import dying
from zhizao.checks.store import RETURN, amounts, deliver, row

WORK = """
from zhizao.checks.store import deliver, row
deliver(store, row("A", amount="2"), row("B"), row("C", amount="bad"))
"""


def run(home, module: str, name: str, at: int) -> int:
    """Deliver in another process that is killed at its n-th call of a function; its exit code."""
    process = dying(home, module, name, at, WORK)
    process.communicate()
    return process.returncode


POINTS = [("os", "fsync", n) for n in range(1, 12)] + [("zhizao.store.delta", "commit", 1), ("zhizao.store.segment", "write", 1), ("os", "open", 2)]


@pytest.mark.parametrize(("module", "name", "at"), POINTS)
def test_a_killed_delivery_is_stored_whole_or_not_at_all(module, name, at, open_store, tmp_path):
    store = open_store()
    deliver(store, row("A"))
    code = run(tmp_path / "home", module, name, at)
    assert code in (0, -signal.SIGKILL)
    after = open_store()
    assert amounts(after) in ({"A": 1}, {"A": 2, "B": 1})
    after.verify()
    whole = amounts(after) == {"A": 2, "B": 1}
    assert whole or code
    assert deliver(after, row("A", amount="2"), row("B"), row("C", amount="bad")) == ((0, 2, 1) if whole else (2, 0, 1))
    assert amounts(after) == {"A": 2, "B": 1}
    assert after.verify() == 2


def test_a_first_delivery_killed_while_the_home_is_made_can_be_repeated(open_store, tmp_path):
    for at in (1, 3, 5, 8):
        name = f"home{at}"
        assert run(tmp_path / name, "os", "fsync", at) == -signal.SIGKILL
        store = open_store(name)
        deliver(store, row("A", amount="2"), row("B"))
        assert amounts(store) == {"A": 2, "B": 1}
        store.verify()


def test_what_a_dead_writer_left_is_ignored_and_swept_by_the_next(open_store, tmp_path):
    store = open_store()
    deliver(store, row("A"))
    table = tmp_path / "home" / "facts" / RETURN.id
    orphan, torn = table / "00000002.parquet", table / "_delta_log" / "00000000000000000001.json"
    orphan.write_bytes(b"half a segment")
    torn.touch()
    rejects, draft = tmp_path / "home" / "rejects" / "00000002.other.jsonl", table / "_delta_log" / "_commit_1.json.tmp"
    rejects.parent.mkdir()
    rejects.write_bytes(b"of a batch that never was")
    draft.write_bytes(b"half a commit")
    assert amounts(open_store()) == {"A": 1}
    assert open_store().verify() == 1
    deliver(open_store(), row("B"))
    assert not rejects.exists()
    assert not draft.exists()
    assert amounts(open_store()) == {"A": 1, "B": 1}
    assert open_store().verify() == 2
