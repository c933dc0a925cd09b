"""Where every row belongs: its place in each hierarchy, and what lies above a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import ibis
import ibis.expr.types as ir

from zhizao.measure.calendar import PERIOD, Span, spans
from zhizao.measure.lasting import on_level, place_column
from zhizao.measure.memberships import ALWAYS, Attribute, Memberships
from zhizao.measure.shifts import Shifts
from zhizao.measure.zones import Clocks, Zones
from zhizao.model.entity import Hierarchy
from zhizao.model.library import Library
from zhizao.model.period import Period, PeriodKind
from zhizao.model.record import RecordType
from zhizao.model.value import Known
from zhizao.store.contract import Session


@dataclass
class Placement:
    """Places rows by the memberships of a store and of the loaded packs, as known at a time."""

    library: Library
    session: Session
    known: Known
    memberships: Memberships = field(init=False)
    _above: dict[tuple[str, str, date], tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.memberships = Memberships(self.library, self.session, self.known)

    @property
    def hierarchies(self) -> tuple[Hierarchy, ...]:
        """The hierarchies that place entities: every one but the order of part_of."""
        return self.library.placing

    @cached_property
    def zones(self) -> Zones:
        """On which clocks entities live."""
        return Zones.of(self.library, self.session, self.memberships)

    @cached_property
    def shifts(self) -> Shifts:
        """The calendars by which entities work."""
        return Shifts.of(self.library, self.session, self.memberships, self.zones)

    def clocks(self, kind: PeriodKind) -> Clocks | None:
        """By which clock an entity's periods of a kind are read; None where all go by UTC."""
        return self.shifts.clocks if kind == "shift" else self.zones.clocks

    def spans(self, periods: Sequence[Period]) -> list[Span]:
        """When periods of one kind begin and end, on each clock by which any entity lives.

        Raises:
            UnfitPeriod: shifts that no calendar has.
        """
        return self.shifts.spans(periods) if periods[0].kind == "shift" else spans(periods, self.zones.names)

    @cached_property
    def parts_day(self) -> str:
        """The column of a table of periods with the day that decides what an entity is part of."""
        order = next((h for h in self.library.hierarchies.values() if not h.places), None)
        return f"_{order.decided_on}" if order else "_end"

    # ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def place(
        self, rows: ir.Table, record: RecordType, periods: ir.Table, hierarchies: Sequence[Hierarchy], attribute: Attribute = "place"
    ) -> ir.Table:
        """The rows with their place in each hierarchy ('' where they have none); a row in two places of an overlap comes twice.

        Rows about entities of a hierarchy's own levels lie at those entities.
        """
        through = [h for h in hierarchies if record.level not in h.prefixes]
        if self.memberships.is_dated(through):
            for hierarchy in through:
                rows = self._on_its_day(rows, record, periods, hierarchy, attribute)
        else:
            rows = self._by_directory(rows, record, through, attribute)
        entity, nowhere = rows[record.entity], ibis.null("string")
        places = {place_column(h): rows[name] if (name := place_column(h)) in rows.columns else nowhere for h in hierarchies}
        if not record.level:
            places = {place_column(h): ibis.coalesce(places[place_column(h)], _itself(entity, h)) for h in hierarchies}
        places |= {place_column(h): entity for h in hierarchies if h not in through}
        return rows.mutate(**{name: ibis.coalesce(place, "") for name, place in places.items()})

    def _by_directory(self, rows: ir.Table, record: RecordType, hierarchies: Sequence[Hierarchy], attribute: Attribute) -> ir.Table:
        directory = self.memberships.directory(hierarchies, attribute)
        if directory is None:
            return rows
        known = directory.rename(_child="child").view()
        return rows.left_join(known, rows[record.entity] == known["_child"]).drop("_child")

    def _on_its_day(self, rows: ir.Table, record: RecordType, periods: ir.Table, hierarchy: Hierarchy, attribute: Attribute) -> ir.Table:
        edges = self.memberships.effective(hierarchy, attribute)
        if edges is None:
            return rows
        edges = edges.rename({"_child": "child", place_column(hierarchy): "parent", "_since": "_from", "_until": "_to"}).view()
        rows = rows.join(periods.select(PERIOD, _day=periods[f"_{hierarchy.decided_on}"]), PERIOD)
        fits = [rows[record.entity] == edges["_child"], edges["_since"] <= rows["_day"], rows["_day"] < edges["_until"]]
        return rows.left_join(edges, fits).drop("_child", "_since", "_until", "_day")

    def unit(self, rows: ir.Table, record: RecordType, level: str, name: str, periods: ir.Table) -> ir.Table:
        """The rows with, under a name, the entity of a level that each belongs to by part_of: itself, or its nearest host; null where it has none."""
        if record.level == level:
            return rows.mutate(**{name: rows[record.entity]})
        entity = rows[record.entity]
        itself = ibis.ifelse(entity.startswith(f"{level}:"), entity, ibis.null("string"))
        units = self.memberships.units(level)
        if units is None:
            return rows.mutate(**{name: itself})
        hosts = units.select(_part="child", _host="host", _since="_from", _until="_to")
        fits = [entity == hosts["_part"]]
        if self.memberships.parts.dated:
            rows = rows.join(periods.select(PERIOD, _day=periods[self.parts_day]), PERIOD)
            fits = [rows[record.entity] == hosts["_part"], hosts["_since"] <= rows["_day"], rows["_day"] < hosts["_until"]]
        joined = rows.left_join(hosts, fits)
        itself = ibis.ifelse(joined[record.entity].startswith(f"{level}:"), joined[record.entity], ibis.null("string"))
        placed = joined.mutate(**{name: ibis.coalesce(itself, joined["_host"])})
        return placed.drop(*({"_part", "_host", "_since", "_until", "_day"} & set(placed.columns)))

    # ── above the leaves: few entities, kept in Python ──────────────────────────────────────────────────────────────────

    @cached_property
    def _upper(self) -> Mapping[str, Mapping[str, list[tuple[str, date, date]]]]:
        stored = self.memberships.above(self.hierarchies)
        found: dict[str, dict[str, list[tuple[str, date, date]]]] = {}
        for hierarchy in self.hierarchies:
            parents = found.setdefault(hierarchy.id, {})
            shipped = ((entity.id, parent, *ALWAYS) for entity, parent in hierarchy.members if parent)
            for child, parent, start, end in (*shipped, *stored[hierarchy.id]):
                parents.setdefault(child, []).append((parent, start, end))
        return found

    @cached_property
    def moves_above(self) -> bool:
        """Whether any edge above the leaves begins or ends, so that what lies above an entity depends on the day."""
        edges = (edge for parents in self._upper.values() for found in parents.values() for edge in found)
        return any(edge[1:] != ALWAYS for edge in edges)

    def ancestors(self, hierarchy: Hierarchy, entity: str, day: date) -> tuple[str, ...]:
        """An entity and everything above it in a hierarchy on a day, nearest first."""
        key = (hierarchy.id, entity, day if self.moves_above else ALWAYS[0])
        if key not in self._above:
            self._above[key] = self._climb(hierarchy, entity, day)
        return self._above[key]

    def _climb(self, hierarchy: Hierarchy, entity: str, day: date) -> tuple[str, ...]:
        seen: dict[str, None] = {}
        frontier = [entity]
        while frontier:
            current = frontier.pop(0)
            if current in seen:
                continue
            seen[current] = None
            frontier += [parent for parent, start, end in self._upper[hierarchy.id].get(current, []) if start <= day < end]
        return tuple(seen)


def _itself(entity: ir.StringValue, hierarchy: Hierarchy) -> ir.StringValue:
    """An entity that stands on a hierarchy lies at itself; null for any other."""
    return ibis.ifelse(on_level(entity, hierarchy), entity, ibis.null("string"))
