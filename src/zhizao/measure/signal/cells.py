"""Cells of signals: states by entity and period, placed like any other facts once they are few."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce

import ibis
import ibis.expr.types as ir

from zhizao.measure.barrier import barrier_levels
from zhizao.measure.calendar import PERIOD, ZONE
from zhizao.measure.cells import Cells
from zhizao.measure.leaf import Leaf
from zhizao.measure.placed import of_units
from zhizao.measure.placement import Placement
from zhizao.measure.question import ROWS, Question
from zhizao.measure.signal.beside import beside
from zhizao.measure.signal.counted import Counted
from zhizao.measure.signal.fold import all_known, lifted
from zhizao.measure.signal.grid import CLOCK, SLOT, Grid
from zhizao.measure.signal.pieces import Pieces, carried, cut
from zhizao.measure.signal.points import QUANTITY, STEPS, WORDS, Said
from zhizao.measure.signal.reads import names, parts
from zhizao.measure.signal.sources import one_voice
from zhizao.measure.signal.stretches import UNTIL, stretches
from zhizao.measure.states.merges import merges
from zhizao.measure.zones import Clocks
from zhizao.model.expression import Barrier, Fold
from zhizao.model.quantity import Quantity
from zhizao.store.contract import Session


def signal_cells(question: Question, session: Session, placement: Placement, periods: ir.Table, now: datetime) -> Cells:
    """Fold observations into cells: one pass over all signals that are read alone, one more for each set that is read side by side."""
    folding = _Folding(question, session, placement, Grid.of(placement.spans(question.periods)), now)
    rows = of_units(folding.by_entity(), question, placement, periods)
    placed = session.hold("by_entity", placement.place(rows, question.record, periods, question.hierarchies, question.attribute))
    counts = {name: placed[name].sum() for name in folding.counts}
    states = folding.merges([leaf for leaf in question.distinct_leaves if isinstance(leaf.node, Fold)], placed)
    plain = placed.group_by(list(question.keys)).aggregate(**{ROWS: placed.count()}, **counts, **states)
    keyed = {leaf.key: folding.keyed(leaf, leaf.node, placed, periods) for leaf in question.distinct_leaves if isinstance(leaf.node, Barrier)}
    return Cells(question, session.keep("cells", plain), {}, keyed)


@dataclass
class _Folding:
    """The folding of one question's observations."""

    question: Question
    session: Session
    placement: Placement
    grid: Grid
    now: datetime

    @cached_property
    def parts(self) -> tuple[Leaf, ...]:
        return parts(self.question.distinct_leaves)

    @cached_property
    def counted(self) -> dict[str, Counted]:
        """What coverage asks, by the leaf whose answers are counted; of several equal ones once."""
        return {leaf.key: Counted.of(leaf) for leaf, _ in self.question.answers}

    @property
    def counts(self) -> list[str]:
        return [name for counted in self.counted.values() for name in counted.columns]

    @property
    def _entity(self) -> str:
        return self.question.record.entity

    def merges(self, leaves: Iterable[Leaf], rows: ir.Table) -> dict[str, ir.Scalar]:
        """The states of leaves, merged over rows."""
        found: dict[str, ir.Scalar] = {}
        for leaf in leaves:
            found |= merges(leaf.state.columns, leaf.columns(), rows)
        return found

    def keyed(self, leaf: Leaf, barrier: Barrier, placed: ir.Table, periods: ir.Table) -> ir.Table:
        """The states below a barrier, by the barrier's entities that stand on no hierarchy of places."""
        placing = {level.id for h in self.question.hierarchies for level in h.levels}
        keys, rows = list(self.question.keys), placed
        for level in (level for level in barrier_levels(barrier) if level not in placing):
            rows = self.placement.unit(rows, self.question.record, level, f"_at_{level}", periods)
            rows = rows.filter(rows[f"_at_{level}"].notnull())
            keys.append(f"_at_{level}")
        return self.session.keep(f"keyed_{leaf.key}", rows.group_by(keys).aggregate(**self.merges(parts([leaf]), rows)))

    # ── from observations to entities and periods ───────────────────────────────────────────────────────────────────

    def by_entity(self) -> ir.Table:
        """A row an entity and period, with every state and count; also where something was due and nothing came."""
        slots = self.session.hold("slots", self.grid.slots())
        tables = [table for group in self._groups().items() for table in self._of_group(*group, slots)]
        rows = _side_by_side(tables, [self._entity, PERIOD])
        sums = {name: rows[name].sum() for name in self.counts}
        merged = rows.group_by([self._entity, PERIOD]).aggregate(**sums, **self.merges(self.parts, rows))
        answered = {c.answered: (ibis.coalesce(merged[c.answered], 0) > 0).cast("int64") for c in self.counted.values()}
        return merged.mutate(**answered)

    def _groups(self) -> dict[tuple[str, ...], list[Leaf]]:
        """The parts that are folded in one pass, by the quantities they read: those of one quantity together."""
        alone = [part for part in self.parts if len(names(part.node)) == 1]
        groups = {tuple(sorted({name for part in alone for name in names(part.node)})): alone} if alone else {}
        for part in self.parts:
            if len(names(part.node)) > 1:
                groups.setdefault(names(part.node), []).append(part)
        return groups

    def _of_group(self, read: tuple[str, ...], group: list[Leaf], slots: ir.Table) -> list[ir.Table]:
        quantities = tuple(self.placement.library.quantities[name] for name in read)
        alone = len(names(group[0].node)) == 1
        first = self.session.keep("signal", self._first(quantities, group, alone))
        later = self._fold(Pieces(carried(first, self.grid), quantities, alone, later=True), group, [])
        labelled = [self._labelled(table, slots) for table in (first, later)]
        mine = [c for c in self.counted.values() if c.part in group]
        return [*labelled, *([self._due(first, mine, alone)] if mine else [])]

    @property
    def _clocks(self) -> Clocks | None:
        return self.placement.clocks(self.question.periods[0].kind)

    def _labelled(self, table: ir.Table, slots: ir.Table) -> ir.Table:
        """States by slot as states by period, on the clock of each entity; what lies in none of its periods falls away."""
        if self._clocks is None:
            return table.join(slots.drop(CLOCK), SLOT).drop(SLOT)
        placed = self._clocks.beside(table, self._entity, table[SLOT].as_timestamp("us"))
        mine = ibis.coalesce(placed[ZONE], "")
        return placed.mutate(**{CLOCK: mine}).drop(ZONE).join(slots, [CLOCK, SLOT]).drop(CLOCK, SLOT)

    def _begun(self, seen: ir.Table) -> ir.Table:
        """Each entity seen with its periods that have begun since."""
        begun = self.session.hold("spans", self.grid.begun(self.now))
        owed = seen.join(begun, seen["_seen"] < begun["_to"])
        if self._clocks is None:
            return owed
        owed = self._clocks.beside(owed, self._entity, (owed["_to"] - 1).as_timestamp("us"))
        return owed.filter(ibis.coalesce(owed[ZONE], "") == owed[CLOCK])

    def _first(self, quantities: tuple[Quantity, ...], group: Sequence[Leaf], alone: bool) -> ir.Table:
        """The states of each signal, or set of them, in the first slot of every stretch, and what goes on beyond."""
        said = Said(self.session, self.question.record, self.placement.known)
        rising = any(isinstance(part.node, Fold) and part.node.kind == "increase" for part in group)
        points = one_voice(said.points(quantities, self.grid), self.session, self._entity, quantities, self.grid)
        held = stretches(points, [self._entity, QUANTITY], quantities, self.grid, rising=rising)
        held = held if alone else beside(self.session.hold("stretches", held), self._entity, quantities)
        pieces = Pieces(cut(held, self.grid), quantities, alone)
        return self._fold(pieces, group, [QUANTITY] if alone else [], going_on=True)

    def _fold(self, pieces: Pieces, group: Sequence[Leaf], more: Sequence[str], *, going_on: bool = False) -> ir.Table:
        metrics: dict[str, ir.Scalar] = {}
        for part in group:
            metrics |= lifted(part, pieces, self._entity)
        for counted in (c for c in self.counted.values() if c.part in group):
            known, then = (all_known(counted.fold, pieces, then=at) for at in (False, True))
            metrics |= {counted.answered: pieces.rows.count(where=then), counted.trusted: pieces.lasts.sum(where=known)}
        if going_on:
            metrics |= _going_on(pieces.rows, self.grid)
        return pieces.rows.group_by([self._entity, SLOT, *more]).aggregate(**metrics)

    def _due(self, first: ir.Table, counted: Sequence[Counted], alone: bool) -> ir.Table:
        """Who has been heard of owes an answer in every period that has begun since, for as long as the period is, up to now."""
        seen = first.group_by([self._entity, *([QUANTITY] if alone else [])]).aggregate(_seen=first[SLOT].min())
        owed = self._begun(seen)
        nothing, columns = ibis.null("int64"), dict[str, ir.Column]()
        for c in counted:
            mine = owed[QUANTITY] == names(c.fold)[0] if alone else ibis.literal(True)
            columns |= {c.due: ibis.ifelse(mine, ibis.literal(1, "int64"), nothing), c.whole: ibis.ifelse(mine, owed["_length"], nothing)}
        return owed.select(self._entity, PERIOD, **columns)


def _going_on(rows: ir.Table, grid: Grid) -> Mapping[str, ir.Scalar]:
    """Of the one row that holds beyond its slot, until when, and its values."""
    beyond = rows[UNTIL] > rows[SLOT] + grid.width
    columns = [UNTIL, *(name for name in rows.columns if name.endswith((STEPS, WORDS)))]
    return {name: rows[name].max(where=beyond) for name in columns}


def _side_by_side(tables: Sequence[ir.Table], keys: Sequence[str]) -> ir.Table:
    """Tables one below the other, each null in the columns of the others."""
    kinds = {name: table[name].type() for table in tables for name in table.columns}
    wanted = [name for name in kinds if name not in keys]

    def widened(table: ir.Table) -> ir.Table:
        there = set(table.columns)
        return table.select(*keys, **{name: table[name] if name in there else ibis.null(kinds[name]) for name in wanted})

    return reduce(lambda a, b: a.union(b), map(widened, tables))


