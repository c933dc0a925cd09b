"""Set points written to coils and holding registers, as the register map of the source's file has them, and read back.

Source: Modbus Application Protocol 1.1b3, functions 1, 3, 5, 16 and the exception codes.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException

from zhizao.act.contract import Destination, Lost, NotSent, Outgoing, Word
from zhizao.errors import InputError
from zhizao.model.text import Text

PORT, TIMEOUT_S = 502, 3.0
FORMATS = {
    "uint16": ">H", "int16": ">h", "uint32": ">I", "int32": ">i", "float32": ">f", "uint64": ">Q", "int64": ">q", "float64": ">d",
}  # fmt: skip
REFUSED = {1: "illegal function", 2: "illegal address", 3: "illegal value", 6: "busy"}
"""Exceptions after which a device has certainly written nothing."""
_TABLE = re.compile(r"(coil|holding):(\d{1,5})|([04])(\d{4,5})")


@dataclass(frozen=True, slots=True)
class Register:
    """Where a value lies and how it is written; ``order`` is that of its bytes on the wire."""

    is_coil: bool
    address: int
    type: str = "uint16"
    order: str = "ABCD"
    scale: Decimal = Decimal(1)

    @property
    def count(self) -> int:
        """How many registers it takes."""
        return 1 if self.is_coil else struct.calcsize(FORMATS[self.type]) // 2

    def words(self, value: Decimal) -> list[int]:
        """A value as registers.

        Raises:
            NotSent: its type cannot hold it.

        Example:
            >>> Register(False, 100, "float32").words(Decimal("2.5")), Register(False, 100, "uint32", "CDAB").words(Decimal(65537 * 2))
            ([16416, 0], [2, 2])
        """
        raw = value / self.scale
        try:
            if not self.type.startswith("float") and raw != int(raw):
                raise struct.error("no whole number")
            packed = struct.pack(FORMATS[self.type], float(raw) if self.type.startswith("float") else int(raw))
        except (struct.error, OverflowError) as error:
            raise NotSent(Text(f"{self.type} 不能取值 {raw}", f"a register of type {self.type} cannot be {raw}")) from error
        return list(struct.unpack(f">{self.count}H", _ordered(packed, self.order)))

    def value(self, words: list[int]) -> Decimal | None:
        """Registers as a value; None where it is no number."""
        [raw] = struct.unpack(FORMATS[self.type], _ordered(struct.pack(f">{self.count}H", *words), self.order))
        return Decimal(repr(raw)) * self.scale if math.isfinite(raw) else None


class Modbus:
    """One device, ``modbus://HOST:PORT/?unit=1``; each call is a connection of its own."""

    reads_back = True

    def __init__(self, destination: Destination) -> None:
        url = urlsplit(destination.url)
        unit = parse_qs(url.query).get("unit", ["1"])[0]
        if not url.hostname or not unit.isdigit():
            raise InputError(Text("网址须写作 modbus://HOST:PORT/?unit=1", "the URL is to be modbus://HOST:PORT/?unit=1"), where=destination.name)
        self._host, self._port, self._unit = url.hostname, url.port or PORT, int(unit)
        self._map: Mapping[str, Any] = destination.options.get("registers") or {}

    def send(self, what: Outgoing) -> str:
        """See the contract."""
        register = self._register(what.address)
        if not isinstance(what.value, Decimal) or (register.is_coil and what.value not in (0, 1)):
            raise NotSent(Text(f"寄存器不能取值 {what.value}", f"a register cannot be {what.value}"))
        words = [] if register.is_coil else register.words(what.value)
        with self._connected(NotSent) as client:
            try:
                if register.is_coil:
                    reply = client.write_coil(register.address, bool(what.value), device_id=self._unit)
                else:
                    reply = client.write_registers(register.address, words, device_id=self._unit)
            except (OSError, ModbusException) as error:
                raise Lost(type(error).__name__) from error
        if not reply.isError():
            return "written"
        if (code := getattr(reply, "exception_code", 0)) in REFUSED:
            raise NotSent(Text(f"设备拒绝：{REFUSED[code]}", f"the device refuses: {REFUSED[code]}"))
        raise Lost(f"exception {code}")

    def read(self, what: Outgoing) -> Word | None:
        """See the contract."""
        register = self._register(what.address)
        with self._connected(OSError) as client:
            try:
                if register.is_coil:
                    reply = client.read_coils(register.address, count=1, device_id=self._unit)
                else:
                    reply = client.read_holding_registers(register.address, count=register.count, device_id=self._unit)
            except ModbusException as error:
                raise ConnectionError(type(error).__name__) from error
        if reply.isError():
            return None
        return Decimal(int(reply.bits[0])) if register.is_coil else register.value(list(reply.registers))

    def _register(self, name: str) -> Register:
        entry = self._map.get(name)
        match = _TABLE.fullmatch(str(entry.get("address", ""))) if isinstance(entry, Mapping) else None
        if match is None or entry is None:
            raise NotSent(Text(f"{name} 不是可写的寄存器", f"{name} is no register that can be written"))
        is_coil = match[1] == "coil" or match[3] == "0"
        kind = str(entry.get("type", "bool" if is_coil else "uint16"))
        if not is_coil and kind not in FORMATS:
            raise NotSent(Text(f"{name}：不能写 {kind}", f"{name}: {kind} cannot be written"))
        address = int(match[2]) if match[2] else int(match[4]) - 1
        return Register(is_coil, address, kind, str(entry.get("order", "ABCD")), Decimal(str(entry.get("scale", 1))))

    @contextmanager
    def _connected(self, unreached: type[Exception]) -> Iterator[ModbusTcpClient]:
        client = ModbusTcpClient(self._host, port=self._port, timeout=TIMEOUT_S, retries=0)
        try:
            if not client.connect():  # type: ignore[no-untyped-call]
                said = Text(f"无法连接 {self._host}:{self._port}", f"{self._host}:{self._port} cannot be reached")
                raise NotSent(said) if unreached is NotSent else ConnectionError(said.en)
            yield client
        finally:
            client.close()  # type: ignore[no-untyped-call]


def _ordered(packed: bytes, order: str) -> bytes:
    """Bytes as a device wants them: words the other way round (CDAB, DCBA), bytes within words (BADC, DCBA). It undoes itself."""
    words = [packed[n : n + 2] for n in range(0, len(packed), 2)]
    words = words[::-1] if order in ("CDAB", "DCBA") else words
    return b"".join(word[::-1] if order in ("BADC", "DCBA") else word for word in words)
