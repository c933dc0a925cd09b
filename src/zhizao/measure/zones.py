"""Time zones: on which clocks the hours, days and shifts of an entity are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from zhizao.measure.calendar import LOCAL, ZONE
from zhizao.measure.memberships import Memberships
from zhizao.model.library import Library
from zhizao.model.record import RecordType
from zhizao.store.contract import Session

UTC = "UTC"


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, dt.Timestamp("UTC", 6)), dt.Timestamp(None, 6)))
def _on_clocks(zone, instant):  # type: ignore[no-untyped-def]
    """The local time of an instant in a zone."""


@dataclass(frozen=True)
class Zones:
    """The zone of every entity that has one, by itself or through its nearest host; all others live by UTC.

    ``table`` holds child, _zone and the days from and to which that is so (the days are those of UTC); None where nothing has a zone.
    """

    table: ir.Table | None = None
    names: tuple[str, ...] = ()
    """Every zone in use, UTC aside."""
    dated: bool = False

    @classmethod
    def of(cls, library: Library, session: Session, memberships: Memberships) -> Zones:
        """The zones of a store's entities, as known at the time of the memberships."""
        record = library.records.get("entity")
        if record is None or record.field("zone") is None:
            return cls()
        stored = session.relation(record, memberships.known)
        named = session.keep("zones", stored.filter(stored["zone"].notnull()).select(child=record.entity, value="zone"))
        names = sorted(session.fetch(named.select("value").distinct())["value"].to_pylist())
        if not names:
            return cls()
        table = session.keep("zones_of_all", memberships.nearest(named).rename({ZONE: "value"}))
        return cls(table, tuple(names), memberships.hosts is not None and memberships.parts.dated)

    def local(self, rows: ir.Table, record: RecordType) -> ir.Table:
        """The rows with the local time at which each holds, where rows of the type hold at instants and any zone is in use."""
        if self.table is None or not rows[record.time].type().is_timestamp():
            return rows
        zoned = self.zoned(rows, record)
        instant: Any = zoned[record.time]
        plain = instant.cast(dt.Timestamp(None, 6))
        return zoned.mutate(**{LOCAL: ibis.coalesce(_on_clocks(zoned[ZONE], instant), plain)}).drop(ZONE)

    def zoned(self, rows: ir.Table, record: RecordType) -> ir.Table:
        """The rows with the zone of what each is about at its time, null where it has none."""
        assert self.table is not None
        known = self.table.rename(_child="child", _since="_from", _until="_to").view()
        fits = [rows[record.entity] == known["_child"]]
        if self.dated:
            day = rows[record.time].cast(dt.Timestamp(None, 6)).date()
            fits += [known["_since"] <= day, day < known["_until"]]
        return rows.left_join(known, fits).drop("_child", "_since", "_until")
