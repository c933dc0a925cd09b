"""The stored memberships, as known at a time: who belongs where, by itself or through what it is part of, and from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, reduce
from typing import Literal

import ibis
import ibis.expr.types as ir

from zhizao.measure.lasting import lasting, on_level, place_column
from zhizao.model.entity import Hierarchy, level_of
from zhizao.model.library import Library
from zhizao.model.value import Known
from zhizao.store.contract import Session

Attribute = Literal["place", "seat"]
ALWAYS = (date(1, 1, 1), date(9999, 12, 31))
LEGAL_UNIT = "enterprise:"


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges of one kind: child, parent, _from, _to (always filled); whether there are any, and whether any begins or ends."""

    table: ir.Table
    exist: bool
    dated: bool


@dataclass
class Memberships:
    """The memberships of a store.

    Below a partition (and in part_of, for each level of parent) a child has one parent at a time: a later membership ends the one before it,
    and of two that begin on the same day the first in the order of names holds, whatever order they came in.
    """

    library: Library
    session: Session
    known: Known
    _own: dict[str, Edges] = field(default_factory=dict)
    _units: dict[str, ir.Table] = field(default_factory=dict)
    _effective: dict[tuple[str, Attribute], ir.Table | None] = field(default_factory=dict)
    _directories: dict[tuple[tuple[str, ...], Attribute], ir.Table | None] = field(default_factory=dict)

    @cached_property
    def parts(self) -> Edges:
        """What is part of what."""
        stored = self._stored("part_of")
        return self._measured("part_of", stored.mutate(level=stored.parent.split(":")[0]), "level")

    def own(self, hierarchy: Hierarchy) -> Edges:
        """The edges that place entities in a hierarchy: of its relation, to an entity on one of its levels."""
        if hierarchy.id not in self._own:
            stored = self._stored(hierarchy.relation)
            ranked = stored.filter(on_level(stored.parent, hierarchy)).mutate(level=_rank(stored.parent, hierarchy))
            self._own[hierarchy.id] = self._measured(hierarchy.id, ranked, "" if hierarchy.cover == "partition" else None)
        return self._own[hierarchy.id]

    @cached_property
    def _lasting(self) -> ir.Table | None:
        return lasting(self.session, self.session.relation(self.library.records["membership"], self.known), self.library.placing)

    @property
    def _orders_of_parts(self) -> tuple[Hierarchy, ...]:
        return tuple(h for h in self.library.hierarchies.values() if not h.places)

    def above(self, hierarchies: Sequence[Hierarchy]) -> dict[str, list[tuple[str, str, date, date]]]:
        """The edges among the entities of each hierarchy's own levels: child, parent, from, to."""
        return self._lasting_above(hierarchies) if self._lasting is not None else {h.id: self._own_above(h) for h in hierarchies}

    def _lasting_above(self, hierarchies: Sequence[Hierarchy]) -> dict[str, list[tuple[str, str, date, date]]]:
        assert self._lasting is not None
        upper = self._lasting.filter(ibis.or_(*(on_level(self._lasting.child, h) for h in hierarchies)))
        rows = self.session.fetch(self.session.keep("lasting_upper", upper)).to_pylist()
        standing = {h.id: [r for r in rows if level_of(r["child"]) in h.prefixes and r[place_column(h)]] for h in hierarchies}
        return {h.id: [(r["child"], r[place_column(h)], *ALWAYS) for r in standing[h.id]] for h in hierarchies}

    def _own_above(self, hierarchy: Hierarchy) -> list[tuple[str, str, date, date]]:
        own = self.own(hierarchy)
        if not own.exist:
            return []
        rows = self.session.fetch(own.table.filter(on_level(own.table.child, hierarchy))).to_pylist()
        return [(row["child"], row["parent"], row["_from"], row["_to"]) for row in rows]

    def is_dated(self, hierarchies: Sequence[Hierarchy]) -> bool:
        """Whether the day of a period matters for any of the hierarchies."""
        return self._lasting is None and (self.parts.dated or any(self.own(h).dated for h in hierarchies))

    def _stored(self, relation: str) -> ir.Table:
        table = self.session.relation(self.library.records["membership"], self.known)
        lower, upper = (ibis.literal(day) for day in ALWAYS)
        edges = table.filter(table.relation == relation).select(
            child=table.entity,
            parent=table.parent,
            _from=ibis.coalesce(table.valid_from, lower),
            _to=ibis.coalesce(table.valid_to, upper),
        )
        return edges.filter(edges._from < edges._to)  # one that never holds was called off: it ends no other

    def _measured(self, name: str, edges: ir.Table, alone: str | None) -> Edges:
        """Edges with what is known of them; ``alone`` says of what a child has one parent at a time: of all ('') or on each level."""
        table = self.session.keep(f"edges_{name}", edges)
        bounded = (table._from > ALWAYS[0]) | (table._to < ALWAYS[1])
        pair = table.child.concat("|", table["level"]) if alone else table.child
        row = self.session.fetch(table.aggregate(n=table.count(), dated=bounded.any(), pairs=pair.nunique())).to_pylist()[0]
        if alone is not None and row["n"] > row["pairs"]:
            return self._measured(name, _one_parent(table, ["child", *([alone] if alone else [])]), None)
        return Edges(table.drop("level"), bool(row["n"]), bool(row["dated"]))

    # ── through what an entity is part of ───────────────────────────────────────────────────────────────────────────────

    @cached_property
    def hosts(self) -> ir.Table | None:
        """Every part with its hosts (itself at depth 0), or None where nothing is part of anything.

        However many ways lead to a host, on a day it is there once, by the shortest.
        """
        if self._lasting is not None or not self.parts.exist:
            return None
        parts = self.parts.table
        itself = parts.select("child", host=parts.child).distinct()
        itself = itself.mutate(depth=ibis.literal(0, "int64"), _from=ibis.literal(ALWAYS[0]), _to=ibis.literal(ALWAYS[1]))
        reached = frontier = self.session.keep("hosts_0", itself)
        depth = 0
        while self._count(frontier) and depth < 16:
            depth += 1
            step = _chained(frontier, parts).mutate(depth=ibis.literal(depth, "int64"))
            frontier = self.session.keep(f"hosts_{depth}", step.select("child", "host", "depth", "_from", "_to"))
            reached = reached.union(frontier)
        return self.session.keep("hosts", _first(reached, ["child", "host"], ["depth"], self.parts.dated))

    def units(self, level: str) -> ir.Table | None:
        """For every part its nearest host on a level (itself where it stands there), one at a time; None where nothing is part of anything.

        Of two as near as each other the first by name.
        """
        if self.hosts is None:
            return None
        if level not in self._units:
            on_it = self.hosts.filter(self.hosts.host.startswith(f"{level}:"))
            self._units[level] = self.session.keep(f"units_{level}", _first(on_it, ["child"], ["depth", "host"], self.parts.dated))
        return self._units[level]

    def nearest(self, values: ir.Table) -> ir.Table:
        """Every entity with the value that it has itself, or else its nearest host (child, value, _from, _to); ``values`` has child and value."""
        always = {"_from": ibis.literal(ALWAYS[0]), "_to": ibis.literal(ALWAYS[1])}
        own = values.select("child", "value", **always)
        if self.hosts is None:
            return own
        held = own.select(_of="child", value="value").view()
        joined = self.hosts.join(held, self.hosts.host == held["_of"])
        ranked = joined.mutate(rung=_rank(joined.host, *self._orders_of_parts))
        inherited = _first(ranked, ["child"], ["depth", "rung", "host"], self.parts.dated).select("child", "value", "_from", "_to")
        return inherited.union(own.anti_join(self.hosts, own.child == self.hosts.child))

    def effective(self, hierarchy: Hierarchy, attribute: Attribute) -> ir.Table | None:
        """For every entity its own edges of a hierarchy, else those of its nearest host; None where there are none.

        With attribute seat the edges of the legal unit (the enterprise) come before the entity's own.
        """
        key = (hierarchy.id, attribute)
        if key not in self._effective:
            self._effective[key] = self._find_effective(hierarchy, attribute) if self.own(hierarchy).exist else None
        return self._effective[key]

    def _find_effective(self, hierarchy: Hierarchy, attribute: Attribute) -> ir.Table:
        own = self.own(hierarchy)
        if self.hosts is None:
            return own.table
        inherited = _chained(self.hosts.mutate(host_depth=self.hosts.depth), own.table, keep=("host_depth",))
        # Of hosts as near as each other the lower comes first (a site before its enterprise), then the first by name.
        ranked = inherited.mutate(rung=_rank(inherited.via, *self._orders_of_parts), unseated=~inherited.via.startswith(LEGAL_UNIT))
        order = [*(["unseated"] if attribute == "seat" else []), "host_depth", "rung", "via"]
        nearest = _first(ranked, ["child"], order, self.parts.dated or own.dated)
        chosen = nearest.select("child", parent="host", _from="_from", _to="_to")
        alone = own.table.anti_join(self.hosts, own.table.child == self.hosts.child)
        return self.session.keep(f"effective_{hierarchy.id}_{attribute}", chosen.union(alone))

    def directory(self, hierarchies: Sequence[Hierarchy], attribute: Attribute) -> ir.Table | None:
        """Every entity that belongs anywhere (child) with its place in each hierarchy; None where nothing is stored.

        Whatever day: where membership begins or ends only the children are to be read. An entity in two places of an overlap comes twice.
        """
        key = (tuple(h.id for h in hierarchies), attribute)
        if key not in self._directories:
            self._directories[key] = self._find_directory(hierarchies, attribute)
        return self._directories[key]

    def _find_directory(self, hierarchies: Sequence[Hierarchy], attribute: Attribute) -> ir.Table | None:
        if self._lasting is not None:
            chosen = self._lasting.select("child", *(place_column(h) for h in hierarchies))
            return chosen.filter(ibis.or_(*(chosen[place_column(h)].notnull() for h in hierarchies))) if hierarchies else None
        known = [(h, edges) for h in hierarchies if (edges := self.effective(h, attribute)) is not None]
        tables = [edges.select("child", **{place_column(h): edges.parent}) for h, edges in known]
        return self.session.keep("directory", reduce(_beside, tables)) if tables else None

    def _count(self, rows: ir.Table) -> int:
        return int(self.session.fetch(rows.aggregate(n=rows.count()))["n"][0].as_py())


def _rank(entity: ir.StringValue, *hierarchies: Hierarchy) -> ir.StringValue:
    """The rung an entity stands on, the lowest first in the order of text."""
    rungs = list(dict.fromkeys(prefix for h in hierarchies for prefix in h.prefixes))
    ranks = [(entity.startswith(f"{prefix}:"), ibis.literal(f"{i:02d}")) for i, prefix in enumerate(rungs)]
    return ibis.cases(*ranks, else_="99") if ranks else ibis.literal("99")


def _one_parent(edges: ir.Table, group: list[str]) -> ir.Table:
    """Of several parents at a time, the one of the latest membership; of equal dates the lowest level's, then the first by name."""
    same_day = ibis.row_number().over(group_by=[*group, "_from"], order_by=["level", "parent"])
    first = edges.mutate(rank=same_day)
    first = first.filter(first["rank"] == 0).drop("rank")
    following = first._from.lead().over(group_by=group, order_by="_from")
    ended = first.mutate(_to=ibis.least(first._to, ibis.coalesce(following, ibis.literal(ALWAYS[1]))))
    return ended.filter(ended._from < ended._to)


def _chained(hosts: ir.Table, edges: ir.Table, keep: tuple[str, ...] = ()) -> ir.Table:
    """One step further: child -> host -> the host's parent, for as long as both hold."""
    edges = edges.select(edge_child="child", parent_="parent", edge_from="_from", edge_to="_to").view()
    joined = hosts.join(edges, hosts.host == edges.edge_child)
    start, end = ibis.greatest(joined._from, joined.edge_from), ibis.least(joined._to, joined.edge_to)
    chained = joined.select("child", *keep, via=joined.host, host=joined.parent_, _from=start, _to=end)
    return chained.filter(chained._from < chained._to)


def _first(edges: ir.Table, group: list[str], order: list[str], dated: bool) -> ir.Table:
    """Of each group, on each day, the edges that come first in an order; all of those that come first together, equal ones once."""
    pieces = _pieces(edges, group) if dated else edges
    ranked = pieces.mutate(rank=ibis.dense_rank().over(group_by=[*group, "_from"], order_by=order))
    return ranked.filter(ranked["rank"] == 0).drop("rank").distinct()


def _pieces(edges: ir.Table, group: list[str]) -> ir.Table:
    """The edges cut wherever one of their group begins or ends, so that two of them hold at the same time or never together."""
    days = edges.select(*group, day="_from").union(edges.select(*group, day="_to")).distinct()
    spans = days.mutate(until=days["day"].lead().over(group_by=group, order_by="day")).rename({f"span_{name}": name for name in group})
    inside = [edges._from <= spans["day"], spans["until"] <= edges._to, *(edges[name] == spans[f"span_{name}"] for name in group)]
    joined = edges.join(spans, inside)
    return joined.select(*(name for name in edges.columns if name not in ("_from", "_to")), _from="day", _to="until")


def _beside(left: ir.Table, right: ir.Table) -> ir.Table:
    """Two tables of children side by side, every child of either once."""
    other = right.rename(child_="child")
    joined = left.outer_join(other, left.child == other.child_)
    places = [name for name in (*left.columns, *right.columns) if name != "child"]
    return joined.select(*places, child=ibis.coalesce(joined.child, joined.child_))
