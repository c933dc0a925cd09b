"""What lies in the log goes into segments once it is old enough, and what cannot is tried again."""

from __future__ import annotations

import asyncio

import pytest

from zhizao.node.drainer import Drainer
from zhizao.sense.gather import gathered
from zhizao.sense.intake import Intake
from zhizao.sense.source import Signal
from zhizao.sense.spoken import Spoken
from zhizao.store.stream.log import Log

SIGNALS = {"P": Signal("machine:M1", "active_power")}


class Bench:
    """A drainer over a log, with a clock that moves when told."""

    def __init__(self, folder):
        self.now, self.drains, self.fault = 0.0, 0, None
        self.log = Log(folder)
        self.drainer = Drainer(Intake(self.log), self.drain, lambda: self.now, age_s=10)

    def drain(self):
        self.drains += 1
        if self.fault:
            raise self.fault
        return 0

    def say(self, n):
        self.log.append([gathered("a", [Spoken(n, "P", n, value=1.0)], SIGNALS, position=str(n), lines=1)])

    def look(self, at):
        self.now = at
        asyncio.run(self.drainer.look())
        return self.log.number


def test_a_file_is_completed_once_it_has_held_something_for_long(tmp_path):
    bench = Bench(tmp_path)
    assert [bench.look(at) for at in (0, 100)] == [1, 1]
    bench.say(1)
    assert [bench.look(at) for at in (101, 110, 111, 200)] == [1, 1, 2, 2]
    bench.say(2)
    assert [bench.look(at) for at in (201, 210, 211)] == [2, 2, 3]


def test_what_a_node_finds_in_the_log_when_it_starts_is_completed_too(tmp_path):
    bench = Bench(tmp_path)
    bench.say(1)
    bench.log.close()
    again = Bench(tmp_path)
    assert [again.look(at) for at in (0, 10)] == [1, 2]


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), ValueError("offset overflow"), AssertionError("sum")], ids=str)
def test_a_store_that_refuses_is_told_and_asked_again(tmp_path, fault):
    bench = Bench(tmp_path)
    bench.fault = fault
    bench.look(0)
    assert str(fault) in bench.drainer.trouble
    bench.fault = None
    bench.look(1)
    assert (bench.drainer.trouble, bench.drains) == ("", 2)
