"""A Modbus device by the server of pymodbus, and the source that reads it."""

from __future__ import annotations

import asyncio

from pymodbus.constants import ExcCodes
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.sense.opcua_peer import free_port
from zhizao.sense.source import Signal, Source

FAST = "20ms"


class Device:
    """A device of 200 registers from address 0 in each table, of which any may be made to refuse."""

    def __init__(self, **words: int) -> None:
        self.heard = asyncio.Event()
        self.port, self.refusing, self.words, self.asked = free_port(), set[int](), {int(k[1:]): v for k, v in words.items()}, list[tuple[int, int]]()

    async def __aenter__(self) -> Device:
        block = [SimData(0, count=200, values=0, datatype=DataType.REGISTERS)]
        bits = [SimData(0, count=200, values=True, datatype=DataType.BITS)]
        simulated = SimDevice(1, (bits, bits, block, block), action=self._answer)
        plate = ModbusDeviceIdentification(info_name={"VendorName": "Acme", "ProductCode": "Meter 7", "MajorMinorRevision": "1.2"})
        self._server = ModbusTcpServer(simulated, identity=plate, address=("127.0.0.1", self.port))
        await self._server.serve_forever(background=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.shutdown()

    async def _answer(self, function, start, address, count, held, new):
        self.asked.append((address, count))
        self.heard.set()
        if self.refusing & set(range(address, address + count)):
            return ExcCodes.ILLEGAL_ADDRESS
        for at, word in self.words.items():
            if address <= at < address + count and function in (3, 4):
                held[at - start] = word
        return None


def source(port: int, entries: dict, **options) -> Source:
    signals = {name: Signal("machine:M1", name) for name in entries}
    return Source("meter", f"modbus://127.0.0.1:{port}/?unit=1", signals, {"every": FAST, "timeout": "500ms", "registers": entries, **options})
