"""Every source has a task of its own: one that fails, hangs or can never work disturbs no other."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest

from zhizao.errors import InputError
from zhizao.model.text import Text, same
from zhizao.sense import supervise
from zhizao.sense.contract import Promise
from zhizao.sense.gather import gathered
from zhizao.sense.intake import Intake
from zhizao.sense.source import Signal, Source
from zhizao.sense.spoken import Spoken
from zhizao.sense.supervise import Sources, Supervisor
from zhizao.store.stream.log import Log

SIGNALS = {"P": Signal("machine:M1", "active_power")}


def said(source: str, n: int):
    return gathered(source, [Spoken(n, "P", n, value=1.0)], SIGNALS, position=str(n), lines=1)


class Scripted:
    """A connector that does what it is told to."""

    promise = Promise("at_least_once", same("none"))

    def __init__(self, run):
        self.run = run


class Bench:
    """A supervisor over scripted sources, whose waits take no time and are written down."""

    def __init__(self, folder):
        self.scripts, self.waits, self.made = {}, [], []
        self.intake = Intake(Log(folder))
        self.supervisor = Supervisor(Sources(dict, self.read, self.make), self.intake, lambda: 7, self.sleep, lambda: 1.0)

    def read(self, name):
        return Source(name, "test://x")

    def make(self, source):
        self.made.append(source.name)
        return Scripted(self.scripts[source.name])

    async def sleep(self, seconds):
        self.waits.append(seconds)
        await asyncio.sleep(0)

    def state(self, name):
        return self.supervisor.health[name].state


@asynccontextmanager
async def running(folder):
    bench = Bench(folder)
    task = asyncio.create_task(bench.intake.run())
    try:
        yield bench
    finally:
        await bench.supervisor.follow({})
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        bench.intake.log.close()


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def play(coroutine):
    asyncio.run(coroutine)


def test_a_source_runs_once_its_link_stands_and_is_finished_when_it_returns(tmp_path):
    async def scene():
        go = asyncio.Event()

        async def run(feed):
            feed.count("connected")
            await go.wait()
            await feed.deliver(said("a", 1))

        async with running(tmp_path) as bench:
            bench.scripts["a"] = run
            await bench.supervisor.follow({"a": "1"})
            assert bench.state("a") == "connecting"
            await until(lambda: bench.state("a") == "running")
            go.set()
            await until(lambda: bench.state("a") == "finished")
            assert bench.intake.standings["a"].received == 1 and bench.intake.events("a")["connected"] == 1

    play(scene())


def test_a_source_that_fails_is_tried_later_and_later_and_a_link_that_stood_begins_anew(tmp_path):
    async def scene():
        attempts = iter([OSError("no"), OSError("no"), OSError("no"), "link", OSError("no")])
        end = asyncio.Event()

        async def run(feed):
            outcome = next(attempts, None)
            if outcome is None:
                return await end.wait()
            if outcome == "link":
                feed.count("connected")
                raise ConnectionError("cut")
            raise outcome

        async with running(tmp_path) as bench:
            bench.scripts["a"] = run
            await bench.supervisor.follow({"a": "1"})
            await until(lambda: len(bench.made) == 6)
            assert bench.waits == [1.0, 2.0, 4.0, 1.0, 2.0]
            assert bench.supervisor.health["a"].error.en == "OSError: no"
            end.set()

    play(scene())


def test_a_source_that_can_never_work_stops_until_its_file_changes(tmp_path):
    async def scene():
        async def wrong(feed):
            raise InputError(Text("不行", "no such device"))

        async def right(feed):
            feed.count("connected")
            await asyncio.Event().wait()

        async with running(tmp_path) as bench:
            bench.scripts["a"] = wrong
            await bench.supervisor.follow({"a": "1"})
            await until(lambda: bench.state("a") == "stopped")
            assert bench.supervisor.health["a"].error == Text("不行", "no such device")
            await bench.supervisor.follow({"a": "1"})
            assert bench.made == ["a"]
            bench.scripts["a"] = right
            await bench.supervisor.follow({"a": "2"})
            await until(lambda: bench.state("a") == "running")
            assert bench.waits == []

    play(scene())


def test_a_source_that_crashes_or_hangs_disturbs_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(supervise, "LET_GO_S", 0.05)

    async def scene():
        released, late = asyncio.Event(), []

        async def crash(feed):
            raise ZeroDivisionError

        async def hang(feed):
            while not released.is_set():
                with suppress(asyncio.CancelledError):
                    await released.wait()
            try:
                await feed.deliver(said("hangs", 1))
            except ConnectionError as error:
                late.append(error)

        async def well(feed):
            feed.count("connected")
            for n in range(1, 101):
                await feed.deliver(said("well", n))

        async with running(tmp_path) as bench:
            bench.scripts |= {"crash": crash, "hangs": hang, "well": well}
            await bench.supervisor.follow(dict.fromkeys(bench.scripts, "1"))
            await until(lambda: bench.state("well") == "finished")
            assert bench.intake.standings["well"].received == 100
            await until(lambda: bench.state("crash") == "failed")
            async with asyncio.timeout(5):
                await bench.supervisor.follow({})
            assert bench.supervisor.health == {}
            released.set()
            await until(lambda: late)
            assert "hangs" not in bench.intake.standings

    play(scene())


def test_sources_come_and_go_with_their_files(tmp_path):
    async def scene():
        async def run(feed):
            feed.count("connected")
            await asyncio.Event().wait()

        async with running(tmp_path) as bench:
            bench.scripts |= {"a": run, "b": run}
            await bench.supervisor.follow({"a": "1"})
            await bench.supervisor.follow({"a": "1", "b": "1"})
            await until(lambda: bench.state("b") == "running")
            await bench.supervisor.follow({"b": "1"})
            assert list(bench.supervisor.health) == ["b"] and bench.made == ["a", "b"]

    play(scene())


@pytest.mark.parametrize("attempts", range(1, 40))
def test_no_wait_is_longer_than_a_minute_or_shorter_than_half_a_second(attempts):
    assert 0.5 <= supervise.wait_s(attempts, 0.0) <= supervise.wait_s(attempts, 1.0) <= 60
