"""A running node, hurt while machines push and publish to it: nothing acknowledged is lost, nothing is twice, every sum holds. ``bench/faults.py`` does it a hundred times."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

import pytest

from bench.faults import FAULTS, rounds
from zhizao.node.assemble import folders_of, load_library
from zhizao.sense.gather import gathered
from zhizao.sense.source import Signal
from zhizao.sense.spoken import Spoken
from zhizao.store.local import LocalStore

SIGNALS = {"P": Signal("machine:M1", "active_power")}


def test_every_fault_once_loses_and_doubles_nothing(tmp_path):
    done = rounds(tmp_path, len(FAULTS), seed=7)
    assert all(done.kinds[fault.__name__] == 1 for fault in FAULTS)
    assert all(sender.acknowledged and sender.twice for sender in done.senders)
    assert all(now.well and now.drained for now in done.found) and len(done.found) == 2


@pytest.mark.parametrize("seed", range(5))
def test_a_clock_that_steps_back_and_forth_loses_and_doubles_nothing(tmp_path, seed):
    dice, at = random.Random(seed), datetime(2026, 11, 24, tzinfo=timezone.utc)

    def clock() -> datetime:
        nonlocal at
        at += timedelta(seconds=dice.choice([1, 1, 1, -7200, 3600, 86_400, -86_400]))
        return at

    home = tmp_path / "home"
    record = load_library(home, folders_of(home)).records["observation"]
    store = LocalStore(home, clock)
    for part in range(4):
        log = store.log()
        for n in range(part * 10, part * 10 + 10):
            log.append([gathered("a", [Spoken(n, "P", n, value=float(n))], SIGNALS, position=str(n), lines=1)])
        log.roll()
        log.close()
        store.drain(record)
        account = store.accounts()["a"]
        assert account.balances and account.stored == part * 10 + 10
    with store.session() as session:
        found = session.fetch(session.relation(record)).to_pylist()
    assert sorted(row["value"] for row in found) == [float(n) for n in range(40)]
    assert store.verify() > 0
