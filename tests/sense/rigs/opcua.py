"""The rig of OPC UA: node-opcua, an independent server, behind a link that can be cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.sense.opcua_peer import FAST, Link, Peer, address, clock
from zhizao.sense.connectors.opcua.connector import OpcUa
from zhizao.sense.source import Signal, Source

NAMES = ("Double", "Power")
NEXT_MS_S = 0.0015
"""The server's time stamps are whole milliseconds: two values within one would be one observation."""


class OpcUaRig:
    making = OpcUa

    def __init__(self, peer: Peer, link: Link, folder: Path) -> None:
        self.peer, self.link, self.folder, self.clock = peer, link, folder, clock
        self.source = Source("opcua", link.url, {address(name): Signal("machine:M1", name.lower()) for name in NAMES}, FAST)
        self.names = {address(name): name for name in NAMES}

    async def say(self, address: str, value: float) -> None:
        await self.peer.tell(set=self.names[address], value=value)
        await asyncio.sleep(NEXT_MS_S)

    async def garbage(self) -> None:
        await self.peer.tell(set="Double", value="NaN")

    async def cut(self) -> None:
        await self.link.cut()

    async def restore(self) -> None:
        await self.link.mend()

    async def restart(self) -> None:
        await self.peer.kill()
        self.peer = await Peer(self.folder, self.peer.port).__aenter__()


@asynccontextmanager
async def opcua(folder: Path) -> AsyncIterator[OpcUaRig]:
    async with Peer(folder.parent) as peer, Link(peer.port) as link:
        rig = OpcUaRig(peer, link, folder.parent)  # where the keys of the server lie: making them takes seconds
        yield rig
        await rig.peer.kill()
