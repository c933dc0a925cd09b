"""Cells: the states of facts at the common refinement of the hierarchies, from which every total is a merge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import ibis
import ibis.expr.types as ir

from zhizao.errors import InputError
from zhizao.measure.barrier import arithmetic, barrier_levels, folds_below
from zhizao.measure.exact import Exact
from zhizao.measure.leaf import Leaf
from zhizao.measure.over import Over
from zhizao.measure.placed import Rows, placed_rows
from zhizao.measure.placement import Placement
from zhizao.measure.question import REPORTS, ROWS, SPREAD, Question
from zhizao.measure.reach import parts_of
from zhizao.measure.rows import column, number
from zhizao.model.expression import Barrier, Fold, Row
from zhizao.model.indicator import Missing
from zhizao.model.text import Text
from zhizao.store.contract import Session


@dataclass(frozen=True, slots=True)
class Cells:
    """The answer: one table of plain states, and one for each state that needs keys of its own."""

    question: Question
    plain: ir.Table
    spread: Mapping[str, ir.Table] = field(default_factory=dict)
    keyed: Mapping[str, ir.Table] = field(default_factory=dict)


def build(question: Question, session: Session, placement: Placement, periods: ir.Table, now: datetime) -> Cells:
    """Fold the facts into cells: one pass for all plain states, one more for each state with keys of its own."""
    rows = placed_rows(question, session, placement, periods)
    plain: dict[str, ir.Scalar] = {ROWS: rows.table.count(), **_answers(question, rows, now)}
    spread: dict[str, ir.Table] = {}
    keyed: dict[str, ir.Table] = {}
    for leaf in question.distinct_leaves:
        if isinstance(leaf.node, Barrier):
            if leaf.is_unit_row(question.record, question.periods[0].kind):
                plain |= _prefixed(leaf, _lift_unit_rows(question, leaf, leaf.node, rows))
            else:
                keyed[leaf.key] = session.keep(f"keyed_{leaf.key}", _key(question, leaf, leaf.node, rows, placement, periods))
        elif (lifted := _lift(leaf, leaf.node, rows)) is not None:
            plain |= _prefixed(leaf, lifted)
        else:
            spread[leaf.key] = session.keep(f"spread_{leaf.key}", _spread(question, leaf, leaf.node, rows))
    table = rows.table.group_by(list(question.keys)).aggregate(**plain)
    return Cells(question, session.keep("cells", table), spread, keyed)


def _answers(question: Question, rows: Rows, now: datetime) -> dict[str, ir.Scalar]:
    """Which reports came, which of them answered, and what they weigh; those that came before they were due do neither."""
    table, over = rows.table, _over(question, rows.table, now)
    found: dict[str, ir.Scalar] = {REPORTS: _reports(question, table, over)}
    found |= {f"w_{weight}": _only(table[weight], over).sum() for weight in question.weights}
    for leaf, weight in question.answers:
        flag = _both(rows.complete(leaf.needs), over)
        found[leaf.answers] = _reports(question, table, flag)
        if weight:
            found[f"{leaf.answers}_w_{weight}"] = _only(table[weight], flag).sum()
    return found


def _over(question: Question, rows: ir.Table, now: datetime) -> ir.BooleanValue | None:
    """Whether the period a report is about is over, so that it was due; None where that holds for all, or nothing ever is due.

    The names of periods of one kind are in the order of time, so the first that is not over parts them.
    """
    record = question.record
    if not record.is_due:
        return None
    early = [str(part) for period in question.periods if period.end > now for part in parts_of(period, record.period) if part.end > now]
    return rows[record.time] < min(early) if early else None


def _both(one: ir.BooleanValue | None, other: ir.BooleanValue | None) -> ir.BooleanValue | None:
    """Two conditions as one, None where there is neither."""
    flags = [flag for flag in (one, other) if flag is not None]
    return ibis.and_(*flags) if flags else None


def _reports(question: Question, rows: ir.Table, where: ir.BooleanValue | None) -> ir.IntegerScalar:
    """How many rows there are, or, where several make one report, units and periods they are about."""
    if not question.counts_reports:
        return rows.count(where=where)
    return rows[question.record.entity].concat("|", rows[question.record.time]).nunique(where=where)


def _prefixed(leaf: Leaf, columns: Mapping[str, ir.Scalar]) -> dict[str, ir.Scalar]:
    return {f"{leaf.key}_{name}": value for name, value in columns.items()}


def _where(leaf: Leaf, node: Fold, rows: Rows) -> ir.BooleanValue | None:
    return _both(rows.complete(leaf.needs), number_flag(node.where, rows.table, leaf.missing))


def number_flag(where: Row | None, rows: ir.Table, missing: Missing) -> ir.BooleanValue | None:
    """A condition as a truth column, None where there is none."""
    return None if where is None else column(where, rows, missing)


def _lift(leaf: Leaf, node: Fold, rows: Rows) -> dict[str, ir.Scalar] | None:
    """The aggregates of a plain state; None where the state spreads over keys of its own."""
    value = _value(node, rows.table, leaf.missing)
    if value is not None and leaf.state.spread(value) is not None:
        return None
    flag = _where(leaf, node, rows)
    if value is None or flag is None:
        return leaf.state.lift(value, rows.table, flag)
    return leaf.state.lift(_only(value, flag), rows.table, None)


def _only(value: ir.Column, where: ir.BooleanValue | None) -> ir.Column:
    """A column where a condition holds, null elsewhere: folds pass over null, and engines over fewer kinds of rows."""
    return value if where is None else ibis.ifelse(where, value, ibis.null(value.type()))


def _value(node: Fold, rows: ir.Table, missing: Missing) -> ir.Column | None:
    if node.of is None:
        return None
    return column(node.of, rows, missing) if node.kind in ("count", "distinct") else number(node.of, rows, missing)


def _spread(question: Question, leaf: Leaf, node: Fold, rows: Rows) -> ir.Table:
    value = _value(node, rows.table, leaf.missing)
    assert value is not None
    flag = _where(leaf, node, rows)
    kept = rows.table.filter(value.notnull() if flag is None else value.notnull() & flag)
    kept = kept.mutate(**{SPREAD: leaf.state.spread(_value(node, kept, leaf.missing))})
    return kept.group_by([*question.keys, SPREAD]).aggregate(n=kept.count())


# ── below a barrier ─────────────────────────────────────────────────────────────────────────────────────────────


def _lift_unit_rows(question: Question, leaf: Leaf, barrier: Barrier, rows: Rows) -> dict[str, ir.Scalar]:
    """Where each row is one entity of the barrier, its value is finished in the row itself."""

    def of_row(fold: Fold | Barrier) -> Exact:
        assert isinstance(fold, Fold), "a nested barrier has no row of its own"
        flag = _where(leaf, fold, rows)
        if fold.kind == "count":
            counted = _value(fold, rows.table, leaf.missing)
            present = (rows.table[question.record.entity] if counted is None else counted).notnull()
            return Exact((present if flag is None else present & flag).cast("int64"))
        value = _value(fold, rows.table, leaf.missing)
        assert value is not None
        exact = Exact.of(value)
        return (
            exact
            if number_flag(fold.where, rows.table, leaf.missing) is None
            else Exact(ibis.ifelse(flag, exact.whole, ibis.null()), exact.scale)
        )

    over = leaf.state
    assert isinstance(over, Over)
    value = arithmetic(barrier.of, of_row, leaf.zero, leaf.scale).to(leaf.scale)
    weight = arithmetic(barrier.weight, of_row, leaf.zero, leaf.scale).whole if barrier.weight is not None else None
    return over.lift_finished(value, weight, rows.complete(leaf.needs))


def _key(question: Question, leaf: Leaf, barrier: Barrier, rows: Rows, placement: Placement, periods: ir.Table) -> ir.Table:
    """States keyed by the barrier's entity and place: an entity's parts in several places are merged before it is finished."""
    names = {level: f"_at_{level}" for level in barrier_levels(barrier)}
    placing = {level.id for h in question.hierarchies for level in h.levels}
    keys = list(question.keys)
    for level, name in names.items():
        if level in placing:
            continue
        table = placement.unit(rows.table, question.record, level, name, periods)
        rows = replace(rows, table=table.filter(table[name].notnull()))
        keys.append(name)
    metrics: dict[str, ir.Scalar] = {}
    for fold in folds_below(barrier):
        part = Leaf(fold, leaf.missing, leaf.needs)
        lifted = _lift(part, fold, rows)
        if lifted is None:
            raise InputError(
                Text(f"门槛以下不能使用 {fold.kind}", f"{fold.kind} cannot stand below a barrier"),
                cure=Text("改用 sum、count、min、max", "use sum, count, min or max"),
            )
        metrics |= _prefixed(part, lifted)
    return rows.table.group_by(keys).aggregate(**metrics)
