"""The rig of OPC UA: node-opcua in a process of its own, behind a link that can be cut."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.sense.opcua_peer import Peer, clock, source
from tests.sense.rigs.link import Link, linked
from zhizao.sense.connectors.opcua.connector import OpcUa
from zhizao.sense.source import Source

NAMES = ("v0", "v1")
USER = {"user": "operator", "password": "s3cret"}
PASSWORD = "OPCUA_RIG_PASSWORD"


class OpcUaRig:
    making = OpcUa

    def __init__(self, peer: Peer, link: Link, of: Source) -> None:
        self.peer, self.link, self.source, self.clock = peer, link, of, clock
        self._ms = 0
        self._names = {address: address.rpartition("=")[2] for address in of.signals}

    async def say(self, address: str, value: float) -> None:
        self._ms = max(clock() // 1000, self._ms + 1)  # the server's clock knows milliseconds, and a source says one thing at a time
        await self.peer.tell(set=self._names[address], value=value, time=self._ms)

    async def garbage(self) -> None:
        await self.peer.tell(set=NAMES[0], value="NaN")

    async def cut(self) -> None:
        await self.link.cut()

    async def restore(self) -> None:
        await self.link.restore()

    async def restart(self) -> None:
        await self.peer.kill()
        await self.peer.__aenter__()


@asynccontextmanager
async def anonymous(folder: Path, **options: Any) -> AsyncIterator[OpcUaRig]:
    user = USER if options else {}
    async with Peer(folder, many=len(NAMES), **user) as peer, linked(peer.port) as link:
        yield OpcUaRig(peer, link, source(f"opc.tcp://127.0.0.1:{link.port}/plant", *NAMES, queue=5000, **options))


@asynccontextmanager
async def as_user(folder: Path) -> AsyncIterator[OpcUaRig]:
    os.environ[PASSWORD] = USER["password"]
    async with anonymous(folder, user=USER["user"], password_env=PASSWORD) as rig:
        yield rig
