"""Measurement: any computable indicators, for any entities and periods, as known at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
import pyarrow as pa

from zhizao.errors import InputError, UnknownName
from zhizao.measure import calendar
from zhizao.measure.accrual import refuse_summed_stocks
from zhizao.measure.aim import Aim, Targets, aims
from zhizao.measure.answer import Answer, Column
from zhizao.measure.cells import build
from zhizao.measure.coverage import Covered, behind, due
from zhizao.measure.finish import Finisher
from zhizao.measure.frame import Frame
from zhizao.measure.leaf import Leaf, leaves, leaves_over
from zhizao.measure.merged import Merged
from zhizao.measure.over import Over
from zhizao.measure.placement import Placement
from zhizao.measure.question import Question
from zhizao.measure.reach import needed
from zhizao.measure.rollup import roll_up
from zhizao.measure.signal.cells import signal_cells
from zhizao.model.entity import CROSS, Hierarchy, level_of
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period, PeriodKind
from zhizao.model.quantity import SIGNALS
from zhizao.model.record import RecordType
from zhizao.model.series import Origin
from zhizao.model.text import Text
from zhizao.model.value import Known, Status, Value
from zhizao.store.contract import Session

MOST_VALUES = 1_000_000
"""An answer of more values of one indicator is refused, before it fills the memory."""


@dataclass
class Measurement:
    """Measures indicators over one session of a store."""

    library: Library
    session: Session
    known: Known = Known()
    now: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    """Periods that end after it are not due; the caller's clock, never ours."""
    placement: Placement = field(init=False)

    def __post_init__(self) -> None:
        self.placement = Placement(self.library, self.session, self.known)

    def values(
        self, indicators: Iterable[str], *, by: Sequence[str] = (), of: Sequence[str] = (), periods: Sequence[Period]
    ) -> list[Value]:
        """The values of computable indicators, by indicator, entity and period.

        Without ``by`` and ``of`` the nations are measured, or, where nothing belongs to a nation, the entities the facts are about.

        Raises:
            UnknownName: an indicator or level that does not exist.
            InputError: an indicator without formula, or periods that do not fit its facts.
        """
        names = list(dict.fromkeys(indicators))
        order = {name: i for i, name in enumerate(names)}
        found = [value for answer in self.answers(names, by=by, of=of, periods=periods) for value in answer]
        return sorted(found, key=lambda v: (order[v.indicator], v.entity))

    def answers(
        self, indicators: Iterable[str], *, by: Sequence[str] = (), of: Sequence[str] = (), periods: Sequence[Period]
    ) -> list[Answer]:
        """The same in columns: an answer an indicator and group of entities that were found together."""
        chosen = [self._computable(name) for name in dict.fromkeys(indicators)]
        asked = sorted(set(periods))
        found: list[Answer] = []
        groups: dict[tuple[tuple[str, ...], str], list[Indicator]] = {}
        for indicator in chosen:
            groups.setdefault((indicator.records, indicator.attribute), []).append(indicator)
        for group in groups.values():
            found += self._of_record(self.library.records[group[0].record], group, of, by, asked)
        return found

    def _computable(self, name: str) -> Indicator:
        if name not in self.library.indicators:
            raise UnknownName(Text("指标", "indicator"), name, self.library.indicators)
        indicator = self.library.indicators[name]
        if indicator.tree is None:
            raise InputError(
                Text(f"{name} 只有公布数，不能计算", f"{name} is published only and cannot be computed"),
                where=str(indicator.place),
                cure=Text("用 --series 查看公布序列", "look at its published series with --series"),
            )
        return indicator

    def _of_record(
        self, record: RecordType, indicators: list[Indicator], of: Sequence[str], by: Sequence[str], periods: list[Period]
    ) -> list[Answer]:
        refuse_summed_stocks(self.library, indicators, periods)
        if by or of:
            return self._aimed(record, indicators, aims(self.library, of, by), periods)
        nations = self._aimed(record, indicators, (Aim(levels=("nation",)),), periods) if self._has_nation else []
        levels = [record.level] if record.level else self.levels_of(record)
        return nations if any(nations) else [a for level in levels for a in self._aimed(record, indicators, (Aim(unit_level=level),), periods)]

    def levels_of(self, record: RecordType) -> list[str]:
        """The levels of the entities that rows of a type are about, which may be of any."""
        rows = self.session.relation(record, self.known)
        levels = rows.select(level=rows[record.entity].split(":")[0]).distinct()
        return sorted(self.session.fetch(self.session.keep("levels", levels))["level"].to_pylist())

    @cached_property
    def _has_nation(self) -> bool:
        return any(level.id == "nation" for _, level in self.library.levels())

    def _aimed(self, record: RecordType, indicators: list[Indicator], wanted: tuple[Aim, ...], periods: list[Period]) -> list[Answer]:
        """The values of aims: those that spread over one level, inside one unit, in the same hierarchies, are answered together."""
        groups: dict[tuple[object, ...], list[Aim]] = {}
        for aim in wanted:
            groups.setdefault((aim.unit_level, aim.inside, self._hierarchies(aim)), []).append(aim)
        return [answer for alike in groups.values() for answer in self._alike(record, indicators, tuple(alike), periods)]

    def _alike(self, record: RecordType, indicators: list[Indicator], wanted: tuple[Aim, ...], periods: list[Period]) -> list[Answer]:
        _require_few(len(periods))
        due_in = {part for i in indicators for p in periods for part in behind(i, p, record.period)}
        merged = self.together(indicators, wanted, periods, due_in)
        frame = Frame(merged, entities_of(merged.values(), wanted))
        _require_few(len(periods) * len(frame.entities))
        origins = [self._origin(entity) for entity in frame.entities]
        return [self._finished(i, record, frame, origins, periods) for i in indicators]

    def together(
        self, indicators: list[Indicator], wanted: tuple[Aim, ...], periods: Sequence[Period], due_in: Collection[Period] = ()
    ) -> dict[PeriodKind, Merged]:
        """The merged states of indicators that read the same record types, by kind of period; states of several types meet where they are of
        one entity and period, while counts and answers stay those of the indicators' own type.
        """
        own, *others = (self.library.records[name] for name in indicators[0].records)
        natives = [(i, own.period) for i in indicators]
        found = {kind: self.merged(own, indicators, wanted, of_kind, due_in) for kind, of_kind in needed(natives, periods).items()}
        for record in others:
            columns = [name for i in indicators for leaf in leaves_over(i, record) for name in leaf.columns()]
            for kind, of_kind in needed(natives, periods, record.id).items():
                found.setdefault(kind, Merged()).join(self.merged(record, indicators, wanted, of_kind), columns)
        return found

    def merged(
        self, record: RecordType, indicators: list[Indicator], wanted: tuple[Aim, ...], periods: list[Period], due_in: Collection[Period] = ()
    ) -> Merged:
        """The merged states of the aims in periods of one kind, and the units due in some of them."""
        question = self.question(record, indicators, wanted, periods)
        table = self.session.hold("periods", pa.table(calendar.table(periods)))
        fold = signal_cells if record.id == SIGNALS else build
        cells = fold(question, self.session, self.placement, table, self.now)
        expected = due(cells, self.session, self.placement, [p for p in periods if p in due_in], self.now)
        whole = all(question.unit_level == self.library.records[name].level for name in indicators[0].records)
        targets = Targets(self.placement, question.hierarchies, whole)
        return roll_up(cells, self.session, targets, wanted, {str(p): p for p in periods}, expected)

    def question(self, record: RecordType, indicators: Sequence[Indicator], wanted: Sequence[Aim], periods: Sequence[Period]) -> Question:
        """The cells that answer these aims."""
        return Question(
            record=record,
            leaves=tuple(leaf for i in indicators for leaf in leaves_over(i, record)),
            periods=tuple(periods),
            hierarchies=self._hierarchies(wanted[0]),
            answers=tuple((leaf, i.weight) for i in indicators if i.record == record.id for leaf in leaves_over(i, record)[:1]),
            unit_level=wanted[0].unit_level,
            units=tuple(aim.unit for aim in wanted) if all(aim.unit and not aim.inside for aim in wanted) else (),
            inside=wanted[0].inside,
            attribute=indicators[0].attribute,
        )

    def _hierarchies(self, aim: Aim) -> tuple[Hierarchy, ...]:
        """Cells refine every partition; an overlap or a partial hierarchy only where no partition has what is asked for.

        Raises:
            InputError: a level above the lowest of an overlap, where what lies in two places at once would count twice.
        """
        asked = {*aim.levels, *(level_of(e) for e in aim.within)}
        partitions = [h for h in self.placement.hierarchies if h.cover == "partition"]
        asked -= {name for h in partitions for level in h.levels for name in (level.id, level.prefix)}
        others = [h for h in self.placement.hierarchies if any({lv.id, lv.prefix} & asked for lv in h.levels)]
        for hierarchy in others:
            upper = [lv.id for lv in hierarchy.levels[1:] if {lv.id, lv.prefix} & asked]
            if hierarchy.cover == "overlap" and upper:
                raise _doubled(hierarchy, upper[0])
        return (*partitions, *others)

    # ── finishing ───────────────────────────────────────────────────────────────────────────────────────────────

    def _finished(
        self, indicator: Indicator, record: RecordType, frame: Frame, origins: Sequence[Origin], periods: list[Period]
    ) -> Answer:
        parts, finisher = leaves(indicator), Finisher(indicator, record.period)
        covered = Covered(indicator, record.period, frame) if parts else None
        nothing: list[int | None] = [None] * len(frame.entities)
        columns = []
        for period in periods:
            figures = finisher.figures(period, frame)
            empty = [i for i, figure in enumerate(figures) if figure is None]
            early: dict[int, Status] = dict.fromkeys(empty, "not_due")
            statuses = early if period.end > self.now else _statuses(parts, covered, period, empty)
            shares = (covered.counts(period), covered.weights(period)) if covered else (nothing, nothing)
            columns.append(Column(figures, statuses, *shares))
        at = (self.known.as_of or self.known.stored_as_of or self.now).isoformat()
        return Answer(indicator, at, frame.entities, origins, periods, columns)

    def _origin(self, entity: str) -> Origin:
        day = self.now.date()
        simulated = any(
            "nation:SIM" in self.placement.ancestors(h, part, day) for part in entity.split(CROSS) for h in self.placement.hierarchies
        )
        return "simulated" if simulated else "real"


def _doubled(hierarchy: Hierarchy, level: str) -> InputError:
    lowest = hierarchy.levels[0].id
    return InputError(
        Text(f"{hierarchy.id} 的成员可重叠，按 {level} 合计会重复计算", f"{hierarchy.id} overlaps: a total by {level} would count twice what lies in two places"),
        where=str(hierarchy.place),
        cure=Text(f"请按 {lowest} 测算", f"measure by {lowest}"),
    )


def _statuses(parts: tuple[Leaf, ...], covered: Covered | None, period: Period, entities: Sequence[int]) -> dict[int, Status]:
    """Why entities have no figure in a period that is over."""
    if covered is None:
        return dict.fromkeys(entities, "undefined")
    silent, answered = covered.silent(period), covered.answered(period)
    overs = [leaf.columns()[0] for leaf in parts if isinstance(leaf.state, Over)]
    # A mean over entities of which some answered but none is counted does not apply to them.
    beside = answered & ~np.any([covered.total(name, period) > 0 for name in overs], axis=0) if overs else np.zeros_like(answered)
    return {i: "not_reported" if silent[i] else "not_applicable" if beside[i] else "undefined" for i in entities}


def entities_of(merged: Iterable[Merged], wanted: tuple[Aim, ...]) -> list[str]:
    """Every entity with facts or due ones, and those asked for by name although there is nothing of them."""
    named = {a.label for a in wanted if a.label and not a.levels and not a.inside and (a.unit or not a.unit_level)}
    return sorted({entity for m in merged for entity, _ in m.keys()} | named)  # noqa: SIM118


def _require_few(values: int) -> None:
    """Refuse a question with too large an answer."""
    if values > MOST_VALUES:
        cure = Text("请缩短时段，或少问一些对象", "ask for a shorter time, or for fewer entities at once")
        raise InputError(Text(f"答案将有 {values} 个数值，上限为 {MOST_VALUES}", f"the answer would have {values} values, at most are {MOST_VALUES}"), where="--period", cure=cure)
