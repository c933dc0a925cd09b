"""Cells: the states of facts at the common refinement of the hierarchies, from which every total is a merge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir

from zhizao.errors import InputError
from zhizao.measure.calendar import PERIOD, label
from zhizao.measure.edges import Attribute, place_column
from zhizao.measure.exact import Exact
from zhizao.measure.leaf import Leaf, tips
from zhizao.measure.over import SCALE, Over
from zhizao.measure.placement import Placement
from zhizao.measure.rows import column, number
from zhizao.measure.states.last import STAMP
from zhizao.model.entity import Hierarchy, level_of
from zhizao.model.expression import Barrier, Expr, Fold, Number, Op, Row
from zhizao.model.indicator import Missing, ZeroRule
from zhizao.model.period import Period
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.store.contract import Session

UNIT = "_unit"
SPREAD = "_spread"
ROWS = "_rows"
REPORTS = "_reports"
"""Where a unit may give several rows a period: how many units and periods there are rows of."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which cells are wanted: leaves over one record type, in some periods, placed in some hierarchies, perhaps per unit."""

    record: RecordType
    leaves: tuple[Leaf, ...]
    periods: tuple[Period, ...]
    hierarchies: tuple[Hierarchy, ...]
    answers: tuple[tuple[Leaf, str], ...] = ()
    """What coverage asks: a leaf of each indicator, and the field that weighs its answers ('' for none)."""
    unit_level: str = ""
    units: tuple[str, ...] = ()
    inside: str = ""
    attribute: Attribute = "place"

    @property
    def places(self) -> tuple[str, ...]:
        """The place columns of its cells."""
        return tuple(place_column(h) for h in self.hierarchies)

    @property
    def distinct_leaves(self) -> tuple[Leaf, ...]:
        """Its leaves, each once."""
        return tuple({leaf.key: leaf for leaf in self.leaves}.values())

    @property
    def weights(self) -> tuple[str, ...]:
        """The fields that weigh answers."""
        return tuple(dict.fromkeys(weight for _, weight in self.answers if weight))

    @property
    def keys(self) -> tuple[str, ...]:
        """The key columns of its cells."""
        return (PERIOD, *self.places, *((UNIT,) if self.unit_level else ()))

    @property
    def counts_reports(self) -> bool:
        """Whether rows must be told apart from reports to know who answered."""
        return self.record.is_due and not self.record.has_one_row


@dataclass(frozen=True, slots=True)
class Cells:
    """The answer: one table of plain states, and one for each state that needs keys of its own."""

    question: Question
    plain: ir.Table
    spread: Mapping[str, ir.Table] = field(default_factory=dict)
    keyed: Mapping[str, ir.Table] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows with period, places and unit, and the fields of which every stored row is known to report something."""

    table: ir.Table
    filled: frozenset[str]

    def complete(self, needs: Iterable[str]) -> ir.BooleanValue | None:
        """Whether a row reports every field it must; None where there is nothing to ask."""
        flags = [self.table[name].notnull() for name in needs if name not in self.filled]
        return ibis.and_(*flags) if flags else None


def placed_rows(question: Question, session: Session, placement: Placement, periods: ir.Table) -> Rows:
    """The rows of the record type in the periods asked for, each with period, places and unit."""
    rows = session.relation(question.record, placement.known)
    filled = session.filled(question.record, placement.known)
    rows = rows.mutate(**{PERIOD: label(rows, question.record, question.periods[0].kind)})
    rows = rows.filter(_asked(rows[PERIOD], question.periods))
    if any(isinstance(t, Fold) and t.kind == "last" for leaf in question.leaves for t in (leaf.node, *_inner(leaf))):
        rows = rows.mutate(**{STAMP: stamp(rows, question.record)})
    rows = of_units(rows, question, placement, periods)
    return Rows(placement.place(rows, question.record, periods, question.hierarchies, question.attribute), filled)


def _asked(period: ir.StringValue, periods: Sequence[Period]) -> ir.BooleanValue:
    """Whether a row's period is asked for; of a whole stretch only the ends are compared, and what else lies there gets no name later."""
    first, last = min(periods), max(periods)
    if len(periods) == len(first.through(last)):
        return period.between(str(first), str(last))
    return period.isin([str(p) for p in periods])


def stamp(rows: ir.Table, record: RecordType) -> ir.StringValue:
    """What orders rows in time, whatever order they came in: when they hold, then their key."""
    parts = [rows[name].cast("string").fill_null("") for name in (record.time, *record.key)]
    return parts[0].concat(*(part for other in parts[1:] for part in ("|", other)))


def of_units(rows: ir.Table, question: Question, placement: Placement, periods: ir.Table) -> ir.Table:
    """The rows with the unit each is about, where units are asked for: only those of the units, or inside the unit, that are meant."""
    if question.inside:
        rows = placement.unit(rows, question.record, level_of(question.inside), "_inside", periods)
        rows = rows.filter(rows["_inside"] == question.inside).drop("_inside")
    if not question.unit_level:
        return rows
    rows = placement.unit(rows, question.record, question.unit_level, UNIT, periods)
    return rows.filter(rows[UNIT].isin(question.units)) if question.units else rows.filter(rows[UNIT].notnull())


def build(question: Question, session: Session, placement: Placement, periods: ir.Table) -> Cells:
    """Fold the facts into cells: one pass for all plain states, one more for each state with keys of its own."""
    rows = placed_rows(question, session, placement, periods)
    plain: dict[str, ir.Scalar] = {ROWS: rows.table.count(), REPORTS: _reports(question, rows.table, None), **_answers(question, rows)}
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


def _answers(question: Question, rows: Rows) -> dict[str, ir.Scalar]:
    table = rows.table
    found: dict[str, ir.Scalar] = {f"w_{weight}": table[weight].sum() for weight in question.weights}
    for leaf, weight in question.answers:
        flag = rows.complete(leaf.needs)
        found[leaf.answers] = _reports(question, table, flag)
        if weight:
            found[f"{leaf.answers}_w_{weight}"] = table[weight].sum(where=flag)
    return found


def _reports(question: Question, rows: ir.Table, where: ir.BooleanValue | None) -> ir.IntegerScalar:
    """How many rows there are, or, where several make one report, units and periods they are about."""
    if not question.counts_reports:
        return rows.count(where=where)
    return rows[question.record.entity].concat("|", rows[question.record.time]).nunique(where=where)


def _prefixed(leaf: Leaf, columns: Mapping[str, ir.Scalar]) -> dict[str, ir.Scalar]:
    return {f"{leaf.key}_{name}": value for name, value in columns.items()}


def _where(leaf: Leaf, node: Fold, rows: Rows) -> ir.BooleanValue | None:
    flags = [flag for flag in (rows.complete(leaf.needs), number_flag(node.where, rows.table, leaf.missing)) if flag is not None]
    return ibis.and_(*flags) if flags else None


def number_flag(where: Row | None, rows: ir.Table, missing: Missing) -> ir.BooleanValue | None:
    """A condition as a truth column, None where there is none."""
    return None if where is None else column(where, rows, missing)


def _lift(leaf: Leaf, node: Fold, rows: Rows) -> dict[str, ir.Scalar] | None:
    """The aggregates of a plain state; None where the state spreads over keys of its own."""
    value = _value(node, rows.table, leaf.missing)
    if value is not None and leaf.state.spread(value) is not None:
        return None
    return leaf.state.lift(value, rows.table, _where(leaf, node, rows))


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


def _inner(leaf: Leaf) -> tuple[Fold | Barrier, ...]:
    return tuple(tips(leaf.node.of)) if isinstance(leaf.node, Barrier) else ()


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
    value = arithmetic(barrier.of, of_row, leaf.zero).to(SCALE)
    weight = arithmetic(barrier.weight, of_row, leaf.zero).whole if barrier.weight is not None else None
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


def barrier_levels(barrier: Barrier) -> list[str]:
    """The levels of a barrier and of those nested in it, outermost first."""
    inner = [t for t in tips(barrier.of) if isinstance(t, Barrier)]
    return [barrier.level, *(barrier_levels(inner[0]) if inner else [])]


def folds_below(barrier: Barrier) -> list[Fold]:
    """Every fold under a barrier, its weights included, through nested barriers."""
    sides = (barrier.of, *((barrier.weight,) if barrier.weight is not None else ()))
    found: list[Fold] = []
    for tip in (t for side in sides for t in tips(side)):
        found += folds_below(tip) if isinstance(tip, Barrier) else [tip]
    return found


def arithmetic(tree: Expr, leaf: Callable[[Fold | Barrier], Exact], zero: ZeroRule) -> Exact:
    """Finished values below a barrier, in exact whole numbers; ``leaf`` gives the column of each fold or barrier.

    Raises:
        InputError: a finisher that has no exact form below a barrier.
    """
    match tree:
        case Fold() | Barrier():
            return leaf(tree)
        case Number(value=value):
            places = max(0, -int(value.as_tuple().exponent))
            return Exact(ibis.literal(int(value.scaleb(places)), "int64"), places)
        case Op(op="neg", args=(one,)):
            found = arithmetic(one, leaf, zero)
            return Exact(-found.whole, found.scale)
        case Op(op=op, args=(left, right)):
            a, b = arithmetic(left, leaf, zero), arithmetic(right, leaf, zero)
            return {"+": lambda: a.plus(b), "-": lambda: a.plus(b, -1), "*": lambda: a.times(b), "/": lambda: a.over(b, zero)}[op]()
    raise InputError(
        Text("门槛以下只能用 + - * /", "below a barrier only + - * / have an exact form"),
        cure=Text("把其他运算移到门槛之上", "move the other operation above the barrier"),
    )
