"""Which period a row falls in, as the label the contracts write."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from zhizao.errors import UnfitPeriod
from zhizao.model.period import Period, PeriodKind, nests_in
from zhizao.model.record import RecordType
from zhizao.model.text import Text

PERIOD = "_period"

_WIDTH: dict[PeriodKind, int] = {"year": 4, "month": 7, "day": 10, "hour": 13}
_FORMAT: dict[PeriodKind, str] = {"year": "%Y", "month": "%Y-%m", "week": "%G-W%V", "day": "%Y-%m-%d", "hour": "%Y-%m-%dT%H"}


def label(rows: ir.Table, record: RecordType, kind: PeriodKind) -> ir.StringValue:
    """The period of a kind in which each row holds.

    Raises:
        UnfitPeriod: the record's periods do not nest in that kind.
    """
    time = rows[record.time]
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
