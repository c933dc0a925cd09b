"""The rigs of plain topics and of Sparkplug: a real broker behind a link that can be cut; the edge node is an independent one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from paho.mqtt import publish

from tests.sense.broker import Mosquitto, mosquitto
from tests.sense.listening import clock
from tests.sense.rigs.link import Link, linked
from tests.sense.sparkplug_peer import Publisher, publisher
from zhizao.sense.connectors.mqtt.connector import Topics
from zhizao.sense.connectors.sparkplug.connector import Sparkplug
from zhizao.sense.source import Signal, Source


class Behind:
    """What both have in common: a broker that stays, and a link to it that does not."""

    def __init__(self, broker: Mosquitto, link: Link, source: Source) -> None:
        self.broker, self.link, self.source, self.clock = broker, link, source, clock
        self.saying: set[asyncio.Future[None]] = set()

    async def cut(self) -> None:
        await self.link.cut()

    async def restore(self) -> None:
        await self.link.restore()

    async def publish(self, topic: str, payload: bytes) -> None:
        """Said to its end even when whoever wanted it is cancelled: a thread that publishes to a broker that is gone never ends."""
        saying = asyncio.ensure_future(asyncio.to_thread(publish.single, topic, payload, qos=1, port=self.broker.port))
        self.saying.add(saying)
        saying.add_done_callback(self.saying.discard)
        await asyncio.shield(saying)


class TopicsRig(Behind):
    making = Topics

    async def say(self, address: str, value: float) -> None:
        topic, _, key = address.rpartition("/")
        await self.publish(topic, json.dumps({"t": clock(), key: value}).encode())

    async def garbage(self) -> None:
        await self.publish("plant/m1", b'{"load": ')

    async def restart(self) -> None:
        """Whoever publishes has no memory here."""


class SparkplugRig(Behind):
    making = Sparkplug
    peer: Publisher

    def metrics(self) -> list[dict[str, Any]]:
        return [{"name": a.partition("/")[2], "type": "Double", "value": 0.0} for a in self.source.signals]

    async def say(self, address: str, value: float) -> None:
        await self.peer.do("data", metrics=[{"name": address.partition("/")[2], "type": "Double", "value": value}])

    async def garbage(self) -> None:
        await self.publish("spBv1.0/g/NDATA/e1", b"\xff\xfenonsense")

    async def begin(self) -> None:
        self.peer = await publisher(self.broker.port)
        await self.peer.do("birth", metrics=self.metrics())

    async def restart(self) -> None:
        await self.peer.kill()
        await self.begin()


@asynccontextmanager
async def topics(folder: Path, qos: int = 1, version: int = 5) -> AsyncIterator[TopicsRig]:
    signals = {f"plant/m1/{q}": Signal("machine:M1", q) for q in ("load", "speed")}
    with mosquitto(folder) as broker:
        async with linked(broker.port) as link:
            url = f"mqtt://127.0.0.1:{link.port}/plant/#?qos={qos}&version={version}"
            rig = TopicsRig(broker, link, Source("topics", url, signals, {"time": "t"}))
            yield rig
            await asyncio.gather(*rig.saying)


@asynccontextmanager
async def sparkplug(folder: Path) -> AsyncIterator[SparkplugRig]:
    signals = {f"e1/{q}": Signal("machine:M1", q) for q in ("load", "speed")}
    with mosquitto(folder) as broker:
        async with linked(broker.port) as link:
            rig = SparkplugRig(broker, link, Source("group", f"sparkplug://127.0.0.1:{link.port}/g", signals))
            await rig.begin()
            try:
                yield rig
            finally:
                await rig.peer.kill()
