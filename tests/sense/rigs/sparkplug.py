"""The rig of Sparkplug: a real Mosquitto and an edge node of an independent package; the link that can be cut is ours to the broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from paho.mqtt import publish

from tests.sense.broker import Mosquitto, mosquitto
from tests.sense.rigs.link import Link, linked
from tests.sense.rigs.mtconnect import now_us
from tests.sense.test_sparkplug import Publisher, publisher
from zhizao.sense.connectors.sparkplug.connector import Sparkplug
from zhizao.sense.source import Signal, Source

ALIASES = {"e1/P": 1, "e1/Q": 2}
NEXT_MS_S = 0.0015
"""Time stamps are whole milliseconds: two values within one would be one observation."""


class SparkplugRig:
    making = Sparkplug

    def __init__(self, broker: Mosquitto, link: Link) -> None:
        self.broker, self.link, self.clock, self.edge = broker, link, now_us, AsyncExitStack()
        self.peer: Publisher
        self.source = Source("edge", f"sparkplug://127.0.0.1:{link.port}/g?host_id=h", {a: Signal("machine:M1", a[-1].lower()) for a in ALIASES})

    async def begin(self) -> None:
        self.peer = await self.edge.enter_async_context(publisher(self.broker))
        # Born again, it says what it said at first; with the time of then, for it is no new value.
        born = {"type": "Double", "value": 0.0, "timestamp": now_us() // 1000}
        await self.peer.do("birth", metrics=[{"name": a[-1], "alias": alias, **born} for a, alias in ALIASES.items()])

    async def say(self, address: str, value: float) -> None:
        await self.peer.do("data", metrics=[{"alias": ALIASES[address], "type": "Double", "value": value}])
        await asyncio.sleep(NEXT_MS_S)

    async def garbage(self) -> None:
        await asyncio.to_thread(publish.single, "spBv1.0/g/NDATA/e1", b"\xff nonsense", hostname="127.0.0.1", port=self.broker.port)

    async def cut(self) -> None:
        await self.link.cut()

    async def restore(self) -> None:
        await self.link.restore()

    async def restart(self) -> None:
        await self.edge.aclose()
        await self.begin()


@asynccontextmanager
async def sparkplug(folder: Path) -> AsyncIterator[SparkplugRig]:
    with mosquitto(folder) as broker:
        async with linked(broker.port) as link:
            rig = SparkplugRig(broker, link)
            async with rig.edge:
                await rig.begin()
                yield rig
