"""Explain: a value with its formula, merged states, parts below and the facts it rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa

from zhizao.errors import NoAnswer
from zhizao.measure import calendar
from zhizao.measure.aim import Aim, Targets, aims
from zhizao.measure.calendar import PERIOD
from zhizao.measure.leaf import Leaf, leaves
from zhizao.measure.measure import Measurement
from zhizao.measure.placed import placed_rows
from zhizao.measure.question import UNIT, Question
from zhizao.measure.reach import looks, needed, years_of
from zhizao.model.expression import AnyNode
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.model.value import Explanation, FactRef, Value
from zhizao.model.written import written
from zhizao.store.contract import FACT

FACTS_SHOWN = 20
CHILDREN_SHOWN = 200

Find = Callable[[RecordType, Sequence[int]], Iterable[FactRef]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a value rests on: its merged states by name, the numbers of its facts by record type, how many they are, and a digest of it all."""

    states: tuple[tuple[str, str], ...]
    numbers: dict[str, list[int]]
    facts: int
    digest: str


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
        chosen, ground = self.measurement.library.indicators[indicator], self.ground(values[0])
        records = [self.measurement.library.records[name] for name in chosen.records]
        shown = tuple(ref for r in records for ref in self.find(r, ground.numbers[r.id][: FACTS_SHOWN // len(records)]))
        children = tuple(self._children(chosen, entity, period))
        return Explanation(values[0], chosen.formula or "", ground.states, children, shown, ground.facts, ground.digest)

    def ground(self, value: Value) -> Ground:
        """What a value rests on: its merged states, and the number of every fact in them."""
        library, entity, period = self.measurement.library, value.entity, value.period
        chosen = library.indicators[value.indicator]
        own = library.records[chosen.record]
        numbers = {name: self._all_facts(chosen, library.records[name], entity, period) for name in chosen.records}
        states = self._states(chosen, own, entity, period)
        listed = [n if name == own.id else f"{name}:{n}" for name, found in numbers.items() for n in found]
        return Ground(states, numbers, len(listed), _digest(value, states, listed))

    def _aim(self, entity: str) -> Aim:
        return aims(self.measurement.library, [entity], [])[0]

    def _question(self, indicator: Indicator, record: RecordType, aim: Aim, period: Period) -> Question:
        return self.measurement.question(record, [indicator], [aim], [period])

    def _all_facts(self, indicator: Indicator, record: RecordType, entity: str, period: Period) -> list[int]:
        """The facts of a record type in every period the value needs, the latest period first: that of the value before the one it is compared with."""
        own = self.measurement.library.records[indicator.record]
        periods = needed([(indicator, own.period)], [period], "" if record is own else record.id)
        latest = sorted((p for of_kind in periods.values() for p in of_kind), key=lambda p: p.end, reverse=True)
        return list(dict.fromkeys(n for p in latest for n in self._facts(indicator, record, entity, p)))

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
            if any(True for _ in targets.labels(aim, tuple(p[c] for c in question.places), period))
        ]
        if not inside:
            return []
        allowed = measurement.session.hold("inside", pa.table({name: [p[i] for p in inside] for i, name in enumerate(question.places)}))
        found = kept.semi_join(allowed, list(question.places)) if question.places else kept
        return [int(n) for n in measurement.session.fetch(found.select(FACT).distinct().order_by(FACT))[FACT].to_pylist()]

    def _states(self, indicator: Indicator, record: RecordType, entity: str, period: Period) -> tuple[tuple[str, str], ...]:
        """The merged states the value is finished from, one line a column, named as the formula has it; with its period where there are several."""
        merged = self.measurement.together([indicator], (self._aim(entity),), [period])
        looked_at = list(self._looked_at(indicator, record, period))
        several = len({at for _, at in looked_at}) > 1
        names: dict[AnyNode, str] = {q.when: q.id for q in self.measurement.library.quantities.values() if q.when is not None}
        found: dict[tuple[str, Period], tuple[str, str]] = {}
        for leaf, at in looked_at:
            for column, name in zip(leaf.state.columns, leaf.columns(), strict=True):
                if (value := merged[at.kind].get(name, (entity, str(at)))) is not None:
                    found[name, at] = (f"{written(leaf.node, names)}.{column.name}{f' {at}' if several else ''}", str(value))
        return tuple(found.values())

    def _looked_at(self, indicator: Indicator, record: RecordType, period: Period) -> Iterable[tuple[Leaf, Period]]:
        """Each leaf with each period it is read in; a window is read year by year."""
        assert indicator.tree is not None
        of_node = {leaf.node: leaf for leaf in leaves(indicator)}
        for tip, at in looks(indicator.tree, period, record.period):
            yield from ((of_node[tip], one) for one in (years_of(at) if at.kind == "window" else [at]))

    def _children(self, indicator: Indicator, entity: str, period: Period) -> list[Value]:
        """The parts one level below, in every partition of the entity; the units where no partition goes on below it."""
        record = self.measurement.library.records[indicator.record]
        levels = list(dict.fromkeys(self._levels_below(entity))) or ([record.level] if record.level else [])
        return [child for level in levels for child in self._parts(indicator, entity, level, period)[: CHILDREN_SHOWN // len(levels)]]

    def _parts(self, indicator: Indicator, entity: str, level: str, period: Period) -> list[Value]:
        return [v for v in self.measurement.values([indicator.id], of=[entity], by=[level], periods=[period]) if v.entity != entity]

    def _levels_below(self, entity: str) -> Iterable[str]:
        for hierarchy in self.measurement.placement.hierarchies:
            for lower, level in pairwise(hierarchy.levels if hierarchy.cover == "partition" else ()):
                if level.holds(entity):
                    yield lower.id


def _digest(value: Value, states: tuple[tuple[str, str], ...], facts: Sequence[int | str]) -> str:
    """A fingerprint of definition, value, states and facts: two explanations agree exactly where it does."""
    text = json.dumps(
        [value.indicator, value.definition, value.entity, str(value.period), str(value.value), states, facts], ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()
