"""The plant as a Modbus TCP device: one block of holding registers a machine; Modbus says neither names nor times nor units."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zhizao_testbed.changes import SIGNALS, Change
from zhizao_testbed.knob import SETTING, OutOfRange
from zhizao_testbed.plant import Plant

BLOCK = 100
"""Registers from one machine to the next."""
CODES: Mapping[str, int] = {"READY": 0, "ACTIVE": 1, "INTERRUPTED": 2, "STOPPED": 3, "PROGRAM_COMPLETED": 4}
REGISTERS: Mapping[str, tuple[int, str]] = {
    "execution": (0, "uint16"), "part_count": (2, "uint32"), "good_count": (4, "uint32"), "scrap_count": (6, "uint32"),
    "active_power": (8, "uint32"), "electricity": (10, "uint32"), "spindle_speed": (12, "uint16"), "spindle_temperature": (13, "int16"),
    SETTING: (14, "uint16"),
}  # fmt: skip
"""Offset in the block and type; execution is a code, power in W, energy in Wh, temperature in 0.1 °C, pressure in 0.1 bar, high word
first. The setting alone can be written."""


class Modbus:
    """Serves ``modbus://127.0.0.1:PORT`` as unit 1."""

    def __init__(self, plant: Plant, port: int) -> None:
        self._bases = {machine: place * BLOCK for place, machine in enumerate(plant.characters)}
        self._port, self._plant, self._own = port, plant, False
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
        self._server = ModbusTcpServer(SimDevice(1, simdata=[registers], action=self._asked), address=("127.0.0.1", self._port))
        await self._server.serve_forever(background=True)

    async def say(self, changes: Sequence[Change]) -> None:
        """See the contract."""
        for change in changes:
            if change.signal in REGISTERS:
                offset, kind = REGISTERS[change.signal]
                value = CODES[change.text] if change.text is not None else change.value or 0
                self._own = True
                try:
                    await self._server.async_setValues(1, 16, self._bases[change.machine] + offset, _words(value, kind))
                finally:
                    self._own = False

    async def stop(self) -> None:
        """See the contract."""
        await self._server.shutdown()


    async def _asked(self, function: int, start: int, address: int, count: int, registers: list[int], values: Any) -> Any:
        """What a client asks for; of writes only one register that holds a setting is taken. No other task runs while the plant itself sets values."""
        from pymodbus.constants import ExcCodes

        if values is None or self._own:
            return None
        machine = next((m for m, base in self._bases.items() if base + REGISTERS[SETTING][0] == address), None)
        if machine is None or count != 1:
            return ExcCodes.ILLEGAL_ADDRESS
        try:
            self._plant.knobs[machine].turn(int(values[0]))
        except OutOfRange:
            return ExcCodes.ILLEGAL_VALUE
        return None


def register_map(machines: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The map that the manual of such a device would print: address, type, scale and unit of each signal.

    Example:
        >>> register_map(["M01", "M02"])["M02.active_power"]
        {'address': 'holding:108', 'type': 'uint32', 'scale': 0.001, 'unit': 'kW'}
    """
    return {
        f"{machine}.{signal}": {"address": f"holding:{place * BLOCK + offset}", "type": kind, **_meaning(signal)}
        for place, machine in enumerate(machines)
        for signal, (offset, kind) in REGISTERS.items()
    }


def _meaning(signal: str) -> dict[str, Any]:
    if signal == "execution":
        return {"names": {code: word for word, code in CODES.items()}}
    return {"scale": 1 / SIGNALS[signal].per_unit, "unit": SIGNALS[signal].unit}


def manual(machines: Iterable[str]) -> str:
    """The same as lines of the file of a source."""
    lines = (f"    {name}: {json.dumps(entry)}" for name, entry in register_map(machines).items())
    return "\n".join(["options:", "  registers:", *lines, ""])


def _words(value: int, kind: str) -> list[int]:
    """A value as registers, high word first.

    Example:
        >>> _words(-1, "int16"), _words(65536, "uint32")
        ([65535], [1, 0])
    """
    return [value & 0xFFFF] if kind.endswith("16") else [value >> 16 & 0xFFFF, value & 0xFFFF]
