"""Explain: a value with its formula, merged states, parts below and the facts it rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from zhizao.errors import NoAnswer
from zhizao.measure import calendar
from zhizao.measure.aim import Aim, Targets, aims
from zhizao.measure.calendar import PERIOD
from zhizao.measure.leaf import leaves
from zhizao.measure.measure import Measurement
from zhizao.measure.placed import placed_rows
from zhizao.measure.question import UNIT, Question
from zhizao.measure.reach import years_of
from zhizao.model.expression import Barrier, FieldRef, Fold
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.model.value import Explanation, FactRef, Value
from zhizao.store.contract import FACT

FACTS_SHOWN = 20
CHILDREN_SHOWN = 200

Find = Callable[[RecordType, Sequence[int]], Iterable[FactRef]]


@dataclass
class Explainer:
    """Explains measured values; ``find`` tells the source and place of facts."""

    measurement: Measurement
    find: Find

    def explain(self, indicator: str, entity: str, period: Period) -> Explanation:
        """Everything a value rests on, down to the facts.

        Raises:
            NoAnswer: there is no such value.
        """
        values = self.measurement.values([indicator], of=[entity], periods=[period])
        if not values:
            raise NoAnswer(Text(f"{entity} 在 {period} 没有 {indicator}", f"{entity} has no {indicator} in {period}"))
        chosen = self.measurement.library.indicators[indicator]
        record = self.measurement.library.records[chosen.record]
        facts = sorted({fact for part in _folded(period) for fact in self._facts(chosen, record, entity, part)})
        shown = tuple(self.find(record, facts[:FACTS_SHOWN]))
        children = tuple(self._children(chosen, entity, period))
        states = self._states(chosen, record, entity, period)
        return Explanation(values[0], chosen.formula or "", states, children, shown, len(facts), _digest(values[0], states, facts))

    def _aim(self, entity: str) -> Aim:
        return aims(self.measurement.library, [entity], [])[0]

    def _question(self, indicator: Indicator, record: RecordType, aim: Aim, period: Period) -> Question:
        return self.measurement.question(record, [indicator], [aim], [period])

    def _facts(self, indicator: Indicator, record: RecordType, entity: str, period: Period) -> list[int]:
        """The numbers of all facts of the period that lie within the entity, whether they answered or not."""
        measurement, aim = self.measurement, self._aim(entity)
        question = self._question(indicator, record, aim, period)
        periods = measurement.session.hold("periods", pa.table(calendar.table([period])))
        rows = placed_rows(question, measurement.session, measurement.placement, periods).table
        targets = Targets(measurement.placement, question.hierarchies)
        kept = rows.select(FACT, PERIOD, *question.places, *([UNIT] if question.unit_level else []))
        places = measurement.session.fetch(kept.select(*question.places).distinct()).to_pylist()
        inside = [
            tuple(p[c] for c in question.places)
            for p in places
            if any(True for _ in targets.labels(aim, tuple(p[c] for c in question.places), period.last_day))
        ]
        if not inside:
            return []
        allowed = measurement.session.hold("inside", pa.table({name: [p[i] for p in inside] for i, name in enumerate(question.places)}))
        found = kept.semi_join(allowed, list(question.places)) if question.places else kept
        return [int(n) for n in measurement.session.fetch(found.select(FACT).distinct().order_by(FACT))[FACT].to_pylist()]

    def _states(self, indicator: Indicator, record: RecordType, entity: str, period: Period) -> tuple[tuple[str, str], ...]:
        """The merged states of the value's own period, one line a column; of several years, one a year."""
        parts = _folded(period)
        merged = self.measurement.merged(record, [indicator], (self._aim(entity),), parts)
        found: dict[str, str] = {}
        for leaf in leaves(indicator):
            for column, name in zip(leaf.state.columns, leaf.columns(), strict=True):
                for part in parts:
                    if (value := merged.get(name, (entity, str(part)))) is not None:
                        found[f"{describe(leaf.node)}.{column.name}{f' {part}' if part != period else ''}"] = str(value)
        return tuple(found.items())

    def _children(self, indicator: Indicator, entity: str, period: Period) -> list[Value]:
        """The parts one level below: in each hierarchy of the entity, else the units."""
        record = self.measurement.library.records[indicator.record]
        level = next(iter(self._levels_below(entity)), record.level)
        if not level:
            return []
        return [v for v in self.measurement.values([indicator.id], of=[entity], by=[level], periods=[period]) if v.entity != entity][
            :CHILDREN_SHOWN
        ]

    def _levels_below(self, entity: str) -> Iterable[str]:
        for hierarchy in self.measurement.placement.hierarchies:
            for lower, level in zip(("", *(lv.id for lv in hierarchy.levels)), hierarchy.levels, strict=False):
                if level.holds(entity) and lower:
                    yield lower


def _folded(period: Period) -> list[Period]:
    """The periods into which facts are folded for a value: the years of a window, else the period itself."""
    return years_of(period) if period.kind == "window" else [period]


def describe(node: object) -> str:
    """A fold or barrier as a reader would write it.

    Example:
        >>> from zhizao.model.expression import FieldRef, Fold
        >>> describe(Fold("sum", FieldRef("revenue")))
        'sum(revenue)'
    """
    if isinstance(node, Barrier):
        return f"{node.kind} over {node.level}"
    assert isinstance(node, Fold)
    inner = node.of.name if isinstance(node.of, FieldRef) else "…" if node.of is not None else ""
    return f"{node.kind}({inner}{' where …' if node.where is not None else ''})"


def _digest(value: Value, states: tuple[tuple[str, str], ...], facts: list[int]) -> str:
    """A fingerprint of definition, value, states and facts: two explanations agree exactly where it does."""
    text = json.dumps(
        [value.indicator, value.definition, value.entity, str(value.period), str(value.value), states, facts], ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()
