"""The rig of SHDR: the testbed's adapter, behind a link that can be cut."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.sense.rigs.link import Link, linked
from tests.sense.rigs.mtconnect import SIGNALS, now_us
from zhizao.sense.connectors.shdr.connector import Shdr
from zhizao.sense.source import Source
from zhizao_testbed.mtconnect.adapter import Adapter


class ShdrRig:
    making = Shdr

    def __init__(self, adapter: Adapter, link: Link, **options: object) -> None:
        self.adapter, self.link, self.clock = adapter, link, now_us
        self.source = Source("adapter", f"shdr://127.0.0.1:{link.port}", SIGNALS, {"quiet_s": 0.5, "listen_s": 0.5, **options})

    async def say(self, address: str, value: float) -> None:
        await self.adapter.say(address, repr(value), now_us())

    async def garbage(self) -> None:
        await self.adapter.line("|||\x00 nonsense|")

    async def cut(self) -> None:
        await self.link.cut()

    async def restore(self) -> None:
        await self.link.restore()

    async def restart(self) -> None:
        self.adapter.forget()


@asynccontextmanager
async def shdr(folder: Path, **options: object) -> AsyncIterator[ShdrRig]:
    adapter = Adapter()
    async with adapter.serving() as port, linked(port) as link:
        yield ShdrRig(adapter, link, **options)
