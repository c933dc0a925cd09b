"""What sources deliver becomes durable together, and a disk that refuses loses nothing."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest

from zhizao.sense.gather import gathered
from zhizao.sense.intake import Intake
from zhizao.sense.source import Signal
from zhizao.sense.spoken import Spoken
from zhizao.store.stream.delivery import Delivery
from zhizao.store.stream.log import Log, deliveries

SIGNALS = {"P": Signal("machine:M1", "active_power")}


def clock() -> int:
    return 0


def delivery(source: str, n: int, rows: int = 1) -> Delivery:
    return gathered(source, [Spoken(n, "P", n * 1000 + i, value=float(n)) for i in range(rows)], SIGNALS, position=str(n), lines=rows)


@asynccontextmanager
async def running(folder, **settings):
    intake = Intake(Log(folder), clock=clock, **settings)
    task = asyncio.create_task(intake.run())
    try:
        yield intake
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        intake.log.close()


def test_what_many_sources_deliver_at_once_is_all_in_the_log_and_each_in_its_order(tmp_path):
    async def play():
        async with running(tmp_path) as intake:
            feeds = [await intake.feed(f"s{i}") for i in range(20)]

            async def say(feed):
                for n in range(1, 11):
                    await feed.deliver(delivery(feed.source, n))
                    assert feed.position == str(n)

            await asyncio.gather(*map(say, feeds))
            assert all(s.received == 10 and s.balances for s in intake.standings.values())

    asyncio.run(play())
    found = list(deliveries(tmp_path, 1))
    assert len(found) == 200
    assert [d.position for d in found if d.source == "s7"] == [str(n) for n in range(1, 11)]


def test_whoever_runs_ahead_of_the_disk_waits(tmp_path):
    async def play():
        intake = Intake(Log(tmp_path), clock=clock, waiting_rows=10)
        feed = await intake.feed("fast")
        first = asyncio.create_task(feed.deliver(delivery("fast", 1, rows=10)))
        second = asyncio.create_task(feed.deliver(delivery("fast", 2, rows=10)))
        await asyncio.sleep(0.05)
        assert len(intake._queue) == 1
        task = asyncio.create_task(intake.run())
        await asyncio.gather(first, second)
        task.cancel()
        assert intake.standings["fast"].received == 20

    asyncio.run(play())


def test_while_the_disk_refuses_nothing_is_acknowledged_and_afterwards_everything_is_there(tmp_path, monkeypatch):
    refusals = iter([True, True, False])

    class Full(Log):
        def append(self, deliveries):
            if next(refusals, False):
                raise OSError(28, "No space left on device")
            super().append(deliveries)

    monkeypatch.setattr("zhizao.sense.intake.RETRY_S", 0.01)

    async def play():
        intake = Intake(Full(tmp_path), clock=clock)
        task = asyncio.create_task(intake.run())
        feed = await intake.feed("s")
        await feed.deliver(delivery("s", 1))
        assert intake.trouble == "" and feed.position == "1"
        task.cancel()

    asyncio.run(play())
    assert [d.position for d in deliveries(tmp_path, 1)] == ["1"]


def test_a_connector_that_starts_again_waits_for_what_the_one_before_it_delivered(tmp_path):
    async def play():
        intake = Intake(Log(tmp_path), clock=clock)
        feed = await intake.feed("s")
        given_up = asyncio.create_task(feed.deliver(delivery("s", 7)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        given_up.cancel()
        task = asyncio.create_task(intake.run())
        again = await intake.feed("s")
        assert again.position == "7"
        task.cancel()

    asyncio.run(play())


@pytest.mark.parametrize("event", ["gap", "rebirth"])
def test_what_a_connector_counts_is_found_again(tmp_path, event):
    async def play():
        intake = Intake(Log(tmp_path), clock=clock)
        feed = await intake.feed("s")
        feed.count(event, 2)
        assert intake.events("s")[event] == 2

    asyncio.run(play())


def test_a_clock_that_runs_a_day_ahead_is_refused_and_what_it_said_is_kept(tmp_path):
    async def play():
        async with running(tmp_path) as intake:
            feed = await intake.feed("s")
            said = [Spoken(1, "P", 5, value=1.0), Spoken(2, "P", 90_000_000_000, value=2.0), Spoken(3, "P", -3_000_000_000_000_000, value=3.0)]
            await feed.deliver(gathered("s", said, SIGNALS, position="3"))
            standing = intake.standings["s"]
            assert (standing.received, standing.accepted, standing.rejected) == (3, 1, 2) and feed.last_us == 5

    asyncio.run(play())
    assert [r.raw.rpartition("|")[2] for d in deliveries(tmp_path, 1) for r in d.refused] == ["2.0", "3.0"]


def test_what_can_never_be_written_fails_its_own_source_and_disturbs_no_other(tmp_path):
    class Choosy(Log):
        def append(self, deliveries):
            if any(d.source == "odd" for d in deliveries):
                raise ValueError("nothing a frame can hold")
            super().append(deliveries)

    async def play():
        intake = Intake(Choosy(tmp_path), clock=clock)
        odd, sound = await intake.feed("odd"), await intake.feed("sound")
        said = [asyncio.create_task(feed.deliver(delivery(feed.source, n))) for n, feed in ((1, sound), (1, odd), (2, sound))]
        await asyncio.sleep(0)
        task = asyncio.create_task(intake.run())
        found = await asyncio.gather(*said, return_exceptions=True)
        assert found[0] is None and isinstance(found[1], ValueError) and found[2] is None
        await sound.deliver(delivery("sound", 3))
        assert sound.position == "3" and "odd" not in intake.standings
        task.cancel()

    asyncio.run(play())
    assert [d.position for d in deliveries(tmp_path, 1)] == ["1", "2", "3"]
