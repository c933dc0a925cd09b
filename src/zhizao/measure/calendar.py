"""Which period a row falls in, as the label the contracts write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from zhizao.errors import UnfitPeriod
from zhizao.model.period import Period, PeriodKind, nests_in
from zhizao.model.record import RecordType
from zhizao.model.text import Text

PERIOD, ZONE = "_period", "_zone"
LOCAL = "_local"
"""The time of a row on the clocks of its place, where those are not all UTC."""

_WIDTH: dict[PeriodKind, int] = {"year": 4, "month": 7, "day": 10, "hour": 13}
_FORMAT: dict[PeriodKind, str] = {"year": "%Y", "month": "%Y-%m", "week": "%G-W%V", "day": "%Y-%m-%d", "hour": "%Y-%m-%dT%H"}


def label(rows: ir.Table, record: RecordType, kind: PeriodKind) -> ir.StringValue:
    """The period of a kind in which each row holds.

    Raises:
        UnfitPeriod: the record's periods do not nest in that kind.
    """
    time = rows[LOCAL] if LOCAL in rows.columns else rows[record.time]
    if not time.type().is_string():
        return _of_instant(time, kind)
    if record.period == kind:
        return time
    if kind == "window" or not nests_in(record.period, kind):  # a window is looked at year by year
        raise UnfitPeriod(
            Text(
                f"{record.id} 按{record.period}记录，不能按{kind}汇总",
                f"{record.id} holds {record.period}s, which do not add up to {kind}s",
            ),
            where=str(record.place),
            cure=Text(f"请选择 {record.period} 期", f"ask for a {record.period}"),
        )
    if kind == "quarter":
        month = time.substr(5, 2).cast("int64")
        return ibis.literal("").concat(time.substr(0, 4), "-Q", ((month + 2) // 3).cast("int64").cast("string"))
    if kind == "week":
        return time.substr(0, _WIDTH["day"]).cast("date").strftime(_FORMAT["week"])
    return time.substr(0, _WIDTH[kind])


def _of_instant(time: ir.Column, kind: PeriodKind) -> ir.StringValue:
    if kind == "quarter":
        return time.strftime("%Y").concat("-Q", time.quarter().cast("string"))
    return time.strftime(_FORMAT[kind])


def within(rows: ir.Table, record: RecordType, periods: Sequence[Period], zones: Iterable[str] = ()) -> ir.Table:
    """The rows between the first instant of the periods and the last, in whichever of the zones it comes first and last.

    A range of the stored times themselves, so that an engine passes over whole segments and groups of rows.
    """
    time = rows[record.time]
    if time.type().is_date():
        return rows.filter(time.between(min(p.first_day for p in periods), max(p.last_day for p in periods)))
    if not time.type().is_timestamp():
        return rows
    bounds = [p.bounds(zone) for zone in (UTC, *map(ZoneInfo, zones)) for p in (min(periods), max(periods))]
    first, last = (ibis.literal(at, "timestamp('UTC', 6)") for at in (min(b[0] for b in bounds), max(b[1] for b in bounds)))
    return rows.filter((time >= first) & (time < last))


class Span(NamedTuple):
    """From when to when (the first instant after) a period is on a clock: a zone, or the entity whose calendar it is."""

    clock: str
    period: str
    start: datetime
    end: datetime


def spans(periods: Sequence[Period], zones: Iterable[str]) -> list[Span]:
    """When periods begin and end by UTC, and on the clocks of each zone.

    Example:
        >>> [f"{s.start:%d %H:%M}" for s in spans([Period.parse("2020-09-14")], ["Asia/Shanghai"])]
        ['14 00:00', '13 16:00']
    """
    clocks = [ZoneInfo(name) for name in dict.fromkeys(("UTC", *zones))]
    return [Span(zone.key, str(p), *p.bounds(zone)) for zone in clocks for p in periods]


def table(periods: Sequence[Period]) -> dict[str, list[object]]:
    """Periods with the days that decide membership, as columns.

    Example:
        >>> table([Period.parse("2020")])["_end"]
        [datetime.date(2020, 12, 31)]
    """
    return {
        PERIOD: [str(p) for p in periods],
        "_start": [p.first_day for p in periods],
        "_end": [p.last_day for p in periods],
    }
