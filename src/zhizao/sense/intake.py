"""The intake: what all sources deliver becomes durable together, one write after the other, and nobody may run far ahead of the disk."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from zhizao.sense.bounds import bounded
from zhizao.sense.contract import Clock, Event
from zhizao.store.stream.delivery import Delivery, Standing, Standings
from zhizao.store.stream.log import Log

Result = TypeVar("Result")


def now_us() -> int:
    """The present instant in microseconds since 1970."""
    return time.time_ns() // 1000


WAITING_ROWS = 400_000
"""Observations that may wait for the disk; whoever delivers more than that waits as well."""
RETRY_S = 0.5
"""How long after the disk refused it is tried again."""


@dataclass(eq=False, slots=True)
class _Waiting:
    delivery: Delivery
    done: asyncio.Future[None]


@dataclass(eq=False)
class Intake:
    """The one writer of a log. ``run`` must be running while anybody delivers.

    ``trouble`` says in one line why the disk takes nothing at present, '' while it does.
    """

    log: Log
    waiting_rows: int = WAITING_ROWS
    clock: Clock = now_us
    trouble: str = ""
    _queue: list[_Waiting] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _events: dict[str, Counter[Event]] = field(default_factory=dict)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "log"))

    @property
    def standings(self) -> Standings:
        """Where every source stands."""
        return self.log.standings

    def events(self, source: str) -> Counter[Event]:
        """What was counted of a source since the start."""
        return self._events.setdefault(source, Counter())

    async def feed(self, source: str) -> LogFeed:
        """The way into the log of a source, once everything that was delivered for it before is settled."""
        async with self._changed:
            await self._changed.wait_for(lambda: not any(w.delivery.source == source for w in self._queue))
        return LogFeed(self, source)

    async def deliver(self, delivery: Delivery) -> None:
        """Durable when it returns; see the contract of ``Feed``."""
        waiting = _Waiting(delivery, asyncio.get_running_loop().create_future())
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            self._queue.append(waiting)
            self._changed.notify_all()
        await waiting.done

    async def run(self) -> None:
        """Write until cancelled; what is being written then is written to its end."""
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._queue)
                taken = list(self._queue)
            writing = asyncio.ensure_future(self._written(taken))
            try:
                await asyncio.shield(writing)
            except asyncio.CancelledError:
                await writing  # whoever closes the log next must not meet it at work
                raise

    async def on_the_log(self, do: Callable[[Log], Result]) -> Result:
        """Something else that must happen to the log between two writes."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(do, self.log))

    async def _written(self, taken: list[_Waiting]) -> None:
        try:
            await self.on_the_log(lambda log: log.append([w.delivery for w in taken]))
        except OSError as error:
            # Nothing of it is in the log: all of it waits, and so do the sources.
            self.trouble = str(error)
            await asyncio.sleep(RETRY_S)
        except Exception as error:  # something in them cannot be written, ever: only its own source is to feel it
            if len(taken) == 1:
                await self._settle(taken, error)
            else:
                for waiting in taken:
                    await self._written([waiting])
        else:
            self.trouble = ""
            await self._settle(taken, None)

    async def _settle(self, taken: list[_Waiting], error: Exception | None) -> None:
        """Tell whoever waited that it is durable, or why it never will be."""
        async with self._changed:
            self._queue[:] = [waiting for waiting in self._queue if waiting not in taken]
            self._changed.notify_all()
        for waiting in taken:
            if waiting.done.done():  # whoever waited for it is gone
                continue
            if error:
                waiting.done.set_exception(error)
            else:
                waiting.done.set_result(None)

    def _has_room(self) -> bool:
        waiting: int = sum(w.delivery.rows.num_rows for w in self._queue)
        return waiting < self.waiting_rows


@dataclass(frozen=True)
class LogFeed:
    """The way of one source into a log; see the contract of ``Feed``."""

    intake: Intake
    source: str

    @property
    def position(self) -> str:
        """See the contract."""
        return self._standing.position

    @property
    def last_us(self) -> int:
        """See the contract."""
        return self._standing.last_us

    async def deliver(self, delivery: Delivery) -> None:
        """See the contract."""
        assert delivery.source == self.source, "a source speaks for itself"
        await self.intake.deliver(bounded(delivery, self.intake.clock()))

    def count(self, event: Event, times: int = 1) -> None:
        """See the contract."""
        self.intake.events(self.source)[event] += times

    @property
    def _standing(self) -> Standing:
        standings: Mapping[str, Standing] = self.intake.standings
        return standings.get(self.source, Standing())
