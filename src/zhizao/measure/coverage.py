"""Coverage: which units were due to answer, where they lie, and what those that did not answer weigh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import reduce

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhizao.measure import calendar
from zhizao.measure.arithmetic.estimates import Estimate, Estimates, read_floats, settled
from zhizao.measure.calendar import PERIOD
from zhizao.measure.cells import Cells
from zhizao.measure.frame import Floats, Frame
from zhizao.measure.leaf import leaves
from zhizao.measure.merged import Merged
from zhizao.measure.placed import of_units
from zhizao.measure.placement import Placement
from zhizao.measure.question import REPORTS, Question
from zhizao.measure.reach import parts_of, reach, years_of
from zhizao.measure.signal.counted import Counted
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period, PeriodKind
from zhizao.model.quantity import SIGNALS
from zhizao.store.contract import Session

DUE = "_due"
PART = "_part"
DECIMALS = 6
"""Of coverage as printed."""


def behind(indicator: Indicator, period: Period, native: PeriodKind) -> list[Period]:
    """The periods whose reports stand behind a value: of a window its years, else the period asked for.

    Where the formula reads neither, whatever it does read in there: a value at the end of a year stands on the last month's reports.
    What it reads of other periods, as growth does, is covered by the values of those.
    """
    assert indicator.tree is not None
    read = reach(indicator.tree, period, native)
    asked = set(years_of(period)) if period.kind == "window" else {period}
    return sorted(read & asked or {p for p in read if period.first_day <= p.first_day <= period.last_day})


def due(cells: Cells, session: Session, placement: Placement, asked: Sequence[Period], now: datetime) -> ir.Table | None:
    """The number of reports due in each place and period, with the weight of those that did not come.

    A unit owes a report for each of the record's periods that is over, where it belongs to the plan's hierarchies in the period asked for;
    in a period of which nothing is over, it owes none but is named.
    A missing report weighs what the last one before it did. None where the facts are not about units that owe reports.
    """
    question = cells.question
    if not asked:
        return None
    periods = session.hold("due_periods", pa.table(calendar.table(asked)))
    placed = _placed(question, placement, periods)
    if placed is None:
        return None
    over = {str(period): [str(p) for p in parts_of(period, question.record.period) if p.end <= now] for period in asked}
    owed = session.hold("owed", pa.table({PERIOD: list(over), "_n": [len(parts) for parts in over.values()]}))
    keys = [name for name in question.keys if name in placed.columns]
    counted = placed.group_by(keys).aggregate(_units=placed.count())
    counted = counted.join(owed, PERIOD) if PERIOD in keys else counted.cross_join(owed)
    counted = session.keep("due", counted.mutate(**{DUE: counted["_units"] * counted["_n"]}).drop("_units", "_n"))
    if not question.weights or not _anyone_silent(cells, session, placement, counted, periods):
        return counted
    placed, parts = session.hold("units", placed), session.hold("parts", _parts(over))
    expected = placed.join(parts, PERIOD) if PERIOD in keys else placed.cross_join(parts)
    return session.keep("due", _with_silent_weight(question, session, placement, expected, counted))


def _parts(over: Mapping[str, Sequence[str]]) -> pa.Table:
    """Each period asked for with those of the record's own periods in it that are over."""
    pairs = [(period, part) for period, parts in over.items() for part in parts]
    labels = {PERIOD: [period for period, _ in pairs], PART: [part for _, part in pairs]}
    return pa.table(labels, pa.schema(dict.fromkeys(labels, pa.string()).items()))


def _placed(question: Question, placement: Placement, periods: ir.Table) -> ir.Table | None:
    """Every unit of the record's level that belongs somewhere, with its places; in each period where belonging begins or ends.

    A unit belongs where a hierarchy places it, and as a part of something, as a machine does of a line. None where the facts are not about
    units that owe reports, or no unit belongs anywhere.
    """
    record, level = question.record, question.record.level
    if not level or not record.is_due or any(level in h.prefixes for h in placement.hierarchies):
        return None
    known = placement.memberships.directory(question.hierarchies, question.attribute)
    parts = _parts_of_something(placement, periods)
    if parts is None:
        return None if known is None else _in_directory(question, placement, known, periods)
    children = parts.select("child") if known is None else parts.select("child").union(known.select("child"))
    units = children.filter(children.child.startswith(f"{level}:")).distinct().rename({record.entity: "child"})
    if placement.memberships.is_dated(question.hierarchies):
        units = units.cross_join(periods.select(PERIOD))
    placed = placement.place(of_units(units, question, placement, periods), record, periods, question.hierarchies, question.attribute)
    parts = parts.rename({f"_part_{name}": name for name in parts.columns}).mutate(_is_part=True).view()
    fits = [placed[record.entity] == parts["_part_child"], *([placed[PERIOD] == parts[f"_part_{PERIOD}"]] if PERIOD in placed.columns else [])]
    joined = placed.left_join(parts, fits)
    return joined.filter(joined["_is_part"].notnull() | _anywhere(joined, question)).select(*placed.columns)


def _in_directory(question: Question, placement: Placement, known: ir.Table, periods: ir.Table) -> ir.Table:
    """The units that hierarchies place, where nothing is part of anything."""
    record = question.record
    units = known.filter(known.child.startswith(f"{record.level}:")).rename({record.entity: "child"})
    if not placement.memberships.is_dated(question.hierarchies):
        units = of_units(units, question, placement, periods)
        places = {name: ibis.coalesce(units[name], "") if name in units.columns else ibis.literal("") for name in question.places}
        return units.mutate(**places)
    each = units.select(record.entity).distinct().cross_join(periods.select(PERIOD))
    placed = placement.place(of_units(each, question, placement, periods), record, periods, question.hierarchies, question.attribute)
    return placed.filter(_anywhere(placed, question))


def _anywhere(placed: ir.Table, question: Question) -> ir.BooleanValue:
    return ibis.or_(*(placed[name] != "" for name in question.places)) if question.places else ibis.literal(False)


def _parts_of_something(placement: Placement, periods: ir.Table) -> ir.Table | None:
    """Whatever is part of something (child); in each period where being so begins or ends. None where nothing is."""
    if placement.memberships.hosts is None:
        return None
    parts = placement.memberships.parts
    if not parts.dated and not placement.memberships.is_dated(placement.hierarchies):
        return parts.table.select("child").distinct()
    pairs = periods.cross_join(parts.table)
    day = pairs[placement.parts_day]
    held = pairs.filter((pairs["_from"] <= day) & (day < pairs["_to"]))
    return held.select("child", PERIOD).distinct()


def _anyone_silent(cells: Cells, session: Session, placement: Placement, counted: ir.Table, periods: ir.Table) -> bool:
    """Whether fewer reports came from units that belong somewhere than were due; taken for granted where units lie in no hierarchy.

    None of those that came was early (see cells), so that none stands in for one that is missing.
    """
    if placement.memberships.hosts is not None:
        return True
    plain = cells.plain.semi_join(periods, PERIOD)
    nowhere = ibis.and_(*(plain[name] == "" for name in cells.question.places))
    answered = plain.filter(~nowhere).aggregate(answered=plain[REPORTS].sum())
    row = session.fetch(counted.aggregate(due=counted[DUE].sum()).cross_join(answered)).to_pylist()[0]
    return int(row["due"] or 0) > int(row["answered"] or 0)


def _with_silent_weight(question: Question, session: Session, placement: Placement, expected: ir.Table, counted: ir.Table) -> ir.Table:
    facts = _reported(question, session.relation(question.record, placement.known))
    entity = question.record.entity
    silent = session.hold("silent", expected.anti_join(facts, [expected[entity] == facts._of, expected[PART] == facts._in]))
    joined = silent.join(facts, silent[entity] == facts._of)
    earlier = joined.filter(joined["_in"] < joined[PART])
    last = earlier.group_by([entity, PART, *question.keys]).aggregate(
        **{w: earlier[f"_{w}"].argmax(earlier["_in"], where=earlier[f"_{w}"].notnull()) for w in question.weights}
    )
    weights = last.group_by(list(question.keys)).aggregate(**{f"{DUE}_w_{w}": last[w].sum() for w in question.weights})
    joined = counted.left_join(weights, list(question.keys))
    return joined.select(*question.keys, DUE, *(f"{DUE}_w_{w}" for w in question.weights))


def _reported(question: Question, facts: ir.Table) -> ir.Table:
    """Who reported when (_of, _in), and what the report weighs."""
    record = question.record
    rows = facts.select(_of=facts[record.entity], _in=facts[record.time], **{f"_{w}": facts[w] for w in question.weights})
    return rows.group_by("_of", "_in").aggregate(**{f"_{w}": rows[f"_{w}"].sum() for w in question.weights}) if question.counts_reports else rows


class Covered:
    """The coverage of one indicator: answered over due, by count and by weight, in whole steps; None where nothing was due.

    Of facts for which nobody owes reports it is the share of the rows that answered. Where a formula reads several record types, it is that of
    the indicator's own.
    """

    def __init__(self, indicator: Indicator, native: PeriodKind, frame: Frame) -> None:
        self._frame, self._by, self._weight = frame, Estimates(frame), indicator.weight
        self._indicator, self._native = indicator, native
        first = next(leaf for leaf in leaves(indicator) if not leaf.record)
        self._answers = first.answers
        self._signal = Counted.of(first) if indicator.record == SIGNALS else None

    def counts(self, period: Period) -> list[int | None]:
        """The share of the reports due; of signals, the share of the entities heard of."""
        if self._signal:
            return self._share((self._signal.answered,), (self._signal.due,), self._behind(period))
        behind = self._behind(period)
        whole = DUE if self._is_due(behind) else REPORTS
        return self._share((self._answers,), (whole,), behind)

    def weights(self, period: Period) -> list[int | None]:
        """The share of what the units weigh; a silent unit weighs what it last reported. Of signals, the share of the time that is known."""
        if self._signal:
            return self._share((self._signal.trusted,), (self._signal.whole,), self._behind(period))
        if not self._weight:
            return [None] * len(self._frame.entities)
        behind = self._behind(period)
        answered, told, silent = f"{self._answers}_w_{self._weight}", f"w_{self._weight}", f"{DUE}_w_{self._weight}"
        shares = self._share((answered,), (told, silent), behind)
        # A report of a unit that belongs nowhere was not due, whatever it weighs.
        due = self.total(DUE, period) if self._is_due(behind) else np.ones(len(shares))
        return [share if owed else None for share, owed in zip(shares, due, strict=True)]

    def silent(self, period: Period) -> NDArray[np.bool_]:
        """The entities of which something was due and nothing answered."""
        return (self.total(self._signal.due if self._signal else DUE, period) > 0) & ~self.answered(period)

    def answered(self, period: Period) -> NDArray[np.bool_]:
        """The entities of which something answered."""
        return self.total(self._signal.answered if self._signal else self._answers, period) > 0

    def total(self, name: str, period: Period) -> Floats:
        """A column that counts, over the periods that stand behind a value."""
        return sum((self._frame.floats(name, p, counts=True) for p in self._behind(period)), np.zeros(len(self._frame.entities)))

    def _behind(self, period: Period) -> list[Period]:
        return behind(self._indicator, period, self._native)

    def _is_due(self, behind: Sequence[Period]) -> bool:
        return any(DUE in self._frame.merged.get(period.kind, Merged()).blocks for period in behind)

    def _read(self, names: Sequence[str], behind: Sequence[Period]) -> Estimate:
        found = [read_floats(self._frame.floats(name, period, counts=True)) for period in behind for name in names]
        return reduce(self._by.plus, found) if found else self._by.constant(Decimal(0))

    def _share(self, parts: Sequence[str], wholes: Sequence[str], behind: Sequence[Period]) -> list[int | None]:
        """Some columns over others; where that is in doubt, from their exact sums."""

        def exactly(doubtful: list[int]) -> list[int | None]:
            tops, bottoms = self._sums(parts, behind, doubtful), self._sums(wholes, behind, doubtful)
            return [_share(top, bottom) for top, bottom in zip(tops, bottoms, strict=True)]

        ratio = self._by.over(self._read(parts, behind), self._read(wholes, behind), "undefined")
        return settled(ratio, Decimal(1), DECIMALS, exactly)

    def _sums(self, names: Sequence[str], behind: Sequence[Period], entities: list[int]) -> list[Decimal]:
        merged, labels = self._frame.merged, [(p.kind, str(p)) for p in behind]
        cells = [[(kind, name, (self._frame.entities[i], label)) for kind, label in labels for name in names] for i in entities]
        return [sum((Decimal(merged[kind].get(name, key) or 0) for kind, name, key in each), Decimal(0)) for each in cells]


def _share(part: Decimal, whole: Decimal) -> int | None:
    return int((part / whole).scaleb(DECIMALS).to_integral_value()) if whole else None
