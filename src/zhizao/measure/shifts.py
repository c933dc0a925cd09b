"""Shifts as periods: what the calendars of sites say of the rows of whatever works there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhizao.errors import InputError, UnfitPeriod
from zhizao.measure.calendar import PERIOD, ZONE, Span
from zhizao.measure.memberships import Memberships
from zhizao.measure.zones import UTC, Clocks, Zones
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.record import RecordType
from zhizao.model.shift import CALENDAR, Shift, Stretch, shifts, stretches
from zhizao.model.text import Text
from zhizao.store.contract import Session

_INSTANT = pa.timestamp("us", "UTC")
_SPANS = pa.schema([("_owner", pa.string()), (PERIOD, pa.string()), ("_from", _INSTANT), ("_until", _INSTANT)])


@dataclass(frozen=True)
class Shifts:
    """The calendars of a store, each with the zone it is read in, and who works by which: its own, or that of the nearest host that has one."""

    session: Session
    clocks: Clocks | None = None
    """None where there is no calendar."""
    calendars: Mapping[str, tuple[ZoneInfo, tuple[Shift, ...]]] | None = None

    @classmethod
    def of(cls, library: Library, session: Session, memberships: Memberships, zones: Zones) -> Shifts:
        """The calendars as known at the time of the memberships.

        Raises:
            InputError: a calendar that cannot be read.
        """
        record = library.records.get(CALENDAR)
        rows = session.fetch(session.relation(record, memberships.known)).to_pylist() if record else []
        if not rows:
            return cls(session)
        owners = sorted({row["entity"] for row in rows})
        named = session.hold("calendars", pa.table({"child": owners, "value": owners}))
        clocks = Clocks.of(session, memberships, named, "calendars_of_all")
        zone_of = _zones(session, zones, owners)
        calendars = {owner: (zone_of[owner], shifts(r for r in rows if r["entity"] == owner)) for owner in owners}
        return cls(session, clocks, calendars)

    def spans(self, periods: Sequence[Period]) -> list[Span]:
        """When each of the shifts asked for begins and ends at each calendar, in one piece or several; none over another.

        Raises:
            UnfitPeriod: no calendar has any of them.
        """
        asked = {str(p) for p in periods}
        pieces = (Span(owner, str(s.period), s.starts, s.ends) for owner in self.calendars or {} for s in self._around(owner, periods))
        found = _joined(piece for piece in pieces if piece.period in asked)
        if not found:
            raise self._no_such(periods)
        return found

    def _around(self, owner: str, periods: Sequence[Period]) -> list[Stretch]:
        """The stretches of a calendar on the days of the periods, and on those beside them, whose shifts may reach into them."""
        assert self.calendars is not None
        zone, calendar = self.calendars[owner]
        beside = timedelta(days=1)
        return stretches(calendar, zone, min(p.first_day for p in periods) - beside, max(p.first_day for p in periods) + beside)

    def labelled(self, rows: ir.Table, record: RecordType, periods: Sequence[Period]) -> ir.Table:
        """The rows that lie in the shifts asked for, each with its period.

        Raises:
            UnfitPeriod: no calendar has any of them, or rows of the type do not hold at instants.
        """
        time = rows[record.time]
        if not time.type().is_timestamp():
            what = Text(f"{record.id} 不按时刻记录，不能按班次汇总", f"{record.id} does not hold at instants, so nothing says in which shift")
            raise UnfitPeriod(what, where=str(record.place), cure=Text(f"请选择 {record.period} 期", f"ask for a {record.period}"))
        found = self.spans(periods)
        assert self.clocks is not None, "there are spans, so there are calendars"
        first, last = (ibis.literal(at, "timestamp('UTC', 6)") for at in (min(s.start for s in found), max(s.end for s in found)))
        rows = rows.filter((time >= first) & (time < last))
        rows = self.clocks.beside(rows, record.entity, rows[record.time])
        spans, at = self.session.hold("shifts", pa.table([list(column) for column in zip(*found, strict=True)], schema=_SPANS)), rows[record.time]
        return rows.join(spans, [rows[ZONE] == spans["_owner"], at >= spans["_from"], at < spans["_until"]]).drop(ZONE, "_owner", "_from", "_until")

    def _no_such(self, periods: Sequence[Period]) -> InputError:
        known = sorted({shift.id for _, calendar in (self.calendars or {}).values() for shift in calendar})
        listed = ", ".join(known)
        cure = Text(f"已有班次：{listed}", f"there are the shifts {listed}") if known else Text(f"请导入：zhizao import {CALENDAR} FILE", f"import them: zhizao import {CALENDAR} FILE")
        return UnfitPeriod(Text(f"班次日历中没有 {periods[0]}", f"no shift calendar has {periods[0]}"), where="--period", cure=cure)


def _joined(pieces: Iterable[Span]) -> list[Span]:
    """Spans, those of a period that follow each other as one: a pause is a part of its shift."""
    found: list[Span] = []
    for piece in pieces:
        if found and (found[-1].clock, found[-1].period, found[-1].end) == (piece.clock, piece.period, piece.start):
            found[-1] = found[-1]._replace(end=piece.end)
        else:
            found.append(piece)
    return found


def _zones(session: Session, zones: Zones, owners: Sequence[str]) -> dict[str, ZoneInfo]:
    """The zone in which each calendar is read: that of its entity, now."""
    known = zones.clocks.table if zones.clocks else None
    rows = session.fetch(known.filter(known["child"].isin(owners)).order_by("_from")).to_pylist() if known is not None else []
    found = {row["child"]: row[ZONE] for row in rows}
    return {owner: ZoneInfo(found.get(owner, UTC)) for owner in owners}
