"""Where every entity belongs: the place of a row in each hierarchy, by its nearest host that has one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

import ibis
import ibis.expr.types as ir

from zhizao.measure.calendar import PERIOD
from zhizao.model.entity import Hierarchy
from zhizao.model.library import Library
from zhizao.model.record import RecordType
from zhizao.model.value import Known
from zhizao.store.contract import Session

Attribute = Literal["place", "seat"]
_ALWAYS = (date(1, 1, 1), date(9999, 12, 31))


def place_column(hierarchy: Hierarchy) -> str:
    """The column that holds a row's place in a hierarchy."""
    return f"_place_{hierarchy.id}"


@dataclass(frozen=True, slots=True)
class Edges:
    """The stored edges of one relation: child, parent, _from, _to; whether there are any, and whether any begins or ends."""

    table: ir.Table
    exist: bool
    dated: bool


@dataclass
class Placement:
    """The memberships of a store and of the loaded packs, as known at a time."""

    library: Library
    session: Session
    known: Known
    _own: dict[str, Edges] = field(default_factory=dict)
    _edges: dict[tuple[str, Attribute], ir.Table | None] = field(default_factory=dict)
    _above: dict[tuple[str, str, date], tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def hierarchies(self) -> tuple[Hierarchy, ...]:
        """The hierarchies that place entities: every one but the order of part_of."""
        return tuple(h for h in self.library.hierarchies.values() if h.relation != "part_of")

    def edges(self, relation: str) -> ir.Table:
        """The stored memberships of a relation: child, parent, _from, _to (always filled)."""
        table = self.session.relation(self.library.records["membership"], self.known)
        lower, upper = (ibis.literal(day) for day in _ALWAYS)
        return table.filter(table.relation == relation).select(
            child=table.entity,
            parent=table.parent,
            _from=ibis.coalesce(table.valid_from, lower),
            _to=ibis.coalesce(table.valid_to, upper),
        )

    def own(self, relation: str) -> Edges:
        """The stored edges of a relation."""
        if relation not in self._own:
            table = self.session.hold(f"edges_{relation}", self.edges(relation))
            bounded = (table._from > _ALWAYS[0]) | (table._to < _ALWAYS[1])
            row = self.session.fetch(table.aggregate(n=table.count(), dated=bounded.any())).to_pylist()[0]
            self._own[relation] = Edges(table, bool(row["n"]), bool(row["dated"]))
        return self._own[relation]

    @cached_property
    def hosts(self) -> ir.Table | None:
        """Every entity below others with its hosts (itself at depth 0), or None where nothing is part of anything."""
        parts = self.own("part_of")
        if not parts.exist:
            return None
        itself = (
            parts.table.select(child=parts.table.child, host=parts.table.child)
            .distinct()
            .mutate(depth=ibis.literal(0, "int64"), _from=_ALWAYS[0], _to=_ALWAYS[1])
        )
        reached = frontier = self.session.hold("hosts_0", itself)
        depth = 0
        while _count(self.session, frontier) and depth < 16:
            depth += 1
            step = _chained(frontier, parts.table).mutate(depth=ibis.literal(depth, "int64"))
            frontier = self.session.hold(f"hosts_{depth}", step.select("child", "host", "depth", "_from", "_to"))
            reached = reached.union(frontier)
        return self.session.hold("hosts", reached)

    def effective(self, relation: str, attribute: Attribute) -> ir.Table | None:
        """For every entity its own edges of a relation, else those of its nearest host; None where there are none.

        With attribute seat the edges of the legal unit (the enterprise) come before the entity's own.
        """
        if (relation, attribute) not in self._edges:
            self._edges[relation, attribute] = self._find_effective(relation, attribute)
        return self._edges[relation, attribute]

    def _find_effective(self, relation: str, attribute: Attribute) -> ir.Table | None:
        if not self.own(relation).exist:
            return None
        own = self.own(relation).table
        if self.hosts is None:
            return own
        inherited = _chained(self.hosts.mutate(host_depth=self.hosts.depth), own.rename(parent_="parent"), keep=("host_depth",))
        near = inherited.mutate(
            rank=ibis.ifelse(inherited.via.startswith("enterprise:"), -1, inherited.host_depth)
            if attribute == "seat"
            else inherited.host_depth
        )
        best = near.mutate(best=near["rank"].min().over(ibis.window(group_by="child")))
        chosen = best.filter(best["rank"] == best.best).select("child", parent=best.host, _from=best._from, _to=best._to)
        alone = own.anti_join(self.hosts, own.child == self.hosts.child)
        return self.session.hold(f"effective_{relation}_{attribute}", chosen.union(alone))

    def is_dated(self, relation: str) -> bool:
        """Whether the day of a period matters for the edges of a relation."""
        return self.own(relation).dated or self.own("part_of").dated

    def place(
        self, rows: ir.Table, record: RecordType, periods: ir.Table, only: Iterable[Hierarchy], attribute: Attribute = "place"
    ) -> ir.Table:
        """The rows with their place in each hierarchy (null where they have none); a row in two places of an overlap comes twice."""
        for hierarchy in only:
            rows = self._placed(rows, record, periods, hierarchy, attribute)
        return rows

    def _placed(self, rows: ir.Table, record: RecordType, periods: ir.Table, hierarchy: Hierarchy, attribute: Attribute) -> ir.Table:
        name, entity = place_column(hierarchy), rows[record.entity]
        prefixes = {level.prefix for level in hierarchy.levels}
        itself = ibis.or_(*(entity.startswith(f"{prefix}:") for prefix in sorted(prefixes)))
        if record.level in prefixes:
            return rows.mutate(**{name: entity})
        edges = self.effective(hierarchy.relation, attribute)
        if edges is None:
            return rows.mutate(**{name: ibis.ifelse(itself, entity, ibis.null("string")) if not record.level else ibis.null("string")})
        edges = edges.rename({f"{name}_child": "child", name: "parent", f"{name}_from": "_from", f"{name}_to": "_to"}).view()
        fits = [entity == edges[f"{name}_child"]]
        if self.is_dated(hierarchy.relation):
            rows = rows.join(periods.select(PERIOD, **{f"{name}_day": periods[f"_{hierarchy.decided_on}"]}), PERIOD)
            day = rows[f"{name}_day"]
            fits = [rows[record.entity] == edges[f"{name}_child"], edges[f"{name}_from"] <= day, day < edges[f"{name}_to"]]
        joined = rows.left_join(edges, fits)
        joined = joined.drop(*(c for c in (f"{name}_child", f"{name}_from", f"{name}_to", f"{name}_day") if c in joined.columns))
        if record.level:
            return joined
        return joined.mutate(
            **{
                name: ibis.coalesce(
                    joined[name], ibis.ifelse(itself_of(joined, record, prefixes), joined[record.entity], ibis.null("string"))
                )
            }
        )

    def unit(self, rows: ir.Table, record: RecordType, level: str) -> ir.StringValue:
        """The entity of a level that each row belongs to by part_of: itself, or its host; null where it has none."""
        if record.level == level:
            return rows[record.entity]
        prefix = f"{level}:"
        own = ibis.ifelse(rows[record.entity].startswith(prefix), rows[record.entity], ibis.null("string"))
        return ibis.coalesce(own, rows["_host"]) if "_host" in rows.columns else own

    def with_host(self, rows: ir.Table, record: RecordType, level: str) -> ir.Table:
        """The rows with their host of a level in ``_host`` (absent where nothing is part of anything)."""
        if self.hosts is None or record.level == level:
            return rows
        hosts = self.hosts.filter(self.hosts.host.startswith(f"{level}:")).select(_host_of="child", _host="host").distinct()
        return rows.left_join(hosts, rows[record.entity] == hosts._host_of).drop("_host_of")

    # ── above the leaves: few entities, kept in Python ──────────────────────────────────────────────────────────

    @cached_property
    def _upper(self) -> Mapping[str, Mapping[str, list[tuple[str, date, date]]]]:
        found: dict[str, dict[str, list[tuple[str, date, date]]]] = {}
        for hierarchy in self.hierarchies:
            parents = found.setdefault(hierarchy.id, {})
            for entity, parent in hierarchy.members:
                if parent:
                    parents.setdefault(entity.id, []).append((parent, *_ALWAYS))
            if not self.own(hierarchy.relation).exist:
                continue
            edges = self.own(hierarchy.relation).table
            upper = edges.filter(ibis.or_(*(edges.child.startswith(f"{level.prefix}:") for level in hierarchy.levels)))
            for row in self.session.fetch(upper).to_pylist():
                parents.setdefault(row["child"], []).append((row["parent"], row["_from"], row["_to"]))
        return found

    @cached_property
    def moves_above(self) -> bool:
        """Whether any edge above the leaves begins or ends, so that what lies above an entity depends on the day."""
        edges = (edge for parents in self._upper.values() for found in parents.values() for edge in found)
        return any(edge[1:] != _ALWAYS for edge in edges)

    def ancestors(self, hierarchy: Hierarchy, entity: str, day: date) -> tuple[str, ...]:
        """An entity and everything above it in a hierarchy on a day, nearest first."""
        key = (hierarchy.id, entity, day if self.moves_above else _ALWAYS[0])
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


def itself_of(rows: ir.Table, record: RecordType, prefixes: set[str]) -> ir.BooleanValue:
    """Whether a row is about an entity that itself stands on the hierarchy."""
    return ibis.or_(*(rows[record.entity].startswith(f"{prefix}:") for prefix in sorted(prefixes)))


def _chained(hosts: ir.Table, edges: ir.Table, keep: tuple[str, ...] = ()) -> ir.Table:
    """One step further: child -> host -> the host's parent, for as long as both hold."""
    edges = edges.rename(parent_="parent") if "parent" in edges.columns else edges
    edges = edges.rename(edge_child="child", edge_from="_from", edge_to="_to").view()
    joined = hosts.join(edges, hosts.host == edges.edge_child)
    start, end = ibis.greatest(joined._from, joined.edge_from), ibis.least(joined._to, joined.edge_to)
    chained = joined.select("child", *keep, via=joined.host, host=joined.parent_, _from=start, _to=end)
    return chained.filter(chained._from < chained._to)


def _count(session: Session, rows: ir.Table) -> int:
    return int(session.fetch(rows.aggregate(n=rows.count()))["n"][0].as_py())
