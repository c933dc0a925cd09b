"""Roll-up: cells merged into the entities that were asked for; merging is all it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhizao.measure.aim import Aim, Targets
from zhizao.measure.barrier import arithmetic, barrier_levels
from zhizao.measure.calendar import PERIOD
from zhizao.measure.cells import Cells
from zhizao.measure.exact import Exact
from zhizao.measure.leaf import Leaf, tips
from zhizao.measure.merged import Block, Key, Merged
from zhizao.measure.over import Over
from zhizao.measure.question import SPREAD, UNIT, Question
from zhizao.measure.states.merges import merges
from zhizao.model.expression import Barrier, Fold
from zhizao.model.period import Period
from zhizao.store.contract import Session

TARGET = "_target"


def roll_up(
    cells: Cells, session: Session, targets: Targets, aims: Sequence[Aim], periods: Mapping[str, Period], due: ir.Table | None = None
) -> Merged:
    """Merge the cells, and the units due, into the results of every aim."""
    question = cells.question
    levels = sorted({level for leaf in question.leaves if isinstance(leaf.node, Barrier) for level in barrier_levels(leaf.node)})
    map_rows = _map(cells, due, session, targets, aims, periods, levels)
    merged = Merged()
    if not map_rows[TARGET]:
        return merged
    aimed = session.hold("aimed", pa.table(map_rows))
    merged.add(_plain(cells, session, _aimed(cells.plain, aimed, question)))
    if due is not None:
        merged.add(_due(due, session, _aimed(due, aimed, question), question))
    for leaf in question.distinct_leaves:
        if leaf.key in cells.spread:
            merged.add(_spread(leaf, session, _aimed(cells.spread[leaf.key], aimed, question)))
        elif leaf.key in cells.keyed:
            assert isinstance(leaf.node, Barrier)
            merged.add(_below(leaf, leaf.node, session, _aimed(cells.keyed[leaf.key], aimed, question)))
    return merged


def _map(
    cells: Cells,
    due: ir.Table | None,
    session: Session,
    targets: Targets,
    aims: Sequence[Aim],
    periods: Mapping[str, Period],
    levels: Sequence[str],
) -> dict[str, list[Any]]:
    """For every place and period the results it belongs to, and the entities of the barriers' levels above it."""
    question = cells.question
    keys = [PERIOD, *question.places]
    lying = cells.plain.select(*keys).distinct()
    lying = lying if due is None else lying.union(due.select(*keys).distinct(), distinct=True)
    found: dict[str, list[Any]] = {name: [] for name in (*keys, TARGET, "_whole", *(f"_above_{lv}" for lv in levels))}
    known: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    rows = session.fetch(lying)
    for label, *place_ in zip(*(rows[name].to_pylist() for name in keys), strict=True):
        if label not in periods:
            continue
        place, period = tuple(place_), periods[label]
        # What lies above a place is the same in every period unless something above the leaves moves.
        key = (*place, label) if targets.placement.moves_above else place
        if key not in known:
            above = [targets.level_entity(level, place, period) for level in levels]
            entries = ((name, not aim.unit_level, *above) for aim in aims for name in targets.labels(aim, place, period))
            # Several units asked for lie at one place under one entry: their names come from the rows.
            known[key] = list(dict.fromkeys(entries))
        for entry in known[key]:
            for column, value in zip(found.values(), (label, *place, *entry), strict=True):
                column.append(value)
    return found


def _aimed(table: ir.Table, aimed: ir.Table, question: Question) -> ir.Table:
    """The cells with the name of the result each belongs to."""
    keys = [PERIOD, *question.places]
    aimed = aimed.rename({f"{k}_aim": k for k in keys})
    joined = table.join(aimed, [table[k] == aimed[f"{k}_aim"] for k in keys])
    joined = joined.drop(*(f"{k}_aim" for k in keys))
    if not question.unit_level:
        return joined
    unit, label = joined[UNIT], joined[TARGET]
    return joined.mutate(**{TARGET: ibis.cases((joined["_whole"], label), (label == "", unit), else_=label.concat("+", unit))})


def _plain(cells: Cells, session: Session, aimed: ir.Table) -> Block:
    """One grouping merges every plain state and every count."""
    question = cells.question
    plain = [leaf for leaf in question.distinct_leaves if leaf.key not in cells.spread and leaf.key not in cells.keyed]
    state_columns = {name for leaf in plain for name in leaf.columns()}
    counts = [name for name in cells.plain.columns if name not in state_columns and name not in question.keys]
    metrics: dict[str, ir.Scalar] = {name: aimed[name].sum() for name in counts}
    for leaf in plain:
        metrics |= merges(leaf.state.columns, leaf.columns(), aimed)
    return _block(session.fetch(aimed.group_by([TARGET, PERIOD]).aggregate(**metrics)))


def _due(due: ir.Table, session: Session, aimed: ir.Table, question: Question) -> Block:
    names = [name for name in due.columns if name not in question.keys]
    return _block(session.fetch(aimed.group_by([TARGET, PERIOD]).aggregate(**{name: aimed[name].sum() for name in names})))


def _block(rows: pa.Table, prefix: str = "") -> Block:
    """Fetched rows by target and period, their columns under names of their own."""
    names = [name for name in rows.column_names if name not in (TARGET, PERIOD)]
    return Block(rows[TARGET].to_pylist(), rows[PERIOD].to_pylist(), {prefix + name: rows[name] for name in names})


def _spread(leaf: Leaf, session: Session, aimed: ir.Table) -> Block:
    """Maps of counts, or the smallest keys, gathered per result."""
    column = leaf.state.columns[0]
    table = aimed.group_by([TARGET, PERIOD, SPREAD]).aggregate(n=aimed["n"].sum())
    if column.rule == "bottom":
        rank = ibis.row_number().over(ibis.window(group_by=[TARGET, PERIOD], order_by=table[SPREAD]))
        table = table.mutate(rank=rank)
        table = table.filter(table["rank"] < column.keep)
    gathered: dict[Key, list[Any]] = {}
    for row in session.fetch(table.order_by(SPREAD)).to_pylist():
        entry = row[SPREAD] if column.rule == "bottom" else (int(row[SPREAD]), int(row["n"]))
        gathered.setdefault((row[TARGET], row[PERIOD]), []).append(entry)
    return Block([e for e, _ in gathered], [p for _, p in gathered], {leaf.columns()[0]: [tuple(entries) for entries in gathered.values()]})


def _below(leaf: Leaf, barrier: Barrier, session: Session, aimed: ir.Table) -> Block:
    """Merge each barrier entity's parts inside the result, finish them there, and fold the finished values."""
    return _block(session.fetch(_finished(leaf, barrier, aimed, [TARGET, PERIOD])), f"{leaf.key}_")


def _finished(leaf: Leaf, barrier: Barrier, table: ir.Table, keys: list[str]) -> ir.Table:
    """The state above a barrier for each group of keys; nested barriers are finished first, deeper keys inside."""
    level = f"_at_{barrier.level}" if f"_at_{barrier.level}" in table.columns else f"_above_{barrier.level}"
    inner_keys = [*keys, level]
    inner = [t for t in tips(barrier.of) if isinstance(t, Barrier)]
    table = table.filter(table[level] != "")
    if inner:
        merged = _finished(leaf, inner[0], table, inner_keys)
        value = arithmetic(barrier.of, lambda _: _finish_over(leaf, inner[0], merged), leaf.zero, leaf.scale)
    else:
        merged = table.group_by(inner_keys).aggregate(**_merge_parts(leaf, barrier, table))
        value = arithmetic(barrier.of, lambda fold: _finish_part(leaf, fold, merged), leaf.zero, leaf.scale)
    weight = None
    if barrier.weight is not None:
        weight = arithmetic(barrier.weight, lambda fold: _finish_part(leaf, fold, merged), leaf.zero, leaf.scale).whole
    over = Over(barrier.kind, barrier.weight is not None, leaf.scale)
    return merged.group_by(keys).aggregate(**over.lift_finished(value.to(leaf.scale), weight, None))


def _merge_parts(leaf: Leaf, barrier: Barrier, table: ir.Table) -> dict[str, ir.Scalar]:
    sides = (barrier.of, *((barrier.weight,) if barrier.weight is not None else ()))
    parts = [Leaf(t, leaf.missing, leaf.needs) for side in sides for t in tips(side)]
    found: dict[str, ir.Scalar] = {}
    for part in parts:
        found |= merges(part.state.columns, part.columns(), table)
    return found


def _finish_part(leaf: Leaf, fold: Fold | Barrier, merged: ir.Table) -> Exact:
    """The column that a merged part's finished value is: its sum, its count, its extreme."""
    return Exact.of(merged[Leaf(fold, leaf.missing, leaf.needs).columns()[0]])


def _finish_over(leaf: Leaf, barrier: Barrier, merged: ir.Table) -> Exact:
    """The finished value of a nested barrier, from the columns of its state."""
    if barrier.kind == "count":
        return Exact(merged["n"])
    name = "value" if barrier.kind in ("min", "max") else "total"
    total = Exact(merged[name].cast("decimal(38, 0)"), leaf.scale)
    return total.over(Exact(merged["n" if barrier.weight is None else "weight"]), scale=leaf.scale) if barrier.kind == "mean" else total
