"""A site's shift calendar as signals: which shift it is, and whether a machine is planned to be busy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from zhizao.model.shift import Shift, Stretch, stretches
from zhizao.store.stream.delivery import observations

if TYPE_CHECKING:
    import pyarrow as pa

SOURCE = "calendar"
"""The source under whose name a calendar's observations are delivered."""
SHIFT, PLANNED = "shift", "planned"
"""The quantities: the id of the shift, '' outside; and ``busy``, ``down`` or ``off``."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned from an instant on."""

    at: datetime
    shift: str
    planned: str


def plans(calendar: Sequence[Shift], zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Plan]:
    """What is planned from ``start`` on and whenever it changes, in order of time; at ``end`` it is said once more, for what a source says is
    trusted no longer than until it spoke last.

    A local time that the clocks skip is the instant they jump to; of one that occurs twice the first is meant. Where shifts overlap, the one that
    began last counts.

    Example:
        >>> from datetime import UTC, date
        >>> from zhizao.model.shift import shifts
        >>> day = shifts([{"shift": "day", "valid_from": date(2026, 1, 1), "weekdays": "mon", "starts": "06:00", "ends": "14:00", "breaks": "10:00-10:15"}])
        >>> monday = datetime(2026, 1, 5, tzinfo=UTC)
        >>> [(p.at.strftime("%H:%M"), p.shift, p.planned) for p in plans(day, ZoneInfo("UTC"), monday, monday + timedelta(hours=12))]
        [('00:00', '', 'off'), ('06:00', 'day', 'busy'), ('10:00', 'day', 'off'), ('10:15', 'day', 'busy'), ('12:00', 'day', 'busy')]
    """
    first, last = start.astimezone(zone).date() - timedelta(days=2), end.astimezone(zone).date()
    pieces = stretches(calendar, zone, first, last)
    bounds = sorted({start, end, *(at for piece in pieces for at in (piece.starts, piece.ends) if start < at < end)})
    told: tuple[str, str] | None = None
    for at in bounds:
        current = _at(at, pieces)
        if current != told or at == end:
            yield Plan(at, *current)
        told = current


def signals(planned: Sequence[Plan], machines: Sequence[str]) -> pa.RecordBatch:
    """Plans as observations of every machine they hold for."""
    import pyarrow as pa

    rows = [(machine, quantity, plan.at, text) for machine in machines for plan in planned for quantity, text in ((SHIFT, plan.shift), (PLANNED, plan.planned))]
    entity, quantity, at, text = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns = {"entity": entity, "quantity": quantity, "time": at, "value": [None] * len(rows), "text": text, "quality": ["good"] * len(rows)}
    schema = observations()
    return pa.record_batch([pa.array(columns[f.name], _plain(f.type)).cast(f.type) for f in schema], schema=schema)


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type a column is built in before it is encoded."""
    return getattr(kind, "value_type", kind)


def _at(at: datetime, pieces: Sequence[Stretch]) -> tuple[str, str]:
    """The shift that an instant lies in, and what is planned then."""
    return next(((piece.shift, piece.planned) for piece in pieces if piece.starts <= at < piece.ends), ("", "off"))
