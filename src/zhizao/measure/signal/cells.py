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
from zhizao.measure.signal.aggregates import folded
from zhizao.measure.signal.beside import beside
from zhizao.measure.signal.clock import Clock
from zhizao.measure.signal.counted import Counted
from zhizao.measure.signal.grid import SLOT, Grid
from zhizao.measure.signal.pieces import Pieces, carried, cut
from zhizao.measure.signal.points import QUANTITY, STEPS, WORDS, Said
from zhizao.measure.signal.reads import names, parts
from zhizao.measure.signal.sources import one_voice
from zhizao.measure.signal.stretches import UNTIL, stretches
from zhizao.measure.states.merges import merges
from zhizao.model.expression import Barrier, Fold
from zhizao.model.quantity import Quantity
from zhizao.store.contract import Session


def signal_cells(question: Question, session: Session, placement: Placement, periods: ir.Table, now: datetime) -> Cells:
    """Fold observations into cells: one pass over all signals that are read alone, one more for each set that is read side by side."""
    folding = _Folding(question, session, placement, Clock.of(placement, question.periods), now)
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
    clock: Clock
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
    def grid(self) -> Grid:
        return self.clock.grid

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
        tables = [table for group in self._groups() for table in self._of_group(group)]
        rows = _side_by_side(tables, [self._entity, PERIOD])
        sums = {name: rows[name].sum() for name in self.counts}
        merged = rows.group_by([self._entity, PERIOD]).aggregate(**sums, **self.merges(self.parts, rows))
        flags = {c.answered: (ibis.coalesce(merged[c.answered], 0) > 0).cast("int64") for c in self.counted.values()}
        return merged.mutate(**flags)

    def _groups(self) -> list[list[Leaf]]:
        """The parts that are folded in one pass: those that read one quantity each, and those that read the same set of them."""
        alone = [part for part in self.parts if len(names(part.node)) == 1]
        together: dict[tuple[str, ...], list[Leaf]] = {}
        for part in (part for part in self.parts if len(names(part.node)) > 1):
            together.setdefault(names(part.node), []).append(part)
        return [*([alone] if alone else []), *together.values()]

    def _of_group(self, group: list[Leaf]) -> list[ir.Table]:
        read = sorted({name for part in group for name in names(part.node)})
        quantities = tuple(self.placement.library.quantities[name] for name in read)
        alone = len(names(group[0].node)) == 1
        mine = [c for c in self.counted.values() if c.part in group]
        first = self.session.keep("signal", self._first(quantities, group, mine, alone))
        pieces = Pieces(carried(first, self.grid), quantities, alone, later=True)
        later = folded(pieces, self._entity, group, mine, [self._entity, SLOT, *([QUANTITY] if alone else [])], {})
        labelled = [self.clock.labelled(table, self._entity, self.session) for table in (first, later)]
        return [*labelled, *([self._due(first, mine, alone)] if mine else [])]

    def _first(self, quantities: tuple[Quantity, ...], group: Sequence[Leaf], counted: Sequence[Counted], alone: bool) -> ir.Table:
        """The states of each signal, or set of them, in the first slot of every stretch, and what goes on beyond."""
        said = Said(self.session, self.question.record, self.placement.known)
        rising = any(isinstance(part.node, Fold) and part.node.kind == "increase" for part in group)
        points = one_voice(said, said.points(quantities, self.grid), quantities, self.grid)
        held = stretches(points, [self._entity, QUANTITY], quantities, self.grid, rising=rising)
        held = held if alone else beside(self.session.hold("stretches", held), self._entity, quantities)
        pieces = Pieces(cut(held, self.grid), quantities, alone)
        keys = [self._entity, SLOT, *([QUANTITY] if alone else [])]
        return folded(pieces, self._entity, group, counted, keys, _going_on(pieces.rows, self.grid))

    def _due(self, first: ir.Table, counted: Sequence[Counted], alone: bool) -> ir.Table:
        """Who has been heard of owes an answer in every period that has begun since, for as long as the period is, up to now."""
        seen = first.group_by([self._entity, *([QUANTITY] if alone else [])]).aggregate(_seen=first[SLOT].min())
        lengths = self.session.hold("lengths", self.grid.lengths(self.now)).rename(_in=ZONE)
        seen = self.clock.zoned(seen, self._entity, "_seen")
        owed = seen.join(lengths, [seen[ZONE] == lengths["_in"], seen["_seen"] < lengths["_to"]])
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


