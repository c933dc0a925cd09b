"""The plant as a Modbus TCP device: one block of holding registers a machine; Modbus says neither names nor times nor units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhizao_testbed.changes import Change
from zhizao_testbed.plant import Plant

BLOCK = 100
"""Registers from one machine to the next."""
CODES: Mapping[str, int] = {"READY": 0, "ACTIVE": 1, "INTERRUPTED": 2, "STOPPED": 3, "PROGRAM_COMPLETED": 4}
REGISTERS: Mapping[str, tuple[int, str]] = {
    "execution": (0, "uint16"), "part_count": (2, "uint32"), "good_count": (4, "uint32"), "scrap_count": (6, "uint32"),
    "active_power": (8, "uint32"), "electricity": (10, "uint32"), "spindle_speed": (12, "uint16"), "spindle_temperature": (13, "int16"),
}  # fmt: skip
"""Offset in the block and type; execution is a code, power in W, energy in Wh, temperature in 0.1 °C, high word first."""


class Modbus:
    """Serves ``modbus://127.0.0.1:PORT`` as unit 1."""

    def __init__(self, plant: Plant, port: int) -> None:
        self._bases = {machine: place * BLOCK for place, machine in enumerate(plant.characters)}
        self._port = port
        self._server: Any = None

    @property
    def url(self) -> str:
        """See the contract."""
        return f"modbus://127.0.0.1:{self._port}/?unit=1"

    async def start(self) -> None:
        """See the contract."""
        from pymodbus.server import ModbusTcpServer
        from pymodbus.simulator import DataType, SimData, SimDevice

        registers = SimData(0, values=[0] * (BLOCK * len(self._bases)), datatype=DataType.REGISTERS)
        self._server = ModbusTcpServer(SimDevice(1, simdata=[registers]), address=("127.0.0.1", self._port))
        await self._server.serve_forever(background=True)

    async def say(self, changes: Sequence[Change]) -> None:
        """See the contract."""
        for change in changes:
            if change.signal in REGISTERS:
                offset, kind = REGISTERS[change.signal]
                value = CODES[change.text] if change.text is not None else change.value or 0
                await self._server.async_setValues(1, 16, self._bases[change.machine] + offset, _words(value, kind))

    async def stop(self) -> None:
        """See the contract."""
        await self._server.shutdown()

    def register_map(self) -> dict[str, dict[str, Any]]:
        """The map a person would write: address, type and scale of each signal."""
        scales = {"active_power": 0.001, "electricity": 0.001, "spindle_temperature": 0.1}
        return {
            f"{machine}.{signal}": {"address": f"holding:{base + offset}", "type": kind, "scale": scales.get(signal, 1)}
            for machine, base in self._bases.items()
            for signal, (offset, kind) in REGISTERS.items()
        }


def _words(value: int, kind: str) -> list[int]:
    """A value as registers, high word first.

    Example:
        >>> _words(-1, "int16"), _words(65536, "uint32")
        ([65535], [1, 0])
    """
    return [value & 0xFFFF] if kind.endswith("16") else [value >> 16 & 0xFFFF, value & 0xFFFF]
