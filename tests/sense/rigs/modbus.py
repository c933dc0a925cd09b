"""The rig of Modbus: the server of pymodbus behind a link that can be cut. A device says a value by holding it until it was asked for."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.sense.modbus_device import Device, source
from tests.sense.opcua_peer import clock
from tests.sense.rigs.link import Link, linked
from zhizao.sense.connectors.modbus.connector import Modbus

PLACES = {"p": 0, "q": 10}
HELD_S = 1.0
"""How long a value that nobody asks for is held."""


class ModbusRig:
    making = Modbus

    def __init__(self, device: Device, link: Link) -> None:
        self.device, self.link, self.clock = device, link, clock
        self._unheard, self._cut = set[str](), False
        self.source = source(link.port, {name: {"address": f"holding:{at}", "type": "float64"} for name, at in PLACES.items()}, every="2ms")

    async def say(self, address: str, value: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(HELD_S):
                while address in self._unheard and not self._cut:
                    self.device.heard.clear()
                    await self.device.heard.wait()
                    self._unheard.clear()
        for n, word in enumerate(struct.unpack(">4H", struct.pack(">d", value))):
            self.device.words[PLACES[address] + n] = word
        self._unheard.add(address)

    async def garbage(self) -> None:
        await self.say("p", float("nan"))
        self.device.heard.clear()
        await self.device.heard.wait()

    async def cut(self) -> None:
        self._cut = True
        await self.link.cut()

    async def restore(self) -> None:
        self._cut = False
        await self.link.restore()

    async def restart(self) -> None:
        await self.device.__aexit__()
        self.device.words.clear()
        await self.device.__aenter__()


@asynccontextmanager
async def modbus(folder: Path) -> AsyncIterator[ModbusRig]:
    async with Device() as device, linked(device.port) as link:
        yield ModbusRig(device, link)
