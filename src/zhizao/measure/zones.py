"""Time zones: on which clocks the hours, days and longer periods of an entity are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class Clocks:
    """What each entity's time is read by: its own, or that of its nearest host (child, _zone, and the days of UTC from and to which that is so)."""

    table: ir.Table
    dated: bool

    @classmethod
    def of(cls, session: Session, memberships: Memberships, named: ir.Table, name: str) -> Clocks:
        """The clocks of all, where those of some (child, value) are known."""
        table = session.keep(name, memberships.nearest(named).rename({ZONE: "value"}))
        return cls(table, memberships.hosts is not None and memberships.parts.dated)

    def beside(self, rows: ir.Table, entity: str, at: ir.TimestampValue) -> ir.Table:
        """The rows with the clock of an entity of theirs at a time of theirs (_zone), null where it has none."""
        known = self.table.rename(_child="child", _since="_from", _until="_to").view()
        fits = [rows[entity] == known["_child"]]
        if self.dated:
            day = at.cast(dt.Timestamp(None, 6)).date()
            fits += [known["_since"] <= day, day < known["_until"]]
        return rows.left_join(known, fits).drop("_child", "_since", "_until")


@dataclass(frozen=True)
class Zones:
    """The zone of every entity that has one, by itself or through its nearest host; all others live by UTC."""

    clocks: Clocks | None = None
    """None where nothing has a zone."""
    own: Mapping[str, str] = field(default_factory=dict)
    """The entities that say their zone themselves."""

    @classmethod
    def of(cls, library: Library, session: Session, memberships: Memberships) -> Zones:
        """The zones of a store's entities, as known at the time of the memberships."""
        record = library.records.get("entity")
        if record is None or record.field("zone") is None:
            return cls()
        stored = session.relation(record, memberships.known)
        named = session.keep("zones", stored.filter(stored["zone"].notnull()).select(child=record.entity, value="zone"))
        own = {row["child"]: row["value"] for row in session.fetch(named).to_pylist()}
        return cls(Clocks.of(session, memberships, named, "zones_of_all"), own) if own else cls()

    @property
    def names(self) -> list[str]:
        """Every zone in use, UTC aside."""
        return sorted(set(self.own.values()))

    def local(self, rows: ir.Table, record: RecordType) -> ir.Table:
        """The rows with the local time at which each holds, where rows of the type hold at instants and any zone is in use."""
        if self.clocks is None or not rows[record.time].type().is_timestamp():
            return rows
        zoned = self.clocks.beside(rows, record.entity, rows[record.time])
        instant: Any = zoned[record.time]
        plain = instant.cast(dt.Timestamp(None, 6))
        return zoned.mutate(**{LOCAL: ibis.coalesce(_on_clocks(zoned[ZONE], instant), plain)}).drop(ZONE)
