"""A connector at work between a peer and a log, so that checks can say what must come of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from zhizao.errors import InputError
from zhizao.sense.contract import Clock, Event, Feed, Making, Promise
from zhizao.sense.intake import Intake
from zhizao.sense.source import Source
from zhizao.store.stream.delivery import Delivery
from zhizao.store.stream.log import Log, deliveries, files_in

PATIENCE_S = 20.0
"""How long a check waits for what must happen."""
AGAIN_S = 0.05
"""How long after a broken attempt the next one begins."""
TRIES = 10
"""How often a peer speaks within that time before it must be heard."""
CLEAN_S = 5.0
"""How long a connector may take to end when it is told to."""


class Rig(Protocol):
    """A peer that runs, and the source that reads it. Its clock runs with the real time; the source has at least two signals, all of them numbers."""

    source: Source
    making: Making
    clock: Clock

    async def say(self, address: str, value: float) -> None:
        """The peer says a value now; while its link is cut it says it all the same. Every (address, value) is said once."""

    async def garbage(self) -> None:
        """The peer says something that cannot be read, or that nobody knows; after it goes on as before."""

    async def cut(self) -> None:
        """The link is gone."""

    async def restore(self) -> None:
        """The link is there again."""

    async def restart(self) -> None:
        """The peer ends and begins again; what it only had in memory is lost."""


MakeRig = Callable[[Path], AbstractAsyncContextManager[Rig]]
"""A rig for one check, with a folder of its own; its peer runs within the ``async with``."""

Said = tuple[str, float]


@dataclass
class Play:
    """A connector at work between its peer and a log, restarted whenever it breaks. ``events`` and ``rows`` are what came of it so far."""

    source: Source
    intake: Intake
    slow_s: float = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    trouble: str = ""
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def events(self) -> Counter[Event]:
        """What the connector counted."""
        return self.intake.events(self.source.name)

    async def until(self, happened: Callable[[], bool], what: str) -> None:
        """Wait until something holds.

        Raises:
            AssertionError: it does not come to hold.
        """
        try:
            async with asyncio.timeout(PATIENCE_S), self._changed:
                await self._changed.wait_for(happened)
        except TimeoutError:
            raise AssertionError(f"{what} never happened ({self.trouble or 'no trouble'}; {dict(self.events)})") from None

    async def connected(self, times: int = 1) -> None:
        """Wait until the link stands for the so-manieth time."""
        await self.until(lambda: self.events["connected"] >= times, "the link")

    async def heard(self, said: Iterable[Said]) -> None:
        """Wait until values are durable."""
        wanted = set(said)
        await self.until(lambda: not missing(self, wanted), f"hearing {len(wanted)} values")

    async def note(self, delivery: Delivery | None = None) -> None:
        """Something happened: a delivery became durable, or an event was counted."""
        async with self._changed:
            self.rows += delivery.rows.to_pylist() if delivery else []
            self._changed.notify_all()


@dataclass(frozen=True)
class _Noted:
    """A feed that tells the play what passes through it."""

    feed: Feed
    play: Play

    @property
    def position(self) -> str:
        return self.feed.position

    @property
    def last_us(self) -> int:
        return self.feed.last_us

    async def deliver(self, delivery: Delivery) -> None:
        await asyncio.sleep(self.play.slow_s)
        await self.feed.deliver(delivery)
        await self.play.note(delivery)

    def count(self, event: Event, times: int = 1) -> None:
        self.feed.count(event, times)
        told = asyncio.ensure_future(self.play.note())
        told.add_done_callback(lambda _: None)


@asynccontextmanager
async def playing(rig: Rig, folder: Path, slow_s: float = 0) -> AsyncIterator[Play]:
    """A connector at work on a log; afterwards it is told to end, and everything it was given must balance."""
    intake = Intake(Log(folder))
    writer = asyncio.create_task(intake.run())
    play = Play(rig.source, intake, slow_s)
    reader = asyncio.create_task(_kept_running(rig, play))
    try:
        yield play
        assert not reader.done(), f"the connector ended: {play.trouble}"
    finally:
        await _ended(reader)
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
        intake.log.close()
    standing = intake.standings.get(rig.source.name)
    assert standing is None or standing.balances, f"received is not what became of it: {standing}"


async def _kept_running(rig: Rig, play: Play) -> None:
    while True:
        try:
            feed = await play.intake.feed(rig.source.name)
            await rig.making(rig.source, rig.clock).run(_Noted(feed, play))
        except InputError as error:
            play.trouble = f"it says it can never work: {error}"
            await play.note()
            raise
        except Exception as error:
            play.trouble = f"{type(error).__name__}: {error}"
        await play.note()
        await asyncio.sleep(AGAIN_S)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task], timeout=CLEAN_S)
    assert task.done(), "told to end, the connector goes on"
    assert task.cancelled() or task.exception(), "told to end, the connector says it is done"


_figures = count(1)


async def speak(rig: Rig, times: int = 3) -> list[Said]:
    """The peer says fresh values, at every address in turn."""
    said = [(address, float(next(_figures))) for _ in range(times) for address in sorted(rig.source.signals)]
    for address, value in said:
        await rig.say(address, value)
    return said


async def begun(rig: Rig, play: Play) -> None:
    """Wait until what is said is heard: a peer and a connector find each other in their own way, and what is said before need not arrive.

    Raises:
        AssertionError: nothing is heard.
    """
    await play.connected()
    for _ in range(TRIES):
        said = await speak(rig, 1)
        with suppress(AssertionError, TimeoutError):
            await asyncio.wait_for(play.heard(said), PATIENCE_S / TRIES)
            return
    raise AssertionError(f"nothing is heard ({play.trouble or 'no trouble'}; {dict(play.events)})")


def missing(play: Play, said: Iterable[Said]) -> set[Said]:
    """What was said and is not in the log."""
    signals = play.source.signals
    found = {(row["entity"], row["quantity"], row["value"]) for row in play.rows}
    return {(a, v) for a, v in said if (signals[a].entity, signals[a].quantity, v * signals[a].scale) not in found}


def stored(folder: Path) -> list[dict[str, Any]]:
    """Everything in a log."""
    return [row for number in files_in(folder) for delivery in deliveries(folder, number) for row in delivery.rows.to_pylist()]


def marked(play: Play, addresses: Iterable[str]) -> bool:
    """Whether the values of addresses were ended by ``stale`` marks."""
    marks = {(r["entity"], r["quantity"]) for r in play.rows if r["quality"] == "stale" and r["value"] is None and r["text"] is None}
    signals = play.source.signals
    return all((signals[a].entity, signals[a].quantity) in marks for a in addresses)


def nothing_twice(rows: Sequence[Mapping[str, Any]], promise: Promise) -> None:
    """No observation is in the log twice, or, of a source that repeats, only as exactly the same."""
    found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault((row["entity"], row["quantity"], row["time"]), []).append((row["value"], row["text"], row["quality"]))
    twice = [(key, held) for key, held in found.items() if len(held) > 1 and (promise.delivery == "exactly_once" or len(set(held)) > 1)]
    assert not twice, f"{len(twice)} observations are there twice, such as {twice[0]}"


def told(play: Play, said: Sequence[Said]) -> None:
    """What is missing was counted as a gap, and marks stand where it should be."""
    lost = missing(play, said)
    if lost:
        assert play.events["gap"], f"{len(lost)} values are missing and no gap is counted"
        assert marked(play, {a for a, _ in lost}), f"{len(lost)} values are missing and no marks say so"


def promise_of(rig: Rig) -> Promise:
    """What the connector of a rig promises."""
    return rig.making(rig.source, rig.clock).promise
