"""The grid of a question, on the clocks of whatever its signals are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from zhizao.measure import calendar
from zhizao.measure.calendar import ZONE
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
        kind = periods[0].kind
        return cls(Grid.of(map(_read, placement.spans(periods))), placement.clocks(kind), None if kind == "shift" else UTC)

    def labelled(self, rows: ir.Table, entity: str, session: Session) -> ir.Table:
        """Rows of slots with the period that each lies in on its entity's clocks; those in none of the periods left out."""
        slots = session.hold("slots", self.grid.slots())
        return self.zoned(rows, entity, SLOT).join(slots, [ZONE, SLOT]).drop(ZONE, SLOT)

    def zoned(self, rows: ir.Table, entity: str, at: str) -> ir.Table:
        """Rows with the zone of each entity at an instant (_zone)."""
        if self.clocks is None:
            return rows.mutate(**{ZONE: ibis.literal(self.otherwise, "string")})
        second = (rows[at] / 1_000_000).floor().cast("int64")  # finer instants the engine is not asked for, and no clock changes between seconds
        joined = self.clocks.beside(rows, entity, second.as_timestamp("s"))
        return joined.mutate(**{ZONE: ibis.coalesce(joined[ZONE], ibis.literal(self.otherwise, "string"))})


def _read(span: calendar.Span) -> Span:
    return Span(span.clock, span.period, microseconds(span.start), microseconds(span.end))
