"""How fast a plant lives: at real time, or faster until it has caught up with the present."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import chain

from zhizao_testbed.changes import Change
from zhizao_testbed.plant import Plant

Clock = Callable[[], int]
TICK_S = 0.05


def now_us() -> int:
    """The present instant in microseconds since 1970."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Pace:
    """``speed`` times real time from the plant's beginning on; what would lie in the future waits, so that a fast plant ends up live.

    ``until`` ends it (microseconds since 1970; None: never).
    """

    speed: float = 1.0
    until: int | None = None
    clock: Clock = now_us

    async def bursts(self, plant: Plant) -> AsyncIterator[list[Change]]:
        """What the machines say, in bursts of what became due since the last one."""
        started, coming = self.clock(), plant.changes()
        ahead = next(coming)
        while True:
            due = min(self.clock(), plant.begin + round((self.clock() - started) * self.speed))
            due = due if self.until is None else min(due, self.until)
            burst: list[Change] = []
            for change in chain([ahead], coming):
                if change.at > due:
                    ahead = change
                    break
                burst.append(change)
            if burst:
                yield burst
            if due == self.until:
                return
            await asyncio.sleep(TICK_S)
