"""Single rows of a record type, each beside the row before it of the same entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import groupby
from typing import Any

from zhizao.model.period import Period
from zhizao.model.record import Field, RecordType
from zhizao.model.rule import Rule
from zhizao.model.warning import Course, Input, Point
from zhizao.node.loop.watched.ground import Ground
from zhizao.node.loop.watched.screened import screened

Row = Mapping[str, Any]


def records(rule: Rule, ground: Ground) -> list[Course]:
    """A course an entity, a point a row, as far as a rule looks back."""
    record = ground.library.records[rule.record]
    rows = ground.session.fetch(_latest(rule, ground, record)).to_pylist()
    figures = [f for f in record.fields if f.is_number and f.type != "boolean"]
    made = [
        _course(rule, record, figures, entity, list(own))
        for entity, own in groupby(rows, key=lambda row: row[record.entity])
    ]
    return screened(rule, made) if rule.screen else made


def _latest(rule: Rule, ground: Ground, record: RecordType) -> Any:
    """The rows of the periods a rule looks at, entity by entity in the order of time: none before all that any condition can see."""
    rows = ground.session.relation(record, ground.known)
    times = rows.select(at=rows[record.time]).distinct()
    labels = sorted(ground.session.fetch(times)["at"].to_pylist())
    over = [label for label in labels if not isinstance(label, str) or Period.parse(label).end <= ground.now]
    kept = over[-rule.looks_back - 1 :]
    return rows.filter(rows[record.time].isin(kept)).order_by(record.entity, record.time) if kept else rows.limit(0)


def _course(rule: Rule, record: RecordType, figures: Sequence[Field], entity: str, rows: Sequence[Row]) -> Course:
    points = [_point(rule, record, figures, row, before) for before, row in zip([{}, *rows], rows, strict=False)]
    return Course(entity, record.id, tuple(points[-rule.looks_back :]))


def _point(rule: Rule, record: RecordType, figures: Sequence[Field], row: Row, before: Row) -> Point:
    inputs: dict[str, Input] = {f.id: _input(row[f.id]) for f in record.fields}
    pairs = [(f.id, inputs[f.id], _input(before.get(f.id))) for f in figures]
    inputs |= {f"{name}.previous": last for name, _, last in pairs}
    inputs |= {f"{name}.change": a - b if isinstance(a, Decimal) and isinstance(b, Decimal) else None for name, a, b in pairs}
    both = [(a, b) for _, a, b in pairs if a and b]
    inputs |= {"compared": Decimal(len(both)), "same_as_previous": Decimal(sum(a == b for a, b in both))}
    seen = {name: inputs[name] for name in inputs.keys() & (rule.reads | set(rule.screen.of if rule.screen else ()))}
    return _at(row[record.time], seen)


def _input(value: Any) -> Input:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value if isinstance(value, Decimal | str | bool) else None


def _at(when: Any, inputs: Mapping[str, Input]) -> Point:
    if isinstance(when, str):
        period = Period.parse(when)
        return Point(when, datetime.combine(period.first_day, time(), UTC), period.end, inputs)
    instant = when if isinstance(when, datetime) else datetime.combine(when, time(), UTC)
    return Point(instant.isoformat(), instant, instant, inputs)
