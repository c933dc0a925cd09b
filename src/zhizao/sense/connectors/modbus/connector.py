"""Modbus TCP as a source: it is asked again and again, since it never speaks by itself, and it does not say what its registers mean."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlparse

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.connectors.modbus.polling import LOST, Answer, Polling, Said
from zhizao.sense.connectors.modbus.reading import value
from zhizao.sense.connectors.modbus.register_map import BIT_TABLES, Block, Register, blocks, registers
from zhizao.sense.contract import Clock, Feed, Promise
from zhizao.sense.duration import seconds
from zhizao.sense.source import Described, Description, Device, Source
from zhizao.sense.spoken import Spoken, Unread

PORT, UNIT, TIMEOUT_S, EVERY_S, GAP = 502, 1, 3.0, 1.0, 8
EXCEPTIONS = {
    1: "illegal function", 2: "illegal address", 3: "illegal value", 4: "device failure", 5: "acknowledge", 6: "busy", 8: "memory parity error",
    10: "gateway path unavailable", 11: "gateway target does not answer",
}  # fmt: skip
EXAMPLE = {"example": {"address": "holding:0", "type": "uint16", "order": "ABCD", "scale": 1, "every": "1s"}}

# What the library logs is told by exceptions as well.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class Modbus:
    """Polls one unit of one device.

    Options: ``registers``, see ``register_map``, whose names are the addresses of the signals; ``every``, how often they are read unless they
    say otherwise; ``gap``, how many registers nobody asked for may lie between two that are read together; ``timeout``; ``unchanged``: with it a
    value is delivered when it changes, and when that span has passed, otherwise at each poll. The time of a value is the middle of its request.
    """

    promise = Promise(
        delivery="at_most_once",
        duplicate_key=Text("信号与轮询时刻", "the signal and the time of the poll"),
        marks_loss=True,
    )

    def __init__(self, source: Source, clock: Clock) -> None:
        self._source, self._clock, self._url = source, clock, urlparse(source.url)
        self._unit = _unit(source)
        self._every_s, self._timeout_s = _span(source, "every", EVERY_S), _span(source, "timeout", TIMEOUT_S)
        self._unchanged_s = _span(source, "unchanged", 0.0)
        self._gap = _gap(source)
        self._registers = registers(source.name, source.options["registers"], self._every_s) if "registers" in source.options else []

    async def describe(self) -> Description:
        """See the contract: the device's identification where it has one, and what its map reads now."""
        async with self._connected() as client:
            plate = await _identification(client, self._unit)
            said = [one for block in blocks(self._registers, self._gap) for one in (await self._asked(client, block)).said]
        examples = {one.address: _shown(one) for one in said if isinstance(one, Spoken)}
        device = Device(f"unit {self._unit}", plate.pop("name", "") or f"{self._url.hostname} {self._unit}", about=", ".join(plate.values()))
        found = tuple(_described(one, device.id, examples.get(one.name, "")) for one in self._registers)
        machines = (Device(name, name) for name in sorted({one.device for one in found} - {device.id}))
        return Description((device, *machines), found, {} if found else {"registers": EXAMPLE}, tuple(_remarks(bool(found))))

    async def run(self, feed: Feed) -> None:
        """See the contract. Ends only by an error or by being cancelled."""
        wanted = [one for one in self._registers if one.name in self._source.signals]
        if not wanted:
            cure = Text("在 options.registers 写寄存器表，在 signals 写各名称", "write options.registers, and its names in signals")
            raise InputError(Text("没有要读取的寄存器", "there is no register to read"), where=self._source.name, cure=cure)
        polling = Polling(feed, self._source, self._unchanged_s)
        if feed.last_us and feed.position != LOST:
            await polling.lost(wanted, feed.last_us + 1)
        async with self._connected() as client:
            try:
                await self._poll(client, polling, blocks(wanted, self._gap))
            except (OSError, ModbusException) as error:
                await polling.lost(wanted, max(self._clock(), feed.last_us + 1))
                raise ConnectionError(str(error)) from error

    async def _poll(self, client: AsyncModbusTcpClient, polling: Polling, some: list[Block]) -> None:
        now = asyncio.get_running_loop().time
        due = dict.fromkeys(some, now())
        while True:
            await asyncio.sleep(max(0.0, min(due.values()) - now()))
            answers = list[Answer]()
            for block in [block for block, at in due.items() if at <= now()]:
                answers += (answered := await self._apart(client, block))
                every, at = block.registers[0].every_s, due.pop(block)
                following = max(at + every, now())  # a device slower than its rhythm is asked without a pause, never twice for one turn
                due |= dict.fromkeys((answer.block for answer in answered), following)
            await polling.deliver(answers)

    async def _apart(self, client: AsyncModbusTcpClient, block: Block) -> list[Answer]:
        """Where the device refuses to read neighbours together each is asked alone, now and from now on: one bad address spoils no other."""
        answer = await self._asked(client, block)
        if not answer.why or len(block.registers) == 1:
            return [answer]
        return [await self._asked(client, Block((one,))) for one in block.registers]

    async def _asked(self, client: AsyncModbusTcpClient, block: Block) -> Answer:
        begun = self._clock()
        reply = await _read(client, block, self._unit)
        at = (begun + self._clock()) // 2
        _not_swallowed()
        if reply.isError():
            why = EXCEPTIONS.get(reply.exception_code, f"exception {reply.exception_code}")
            return Answer(block, at, [Unread(0, f"{why}: {one.name}", _kind(one)) for one in block.registers], why)
        bits_or_words = [int(bit) for bit in reply.bits] if block.registers[0].table in BIT_TABLES else reply.registers
        if len(bits_or_words) < block.count:
            raise ConnectionError(f"an answer of {len(bits_or_words)} where {block.count} were asked for")
        return Answer(block, at, [_said(one, bits_or_words[one.address - block.first :][: one.words], at) for one in block.registers])

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncModbusTcpClient]:
        host, port = str(self._url.hostname), self._url.port or PORT
        client = AsyncModbusTcpClient(host, port=port, timeout=self._timeout_s, retries=0, reconnect_delay=0)
        try:
            if not await client.connect():
                raise ConnectionError(f"{host}:{port} cannot be reached")
            yield client
        finally:
            client.close()


async def _read(client: AsyncModbusTcpClient, block: Block, unit: int) -> ModbusPDU:
    match block.registers[0].table:
        case "coil": return await client.read_coils(block.first, count=block.count, device_id=unit)
        case "discrete": return await client.read_discrete_inputs(block.first, count=block.count, device_id=unit)
        case "input": return await client.read_input_registers(block.first, count=block.count, device_id=unit)
        case _: return await client.read_holding_registers(block.first, count=block.count, device_id=unit)


def _not_swallowed() -> None:
    """The library waits by ``asyncio.wait_for``, which up to Python 3.11 forgets a cancellation that comes together with an answer."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _said(register: Register, words: Sequence[int], at_us: int) -> Said:
    found = value(register, words)
    if found is None:
        return Unread(0, f"not a {'text' if register.type == 'string' else 'finite number'}: {register.name}", " ".join(f"{word:04X}" for word in words))
    if isinstance(found, str):
        return Spoken(0, register.name, at_us, text=found)
    return Spoken(0, register.name, at_us, found, dict(register.names).get(int(found)) if register.names and found == int(found) else None)


async def _identification(client: AsyncModbusTcpClient, unit: int) -> dict[str, str]:
    """Vendor, product, version (function 43/14); nothing where the device does not know that function."""
    try:
        reply = await client.read_device_information(read_code=1, device_id=unit)
    except ModbusException:
        return {}
    if reply.isError():
        return {}
    stated = getattr(reply, "information", {})
    told = {number: content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content) for number, content in stated.items()}
    return {"name": told.get(1, ""), **{key: told[number] for key, number in (("vendor", 0), ("version", 2)) if told.get(number)}}


def _remarks(mapped: bool) -> Iterator[Text]:
    if not mapped:
        yield Text("Modbus 不描述自身：请按设备手册填写 options.registers", "Modbus does not describe itself: write options.registers from the device's manual")


def _described(one: Register, unit: str, example: str) -> Described:
    """``M1.power`` is the power of M1: one unit often speaks for several machines."""
    machine, _, name = one.name.rpartition(".")
    return Described(one.name, machine or unit, name, _kind(one), one.unit, example)


def _kind(one: Register) -> str:
    return f"{one.table}:{one.address} {one.type}"


def _shown(one: Spoken) -> str:
    return one.text if one.text is not None else f"{one.value:g}" if one.value is not None else ""


def _unit(source: Source) -> int:
    url = urlparse(source.url)
    asked = parse_qs(url.query).get("unit", [str(UNIT)])[0]
    if not url.hostname or not asked.isdigit() or int(asked) > 255:
        raise InputError(Text("网址须写作 modbus://HOST:PORT/?unit=1", "the URL is to be modbus://HOST:PORT/?unit=1"), where=source.name)
    return int(asked)


def _gap(source: Source) -> int:
    gap = source.options.get("gap", GAP)
    if not isinstance(gap, int) or gap < 0:
        raise _wrong(source, "gap", Text("须为非负整数", "is to be a whole number from 0"))
    return gap


def _span(source: Source, name: str, otherwise: float) -> float:
    found = seconds(source.options.get(name, otherwise))
    if found is None or (not found and name != "unchanged"):
        raise _wrong(source, name, Text("须为时间长度，如 500ms、1s", "is to be a span of time like 500ms or 1s"))
    return found


def _wrong(source: Source, option: str, why: Text) -> InputError:
    return InputError(Text(f"{option}：{why.zh}", f"{option}: {why.en}"), where=source.name)
