"""The rig of MTConnect: the testbed's agent, behind a link that can be cut. No independent agent can be installed with the tests' means."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.sense.rigs.link import Link, linked
from zhizao.sense.connectors.mtconnect.connector import MTConnect
from zhizao.sense.source import Signal, Source
from zhizao_testbed.mtconnect.agent import Agent
from zhizao_testbed.mtconnect.buffer import Buffer
from zhizao_testbed.mtconnect.model import made_up
from zhizao_testbed.serving import serving

SIGNALS = {"Xload": Signal("machine:M1", "load"), "Sspeed": Signal("machine:M1", "spindle_speed")}


def now_us() -> int:
    return time.time_ns() // 1000


class MTConnectRig:
    making = MTConnect

    def __init__(self, agent: Agent, link: Link, **options: object) -> None:
        self.agent, self.link, self.clock = agent, link, now_us
        self.source = Source("agent", f"mtconnect+http://127.0.0.1:{link.port}/M1", SIGNALS, {"interval_ms": 5, "heartbeat_s": 1, **options})

    async def say(self, address: str, value: float) -> None:
        self.agent.buffer.say(address, now_us(), repr(value))

    async def garbage(self) -> None:
        self.agent.buffer.say("unheard_of", now_us(), "1")

    async def cut(self) -> None:
        await self.link.cut()

    async def restore(self) -> None:
        await self.link.restore()

    async def restart(self) -> None:
        self.agent.restart()


@asynccontextmanager
async def mtconnect(folder: Path, **options: object) -> AsyncIterator[MTConnectRig]:
    agent = Agent(made_up("M1", [*SIGNALS, "unheard_of"], ["mode"], ["servo"]), Buffer())
    async with serving(agent.app) as port, linked(port) as link:
        yield MTConnectRig(agent, link, **options)
