"""A plant that lives and speaks: started with some protocols, until somebody stops it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from zhizao.errors import MissingExtra
from zhizao.model.text import Text
from zhizao_testbed.pace import Pace
from zhizao_testbed.plant import Plant
from zhizao_testbed.servers.contract import Server

SERVERS: Mapping[str, str] = {
    "mtconnect": "zhizao_testbed.servers.mtconnect:MtConnect",
    "opcua": "zhizao_testbed.servers.opcua:OpcUa",
    "modbus": "zhizao_testbed.servers.modbus:Modbus",
    "sparkplug": "zhizao_testbed.servers.sparkplug:Sparkplug",
}
"""The protocols, and what speaks each; read only where it is asked for."""
TRUTH_EVERY_S = 2.0


@dataclass
class Speech:
    """Which plant lives, how fast, in which protocols, from which port on, and where its truth goes."""

    plant: Plant
    pace: Pace
    protocols: Sequence[str]
    port: int
    broker: str = ""
    truth: Path | None = None
    said_until: int = 0
    """The instant of the last word."""

    async def speak(self, started: Callable[[Mapping[str, str]], Awaitable[None]]) -> None:
        """Live until the pace ends or the task is cancelled; ``started`` is told the URL of each protocol once all listen, before the first word."""
        async with self.speaking(started):
            pass

    @asynccontextmanager
    async def speaking(self, started: Callable[[Mapping[str, str]], Awaitable[None]]) -> AsyncIterator[None]:
        """The same, and after the last word the machines stay on until the block ends."""
        async with AsyncExitStack() as stack:
            servers = [await self._started(stack, name, place) for place, name in enumerate(self.protocols)]
            await started(dict(zip(self.protocols, (s.url for s in servers), strict=True)))
            try:
                await self._live(servers)
            finally:
                self._tell(self.pace.clock())
            yield

    async def _live(self, servers: Sequence[Server]) -> None:
        told = asyncio.get_running_loop().time()
        async for burst in self.pace.bursts(self.plant):
            for server in servers:
                await server.say(burst)
            self.said_until = burst[-1].at
            if asyncio.get_running_loop().time() - told > TRUTH_EVERY_S:
                self._tell(burst[-1].at)
                told = asyncio.get_running_loop().time()

    async def _started(self, stack: AsyncExitStack, name: str, place: int) -> Server:
        make = _maker(name)
        server: Server = make(self.plant, self.port + place, **({"broker": self.broker} if name == "sparkplug" else {}))
        await server.start()
        stack.push_async_callback(server.stop)
        return server

    def _tell(self, until: int) -> None:
        if self.truth:
            draft = self.truth.with_name(f".{self.truth.name}.{os.getpid()}")
            draft.write_text(json.dumps(self.plant.truth.until(min(until, self.plant.truth.heard_until)), indent=1), "utf-8")
            draft.replace(self.truth)


def _maker(name: str) -> Any:
    module, _, kind = SERVERS[name].partition(":")
    try:
        return getattr(import_module(module), kind)
    except ImportError as error:
        cure = Text(f"安装所缺的库：{error.name}", f"install the library that is missing: {error.name}")
        raise MissingExtra(Text(f"要说 {name}，缺少一个库", f"a library is missing that {name} needs"), where="--protocols", cure=cure) from error
