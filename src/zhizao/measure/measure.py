"""Measurement: any computable indicators, for any entities and periods, as known at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa

from zhizao.errors import InputError, UnknownName
from zhizao.measure import calendar
from zhizao.measure.aim import Aim, Targets, aims
from zhizao.measure.cells import ROWS, Question, build
from zhizao.measure.coverage import DUE, due
from zhizao.measure.finish import Finisher, needed
from zhizao.measure.leaf import Leaf, leaves
from zhizao.measure.over import Over
from zhizao.measure.placement import Placement
from zhizao.measure.rollup import Key, Merged, nothing, roll_up
from zhizao.measure.states import Values
from zhizao.model.entity import CROSS
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period, PeriodKind
from zhizao.model.record import RecordType
from zhizao.model.series import Origin
from zhizao.model.text import Text
from zhizao.model.value import Coverage, Known, Status, Value
from zhizao.store.contract import Session

SHARE = Decimal("0.000001")
"""The step coverage is printed in."""


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
        chosen = [self._computable(name) for name in dict.fromkeys(indicators)]
        found: list[Value] = []
        for record, attribute in dict.fromkeys((i.record, i.attribute) for i in chosen):
            group = [i for i in chosen if (i.record, i.attribute) == (record, attribute)]
            found += self._of_record(self.library.records[record], group, of, by, list(periods))
        return sorted(found, key=lambda v: ([i.id for i in chosen].index(v.indicator), v.entity, v.period.end))

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
    ) -> list[Value]:
        if by or of:
            return self._aimed(record, indicators, aims(self.library, of, by), periods)
        nations = self._aimed(record, indicators, (Aim(levels=("nation",)),), periods) if self._has_nation else []
        return nations or self._aimed(record, indicators, (Aim(unit_level=record.level),), periods)

    @cached_property
    def _has_nation(self) -> bool:
        return any(level.id == "nation" for _, level in self.library.levels())

    def _aimed(self, record: RecordType, indicators: list[Indicator], wanted: tuple[Aim, ...], periods: list[Period]) -> list[Value]:
        native: PeriodKind = record.period
        merged: dict[PeriodKind, Merged] = {}
        for kind, all_of_kind in needed([(i, native) for i in indicators], periods).items():
            merged[kind] = self.merged(record, indicators, wanted, all_of_kind)  # type: ignore[index]
        return [value for i in indicators for value in self._finished(i, record, merged, wanted, periods)]

    def merged(self, record: RecordType, indicators: list[Indicator], wanted: tuple[Aim, ...], periods: list[Period]) -> Merged:
        """The merged states of the aims in periods of one kind."""
        question = self.question(record, indicators, wanted, periods)
        table = self.session.hold("periods", pa.table(calendar.table(periods)))
        cells = build(question, self.session, self.placement, table)
        expected = due(cells, self.session, self.placement, table)
        targets = Targets(self.placement, question.hierarchies, question.unit_level == record.level)
        return roll_up(cells, self.session, targets, wanted, {str(p): p for p in periods}, expected)

    def question(self, record: RecordType, indicators: Sequence[Indicator], wanted: Sequence[Aim], periods: Sequence[Period]) -> Question:
        """The cells that answer these aims."""
        return Question(
            record=record,
            leaves=tuple(leaf for i in indicators for leaf in leaves(i)),
            periods=tuple(periods),
            hierarchies=self._hierarchies(wanted),
            weights=tuple(dict.fromkeys(i.weight for i in indicators if i.weight)),
            unit_level=next((aim.unit_level for aim in wanted if aim.unit_level), ""),
            units=tuple(aim.unit for aim in wanted) if all(aim.unit for aim in wanted) else (),
            attribute=indicators[0].attribute,
        )

    def _hierarchies(self, wanted: Sequence[Aim]) -> tuple[Any, ...]:
        """Cells refine every partition; an overlap or a partial hierarchy only where it is asked for."""
        asked = {level for aim in wanted for level in aim.levels} | {e.partition(":")[0] for aim in wanted for e in aim.within}
        return tuple(
            h
            for h in self.placement.hierarchies
            if h.cover == "partition" or any(lv.id in asked or lv.prefix in asked for lv in h.levels if lv.id != "nation")
        )

    # ── finishing ───────────────────────────────────────────────────────────────────────────────────────────────

    def _finished(
        self, indicator: Indicator, record: RecordType, merged: Mapping[PeriodKind, Merged], wanted: tuple[Aim, ...], periods: list[Period]
    ) -> list[Value]:
        finisher = Finisher(indicator, record.period)
        parts = leaves(indicator)
        entities = sorted(
            {key[0] for m in merged.values() for key in m.keys()}  # noqa: SIM118
            | {a.label for a in wanted if a.label and not a.levels and (a.unit or not a.unit_level)}
        )
        template = self._template(indicator)
        found: list[Value] = []
        for entity in entities:
            origin: Origin = "simulated" if self._is_simulated(entity) else "real"
            for period in periods:

                def look(leaf: Leaf, at: Period, entity: str = entity) -> Values:
                    return merged[at.kind].states.get(leaf.key, {}).get((entity, str(at))) or nothing(leaf)

                value = finisher.value(period, look)
                counts = merged.get(period.kind, Merged())
                key = (entity, str(period))
                status: Status = "ok" if value is not None else self._status(period, parts, counts, key, look)
                coverage = _coverage(indicator, parts[0] if parts else None, counts, key)
                found.append(replace(template, entity=entity, period=period, value=value, status=status, coverage=coverage, origin=origin))
        return found

    def _template(self, indicator: Indicator) -> Value:
        at = self.known.as_of or self.known.stored_as_of or self.now
        return Value(
            indicator=indicator.id,
            series=f"{indicator.id}.computed",
            basis="computed",
            scope="plan",
            kind="computed",
            origin="real",
            entity="",
            period=Period("year", "0001"),
            value=None,
            unit=indicator.unit,
            status="undefined",
            coverage=Coverage(),
            definition=indicator.definition,
            known_at=at.isoformat(),
        )

    def _status(self, period: Period, parts: tuple[Leaf, ...], counts: Merged, key: Key, look: Any) -> Status:
        if period.end > self.now:
            return "not_due"
        if counts.counts.get(DUE, {}).get(key) and not counts.counts.get(ROWS, {}).get(key):
            return "not_reported"
        overs = [leaf for leaf in parts if isinstance(leaf.state, Over)]
        answered = any(counts.counts.get(leaf.answers, {}).get(key) for leaf in overs)
        if answered and all(look(leaf, period)[0] == 0 for leaf in overs):
            return "not_applicable"
        return "undefined"

    def _is_simulated(self, entity: str) -> bool:
        day = self.now.date()
        return any(
            "nation:SIM" in self.placement.ancestors(h, part, day) for part in entity.split(CROSS) for h in self.placement.hierarchies
        )


def _coverage(indicator: Indicator, leaf: Leaf | None, merged: Merged, key: Key) -> Coverage:
    """Answered over due, by count and by weight."""
    if leaf is None:
        return Coverage()
    counts = {name: column.get(key) or 0 for name, column in merged.counts.items()}
    rows = counts.get(ROWS, 0)
    units = max(counts.get(DUE, 0), rows)
    if not units:
        return Coverage()
    weight = indicator.weight
    whole = counts.get(f"w_{weight}", 0) + counts.get(f"{DUE}_w_{weight}", 0) if weight else 0
    return Coverage(
        count=(Decimal(counts[leaf.answers]) / units).quantize(SHARE) if rows else Decimal(0).quantize(SHARE),
        weight=(Decimal(counts.get(f"{leaf.answers}_w_{weight}", 0)) / whole).quantize(SHARE) if whole else None,
    )
