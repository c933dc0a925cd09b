"""A connector that runs into a real log, and what has arrived there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import time_ns
from typing import Any

from zhizao.sense.contract import Connector
from zhizao.sense.intake import Intake
from zhizao.store.stream.log import Log, deliveries, files_in

PATIENCE_S = 20


def clock() -> int:
    """The time, as connectors are given it."""
    return time_ns() // 1000


class Arrived:
    """What one source has in the log so far; ``until`` waits for it without sleeping longer than a blink."""

    def __init__(self, folder: Path, intake: Intake, source: str, task: asyncio.Task[None]) -> None:
        self.folder, self.intake, self.source, self.task = folder, intake, source, task

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every observation, in the order of arrival."""
        return [row for n in files_in(self.folder) for d in deliveries(self.folder, n) for row in d.rows.to_pylist()]

    def of(self, quantity: str) -> list[Any]:
        """The values (or words, or qualities where there is neither) of one quantity."""
        said = [r for r in self.rows if r["quantity"] == quantity]
        return [r["text"] if r["text"] is not None else r["quality"] if r["value"] is None else r["value"] for r in said]

    @property
    def standing(self) -> Any:
        """Its counters."""
        return self.intake.standings.get(self.source)

    @property
    def events(self) -> Any:
        """What its connector counted."""
        return self.intake.events(self.source)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(folder: Path, connector: Any) -> AsyncIterator[Arrived]:
    """A connector that is connected; cancelled at the end."""
    intake = Intake(Log(folder))
    writing = asyncio.create_task(intake.run())
    reading: Connector = connector
    feed = await intake.feed(connector.source.name)
    task = asyncio.create_task(reading.run(feed))
    arrived = Arrived(folder, intake, connector.source.name, task)
    try:
        await arrived.until(lambda: arrived.events["connected"] or task.done())
        yield arrived
    finally:
        for ending in (task, writing):
            ending.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await ending
        intake.log.close()
