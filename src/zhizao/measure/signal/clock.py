"""The grid of a question, on the clocks of whatever its signals are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhizao.measure.calendar import ZONE, spans
from zhizao.measure.placement import Placement
from zhizao.measure.signal.grid import SLOT, Grid, Span, microseconds
from zhizao.measure.zones import UTC, Clocks
from zhizao.model.period import Period
from zhizao.store.contract import Session


@dataclass(frozen=True)
class Clock:
    """A grid, and by which of its zones each entity's time is read; ``otherwise`` is the zone of those that have none of their own."""

    grid: Grid
    clocks: Clocks | None
    otherwise: str | None

    @classmethod
    def of(cls, placement: Placement, periods: Sequence[Period]) -> Clock:
        """The clock for periods of one kind: by zones, or, for shifts, by the calendars of sites."""
        if periods[0].kind == "shift":
            return cls(Grid.of(_read(placement.shifts.spans(periods))), placement.shifts.clocks, None)
        found = spans(periods, [UTC, *placement.zones.names])
        return cls(Grid.of(_read(pa.table(found))), placement.zones.clocks, UTC)

    def labelled(self, rows: ir.Table, entity: str, session: Session) -> ir.Table:
        """Rows of slots with the period that each lies in on its entity's clocks; those in none of the periods left out."""
        slots = session.hold("slots", self.grid.slots())
        return self.zoned(rows, entity, SLOT).join(slots, [ZONE, SLOT]).drop(ZONE, SLOT)

    def zoned(self, rows: ir.Table, entity: str, at: str) -> ir.Table:
        """Rows with the zone of each entity at an instant (_zone)."""
        if self.clocks is None:
            return rows.mutate(**{ZONE: ibis.literal(self.otherwise, "string")})
        known = self.clocks.table.rename(_child="child", _first="_from", _beyond="_to").view()
        fits = [rows[entity] == known["_child"]]
        if self.clocks.dated:
            day = (rows[at] / 1_000_000).floor().cast("int64").as_timestamp("s").date()
            fits += [known["_first"] <= day, day < known["_beyond"]]
        joined = rows.left_join(known, fits)
        return joined.mutate(**{ZONE: ibis.coalesce(joined[ZONE], ibis.literal(self.otherwise, "string"))}).drop("_child", "_first", "_beyond")


def _read(table: pa.Table) -> list[Span]:
    return [Span(row[ZONE], row["_period"], microseconds(row["_from"]), microseconds(row["_until"])) for row in table.to_pylist()]
