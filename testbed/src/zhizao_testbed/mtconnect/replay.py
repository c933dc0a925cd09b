"""The replayer: a recorded log through a real agent interface."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from zhizao.sense.spoken import Spoken
from zhizao_testbed.mtconnect.agent import Agent
from zhizao_testbed.mtconnect.buffer import BUFFER, Buffer
from zhizao_testbed.mtconnect.model import Model
from zhizao_testbed.mtconnect.recording import Recording, say
from zhizao_testbed.pace import now_us

TICK_US = 20_000
"""What is due within this is said together."""


@dataclass
class Replay:
    """A recording being said again by an agent.

    Args:
        model: what the agent serves; what its device has no item for is left out, and counted.
        device: whose recording it is; without it, the device that knows most of its keys.
        speed: times as fast as it was.
        as_if_now: whether its live part happens now, or, faster than it was, so long ago that it ends now; otherwise it keeps its times.
    """

    recording: Recording
    model: Model
    speed: float = 1.0
    as_if_now: bool = True
    device: str = ""
    clock: Callable[[], int] = now_us
    left_out: int = 0

    def __post_init__(self) -> None:
        self._keys = self.model.keys(self.device or self.model.device_of(s.address for s in self.recording.said))
        self.agent = Agent(self.model, Buffer(BUFFER))
        ahead_us = round(self.recording.lasts_us * (1 - 1 / self.speed))
        self._shift_us = self.clock() - self.recording.live_us - ahead_us if self.as_if_now else 0
        for one in self.recording.said[: self.recording.live]:
            self._say(one)

    async def run(self) -> None:
        """Say what happened, each in its time."""
        for due_us, one in self.recording.due(self.clock(), self.speed):
            if due_us > self.clock() + TICK_US:
                await asyncio.sleep((due_us - self.clock()) / 1e6)
            self._say(one)

    def _say(self, one: Spoken) -> None:
        if one.address in self._keys:
            say(self.agent.buffer, self.model.items[self._keys[one.address]], one, self._shift_us)
        else:
            self.left_out += 1
