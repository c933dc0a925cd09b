"""The register map of a Modbus device, as the file of its source has it.

Source: Modbus Application Protocol 1.1b3: four tables, addresses from 0; devices' manuals number them from 1 with the table as first digit. What
several registers mean together, and in which order, no standard says: each entry of the map does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.duration import seconds

Table = Literal["coil", "discrete", "input", "holding"]
Order = Literal["ABCD", "CDAB", "BADC", "DCBA"]

DIGITS: Mapping[str, Table] = {"0": "coil", "1": "discrete", "3": "input", "4": "holding"}
BIT_TABLES = ("coil", "discrete")
WORDS = {"bool": 1, "bit": 1, "uint16": 1, "int16": 1, "uint32": 2, "int32": 2, "float32": 2, "uint64": 4, "int64": 4, "float64": 4}
"""Registers that a value of each type takes; a ``string(n)`` of n characters takes half as many."""
LAST = 65_535
MOST = {"coil": 2000, "discrete": 2000, "input": 125, "holding": 125}
"""What one request may ask for."""
KEYS = {"address", "type", "order", "scale", "unit", "names", "every"}

_TYPE = re.compile(r"(\w+?)(?:\((\d+)\))?")


@dataclass(frozen=True, slots=True)
class Register:
    """One value of a device: where it lies, how it is read, how often."""

    name: str
    table: Table
    address: int
    type: str
    number: int
    """The bit, or the count of characters, that the type states in brackets."""
    order: Order
    scale: float
    every_s: float
    unit: str = ""
    """What the number is counted in once it is scaled."""
    names: tuple[tuple[int, str], ...] = ()
    """What numbers stand for words, and for which."""

    @property
    def words(self) -> int:
        """How many addresses it takes."""
        return (self.number + 1) // 2 if self.type == "string" else WORDS[self.type]


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that one request reads together."""

    registers: tuple[Register, ...]

    @property
    def first(self) -> int:
        """The lowest address."""
        return self.registers[0].address

    @property
    def count(self) -> int:
        """How many addresses are asked for."""
        return max(one.address + one.words for one in self.registers) - self.first


def registers(source: str, written: Any, every_s: float) -> list[Register]:
    """A map as it was written.

    Raises:
        InputError: an entry cannot mean anything; its key is named.

    Example:
        >>> one, two = registers("press", {"P": {"address": 40101, "type": "float32"}, "on": {"address": "coil:3"}}, 1.0)
        >>> one.table, one.address, one.words, two.type
        ('holding', 100, 2, 'bool')
    """
    if not isinstance(written, Mapping) or not written:
        raise _wrong(source, "registers", "须为寄存器表：名称 → {address, type, …}", "is to be a map of names to {address, type, …}")
    return [_register(source, str(name), entry, every_s) for name, entry in written.items()]


def _register(source: str, name: str, entry: Any, every_s: float) -> Register:
    key = f"registers.{name}"
    if not isinstance(entry, Mapping):
        raise _wrong(source, key, "须写作 {address: holding:100, type: float32}", "is to be like {address: holding:100, type: float32}")
    for strange in set(entry) - KEYS:
        raise _wrong(source, f"{key}.{strange}", f"没有这一项；可写 {', '.join(sorted(KEYS))}", f"is unknown; write one of {', '.join(sorted(KEYS))}")
    table, address = _place(source, f"{key}.address", entry.get("address"))
    kind, number = _type(source, f"{key}.type", entry.get("type", "bool" if table in BIT_TABLES else "uint16"), table)
    scale, every = _scale(source, key, entry), _every(source, key, entry, every_s)
    found = Register(name, table, address, kind, number, _order(source, key, entry), scale, every, str(entry.get("unit", "")), _names(source, key, entry))
    if address + found.words - 1 > LAST:
        raise _wrong(source, f"{key}.address", f"超出 {LAST}", f"passes {LAST}")
    return found


def _place(source: str, key: str, written: Any) -> tuple[Table, int]:
    """``holding:100`` counts from 0; ``40101`` and ``400101`` are what manuals print, from 1."""
    text = str(written).strip()
    if match := re.fullmatch(r"(coil|discrete|input|holding):(\d{1,5})", text):
        return cast(Table, match[1]), int(match[2])
    if (match := re.fullmatch(r"([0134])(\d{4}|\d{5})", text)) and int(match[2]) > 0:
        return DIGITS[match[1]], int(match[2]) - 1
    zh, en = "须写作 holding:100（从 0 起）或 40101（从 1 起；以 0 开头的须加引号）", "is to be holding:100 (from 0) or 40101 (from 1; in quotes where it begins with 0)"
    raise _wrong(source, key, zh, en)


def _type(source: str, key: str, written: Any, table: Table) -> tuple[str, int]:
    match = _TYPE.fullmatch(str(written).strip())
    kind, number = (match[1], match[2]) if match else ("", None)
    bracketed = kind in ("bit", "string")
    if (kind not in WORDS and kind != "string") or bracketed != (number is not None):
        listed = ", ".join([*(name for name in WORDS if name != "bit"), "bit(n)", "string(n)"])
        raise _wrong(source, key, f"可写 {listed}", f"is to be one of {listed}")
    if table in BIT_TABLES and kind != "bool":
        raise _wrong(source, key, f"{table} 只有 bool", f"is to be bool in the table {table}")
    if (kind == "bit" and int(number or 0) > 15) or (kind == "string" and not 1 <= int(number or 0) <= 2 * MOST[table]):
        raise _wrong(source, key, "括号内的数超出范围", "has a number out of range in its brackets")
    return kind, int(number or 0)


def _order(source: str, key: str, entry: Mapping[str, Any]) -> Order:
    order = entry.get("order", "ABCD")
    if order not in ("ABCD", "CDAB", "BADC", "DCBA"):
        raise _wrong(source, f"{key}.order", "可写 ABCD、CDAB、BADC、DCBA", "is to be one of ABCD, CDAB, BADC, DCBA")
    return cast(Order, order)


def _scale(source: str, key: str, entry: Mapping[str, Any]) -> float:
    scale = entry.get("scale", 1)
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not scale:
        raise _wrong(source, f"{key}.scale", "须为非零数", "is to be a number other than 0")
    return float(scale)


def _every(source: str, key: str, entry: Mapping[str, Any], every_s: float) -> float:
    found = seconds(entry["every"]) if "every" in entry else every_s
    if not found:
        raise _wrong(source, f"{key}.every", "须为时间长度，如 500ms、1s", "is to be a span of time like 500ms or 1s")
    return found


def _names(source: str, key: str, entry: Mapping[str, Any]) -> tuple[tuple[int, str], ...]:
    names = entry.get("names", {})
    if not isinstance(names, Mapping) or not all(re.fullmatch(r"-?\d+", str(number)) and isinstance(word, str) for number, word in names.items()):
        raise _wrong(source, f"{key}.names", "须写作 {0: READY, 1: ACTIVE}", "is to be like {0: READY, 1: ACTIVE}")
    return tuple((int(number), word) for number, word in names.items())


def _wrong(source: str, key: str, zh: str, en: str) -> InputError:
    return InputError(Text(f"{key}：{zh}", f"{key} {en}"), where=source)


def blocks(wanted: Iterable[Register], gap: int) -> list[Block]:
    """Neighbours of one table that are read equally often become one request, where it is not too long and its gaps not too wide.

    Example:
        >>> some = registers("press", {n: {"address": f"holding:{n}"} for n in (0, 1, 5, 300)}, 1.0)
        >>> [(block.first, block.count) for block in blocks(some, gap=8)], len(blocks(some, gap=0))
        ([(0, 6), (300, 1)], 3)
    """
    found: list[list[Register]] = []
    for one in sorted(wanted, key=lambda r: (r.table, r.every_s, r.address, r.words)):
        if found and _fits(found[-1], one, gap):
            found[-1].append(one)
        else:
            found.append([one])
    return [Block(tuple(some)) for some in found]


def _fits(some: list[Register], one: Register, gap: int) -> bool:
    first, end = some[0], max(r.address + r.words for r in some)
    alike = (first.table, first.every_s) == (one.table, one.every_s)
    return alike and one.address - end <= gap and max(end, one.address + one.words) - first.address <= MOST[one.table]
