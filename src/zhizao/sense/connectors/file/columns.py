"""What the columns of a table mean: one row an observation (*long*), or one row an instant and one column a quantity (*wide*)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.connectors.shdr.lines import value_of
from zhizao.sense.settings import Settings
from zhizao.sense.source import Source
from zhizao.sense.spoken import Spoken, Unread

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = ("time", "entity", "quantity", "value", "quality")
QUALITIES = ("good", "uncertain", "bad", "stale")
EXACT = 2**53
"""Whole numbers from here on lose digits as a float, so their digits are kept as text."""
LARGEST = 10**308
SHOWN = 500


@dataclass(frozen=True)
class Columns:
    """The names of the columns, as the source's settings have them or as they are called by default, and the zone of times without one."""

    named: Mapping[str, str]
    zone: tzinfo = UTC

    @classmethod
    def of(cls, source: Source, said: Settings) -> Columns:
        """As a source's settings say.

        Raises:
            InputError: there is no such zone.
        """
        zone = str(said.get("zone", "UTC"))
        try:
            return cls({name: str(said.get(name, name)) for name in NAMES}, ZoneInfo(zone))
        except (KeyError, ValueError, OSError) as error:
            cure = Text("写作 Asia/Shanghai 之类", "write one such as Asia/Shanghai")
            raise InputError(Text(f"没有时区 {zone}", f"no time zone is named {zone}"), where=source.name, cure=cure) from error

    def reader(self, header: Sequence[str]) -> Row:
        """How a row below a header is read: with a column of quantities it is one observation, without it is one a column.

        Example:
            >>> long = Columns({n: n for n in NAMES}).reader(["time", "entity", "quantity", "value"])
            >>> [(s.address, s.value) for s in long(2, ["1970-01-01", "M1", "load", "2.5"])]
            [('M1/load', 2.5)]
            >>> wide = Columns({n: n for n in NAMES}).reader(["time", "load", "mode"])
            >>> [(s.address, s.value, s.text) for s in wide(2, ["1970-01-01 00:00:01", "2.5", "AUTO"])]
            [('load', 2.5, None), ('mode', None, 'AUTO')]
        """
        at = {name: header.index(column) for name, column in self.named.items() if column in header}
        if "time" not in at:
            return lambda line, cells: [Unread(line, f"no column {self.named['time']}", _shown(cells))]
        long = "quantity" in at and "value" in at
        others = [i for i in range(len(header)) if i not in (at["time"], at.get("entity"))]

        def row(line: int, cells: Sequence[Any]) -> list[Spoken | Unread]:
            when = instant(cells[at["time"]], self.zone) if len(cells) == len(header) else None
            if when is None:
                return [Unread(line, "not as many cells as columns" if len(cells) != len(header) else "no time", _shown(cells))]
            within = f"{cells[at['entity']]}/" if "entity" in at else ""
            if long:
                return [_long(line, when, within, cells, at)]
            return [_said(line, when, f"{within}{header[i]}", cells[i]) for i in others if cells[i] not in (None, "")]

        return row


Row = Callable[[int, Sequence[Any]], list[Spoken | Unread]]
"""Reads a row: its line, its cells."""


def instant(said: Any, zone: tzinfo) -> int | None:
    """Microseconds since 1970 of a time as ISO writes it, or of a number since 1970 in s, ms, us or ns, told by its size; None for anything else.

    Example:
        >>> instant("1970-01-01 08:00:00.5", ZoneInfo("Asia/Shanghai")), instant("1500000000123", UTC), instant(1.5, UTC), instant("noon", UTC)
        (500000, 1500000000123000, 1500000, None)
    """
    if isinstance(said, datetime):
        return _since_epoch(said, zone)
    text = str(said).strip()
    try:
        return _since_epoch(datetime.fromisoformat(text), zone) if "-" in text[1:] or "T" in text else _counted(Decimal(text))
    except (ValueError, ArithmeticError, OverflowError):
        return None


def _since_epoch(when: datetime, zone: tzinfo) -> int:
    return ((when if when.tzinfo else when.replace(tzinfo=zone)) - EPOCH) // timedelta(microseconds=1)


def _counted(said: Decimal) -> int | None:
    if not said.is_finite():
        return None
    for limit, factor in ((10**11, 10**6), (10**14, 10**3), (10**17, 1)):
        if abs(said) < limit:
            return int(said * factor)
    return int(said // 1000)


def _long(line: int, when: int, within: str, cells: Sequence[Any], at: Mapping[str, int]) -> Spoken | Unread:
    said = _said(line, when, f"{within}{cells[at['quantity']]}", cells[at["value"]])
    quality = str(cells[at["quality"]] or "").lower() if "quality" in at else ""
    if not quality or isinstance(said, Unread) or said.quality == "bad":
        return said
    if quality not in QUALITIES:
        return Unread(line, f"no such quality: {quality}", _shown(cells))
    return Spoken(line, said.address, when, said.value, said.text, quality)


def _said(line: int, when: int, address: str, cell: Any) -> Spoken | Unread:
    if cell is None:
        return Spoken(line, address, when, quality="bad")
    if isinstance(cell, str):
        return value_of(line, when, address, cell.strip())
    if not isinstance(cell, bool | int | float | Decimal):
        return Spoken(line, address, when, text=str(cell))
    value = float(cell) if not isinstance(cell, int) or abs(cell) < LARGEST else math.inf
    if math.isnan(value):
        return Spoken(line, address, when, quality="bad")
    if math.isinf(value):
        return Unread(line, "a number without end", f"{address}={cell}")
    return Spoken(line, address, when, value, str(cell) if isinstance(cell, int) and abs(cell) >= EXACT else None)


def _shown(cells: Sequence[Any]) -> str:
    return ",".join(map(str, cells))[:SHOWN]


def rows(header: Sequence[str], columns: Columns, cells: Iterator[tuple[int, Sequence[Any]]]) -> list[Spoken | Unread]:
    """Everything that numbered rows say."""
    read = columns.reader(header)
    return [one for line, row in cells for one in read(line, row)]
