"""Every source is read by a task of its own: begun, watched, tried again, stopped, and begun anew when its file changes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from zhizao.errors import InputError, ZhizaoError
from zhizao.model.text import Text
from zhizao.sense.contract import Clock, Connector, Event, Feed
from zhizao.sense.intake import Intake
from zhizao.sense.source import Source
from zhizao.store.stream.delivery import Delivery

State = Literal["connecting", "running", "waiting", "failed", "stopped", "finished"]

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
"""A source that failed is tried again after about the first, then twice as long each time, up to the longest."""
FAILED_AFTER = 5
"""Attempts in a row without a link after which a source is shown as failed; it is tried on all the same."""
LET_GO_S = 2.0
"""How long a connector may take to stop; after that it is left behind, and what it still delivers is refused."""


@dataclass(slots=True)
class Health:
    """How a source fares: ``since_us`` is when its state began, ``error`` why it does not run."""

    state: State = "connecting"
    since_us: int = 0
    attempts: int = 0
    error: Text | None = None

    def become(self, state: State, at_us: int, error: Text | None = None) -> None:
        """Enter a state; to be in it already changes nothing but the reason."""
        if state != self.state or not self.since_us:
            self.state, self.since_us = state, at_us
        self.error = error


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the supervisor finds what is to be read.

    Attributes:
        versions: per source something that changes with its file; asked again and again.
        read: a source by its name; raises InputError.
        make: its connector; raises InputError.
    """

    versions: Callable[[], Mapping[str, str]]
    read: Callable[[str], Source]
    make: Callable[[Source], Connector]


@dataclass(eq=False)
class Supervisor:
    """Reads all sources until cancelled; one that crashes or hangs disturbs no other."""

    sources: Sources
    intake: Intake
    clock: Clock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random
    look_s: float = 1.0
    health: dict[str, Health] = field(default_factory=dict)
    connectors: dict[str, Connector] = field(default_factory=dict)
    """The connector of each source, as last made: its promise is shown."""
    _kept: dict[str, _Kept] = field(default_factory=dict)

    async def run(self) -> None:
        """Begin, restart and end sources as their files come, change and go."""
        try:
            while True:
                with suppress(OSError):  # a folder that cannot be listed for a moment stops nobody
                    await self.follow(await asyncio.to_thread(self.sources.versions))
                await self.sleep(self.look_s)
        finally:
            await self.follow({})

    async def follow(self, versions: Mapping[str, str]) -> None:
        """Run exactly these sources, each as its present file says."""
        going = [name for name, kept in self._kept.items() if versions.get(name) != kept.version]
        await asyncio.gather(*(self._end(name) for name in going))
        for name, version in versions.items():
            if name not in self._kept:
                health = self.health[name] = Health(since_us=self.clock())
                kept = self._kept[name] = _Kept(version, health)
                kept.task = asyncio.create_task(self._keep(name, kept), name=f"source {name}")
        for name in self.health.keys() - versions.keys():
            del self.health[name]
            self.connectors.pop(name, None)

    async def _end(self, name: str) -> None:
        kept = self._kept.pop(name)
        kept.over = True
        if kept.task is not None:
            kept.task.cancel()
            await asyncio.wait({kept.task}, timeout=LET_GO_S)
        if kept.feed is not None:
            kept.feed.closed = True

    async def _keep(self, name: str, kept: _Kept) -> None:
        """Read a source again and again until it is finished, can never work, or is no longer wanted."""
        health = kept.health
        while not kept.over:
            try:
                await self._attempt(name, kept)
                return health.become("finished", self.clock())
            except InputError as error:
                return health.become("stopped", self.clock(), told(error))
            except Exception as error:  # whatever a connector does is the fault of its source alone
                health.attempts += 1
                state: State = "failed" if health.attempts >= FAILED_AFTER else "waiting"
                health.become(state, self.clock(), told(error))
            await self.sleep(wait_s(health.attempts, self.jitter()))

    async def _attempt(self, name: str, kept: _Kept) -> None:
        source = await asyncio.to_thread(self.sources.read, name)
        connector = self.connectors[name] = self.sources.make(source)
        feed = kept.feed = Watched(await self.intake.feed(name), kept.health, self.clock)
        try:
            await connector.run(feed)
        finally:
            feed.closed = True


@dataclass(eq=False, slots=True)
class _Kept:
    """A source as its file was at one time; ``over`` once it is something else."""

    version: str
    health: Health
    task: asyncio.Task[None] | None = None
    feed: Watched | None = None
    over: bool = False


@dataclass(slots=True)
class Watched:
    """A feed through which the supervisor sees that the link stands, and which it can close for good."""

    feed: Feed
    health: Health
    clock: Clock
    closed: bool = False

    @property
    def position(self) -> str:
        """See the contract."""
        return self.feed.position

    @property
    def last_us(self) -> int:
        """See the contract."""
        return self.feed.last_us

    async def deliver(self, delivery: Delivery) -> None:
        """See the contract."""
        if self.closed:
            raise ConnectionAbortedError("this attempt is over")
        await self.feed.deliver(delivery)

    def count(self, event: Event, times: int = 1) -> None:
        """See the contract; ``connected`` ends the row of failures."""
        if event == "connected" and not self.closed:
            self.health.attempts = 0
            self.health.become("running", self.clock())
        self.feed.count(event, times)


def wait_s(attempts: int, jitter: float) -> float:
    """How long to wait before the next attempt: twice as long each time, and never all sources at once.

    Example:
        >>> [wait_s(n, 1.0) for n in (1, 2, 3, 9)], wait_s(3, 0.0)
        ([1.0, 2.0, 4.0, 60.0], 2.0)
    """
    longest: float = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempts - 1, 10))
    return longest * (0.5 + jitter / 2)


def told(error: Exception) -> Text:
    """Why a source does not run, in one line."""
    if isinstance(error, ZhizaoError):
        return Text(error.line("zh"), error.line("en"))
    said = (str(error).splitlines() or [""])[0]
    name = type(error).__name__
    return Text(f"{name}：{said}" if said else name, f"{name}: {said}" if said else name)
