"""Values over time: a course an entity, a point a period that is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal

from zhizao.judge.path import gap, required
from zhizao.judge.rules.features import features
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period
from zhizao.model.rule import Rule
from zhizao.model.target import Target
from zhizao.model.value import Value
from zhizao.model.warning import Course, Input, Point
from zhizao.node.latest import periods_with_facts
from zhizao.node.loop.watched.ground import Ground
from zhizao.node.loop.watched.screened import screened
from zhizao.node.simpson import CODE, flagged

Values = Mapping[tuple[str, str, Period], Value]
"""Values by indicator, entity and period."""


def indicators(rule: Rule, ground: Ground) -> list[Course]:
    """The courses of the entities of a rule's levels, of every indicator it names together."""
    named = {name: ground.library.indicators[of] for name, of in rule.inputs if of in ground.library.indicators}
    periods = _periods(rule, ground, next(iter(named.values())))
    if len(named) < len(rule.inputs) or not periods:
        return []
    courses: dict[str, Course] = {}
    for by in rule.by or ("",):
        values = _values(ground, named.values(), by, periods)
        entities = dict.fromkeys(entity for _, entity, _ in values)
        made = [_course(rule, ground, entity, named, periods, values) for entity in entities]
        courses |= {c.entity: c for c in (screened(rule, made) if rule.screen else made)}
    return list(courses.values())


def _periods(rule: Rule, ground: Ground, first: Indicator) -> list[Period]:
    found = periods_with_facts(ground.library, ground.session, first, ground.known)
    over = [p for p in found if p.end <= ground.now]
    return over[-1].shifted(1 - min(rule.looks_back, _reach(over))).through(over[-1]) if over else []


def _reach(found: Sequence[Period]) -> int:
    """Periods from the first with facts to the last."""
    first, n, p = found[0], 1, found[-1]
    while p > first and n < 1000:
        p, n = p.shifted(-1), n + 1
    return n


def _values(ground: Ground, named: Iterable[Indicator], by: str, periods: Sequence[Period]) -> Values:
    levels = [level for level in by.split(",") if level]
    found = ground.measurement.values([i.id for i in named], by=levels, periods=periods)
    return {(v.indicator, v.entity, v.period): v for v in found}


def _course(rule: Rule, ground: Ground, entity: str, named: Mapping[str, Indicator], periods: Sequence[Period], values: Values) -> Course:
    columns = [_inputs(rule, ground, entity, name, indicator, periods, values) for name, indicator in named.items()]
    points = [
        Point(str(period), _start(period), period.end, {k: v for inputs in each for k, v in inputs.items()})
        for period, *each in zip(periods, *columns, strict=True)
    ]
    return Course(entity, next(iter(named.values())).id, tuple(points))


def _inputs(
    rule: Rule, ground: Ground, entity: str, name: str, indicator: Indicator, periods: Sequence[Period], values: Values
) -> list[dict[str, Input]]:
    found = [values.get((indicator.id, entity, p)) for p in periods]
    reads = rule.reads | {f"{name}.change" for _ in ([1] if rule.screen and name in rule.screen.of else [])}
    inputs = features(name, [v.value if v else None for v in found], reads, rule.baseline)
    if f"{name}.coverage" in reads:
        inputs = [i | {f"{name}.coverage": v.coverage.count if v else None} for i, v in zip(inputs, found, strict=True)]
    if f"{name}.against" in reads:
        inputs = [i | {f"{name}.against": against} for i, against in zip(inputs, _against(ground, found), strict=True)]
    if reads & {f"{name}.required", f"{name}.gap"}:
        inputs = [i | _path(ground, name, indicator, entity, p, v) for i, p, v in zip(inputs, periods, found, strict=True)]
    return inputs


def _against(ground: Ground, found: Sequence[Value | None]) -> list[Input]:
    known = [v for v in found if v and v.value is not None]
    told = {v.period: CODE in v.warnings for v in flagged(ground.library, ground.session, ground.known, ground.now, known)}
    return [told.get(v.period) if v else None for v in found]


def _path(ground: Ground, name: str, indicator: Indicator, entity: str, period: Period, value: Value | None) -> dict[str, Input]:
    """Where the path to the next target of an entity stands at a period, and how far ahead of it a value is."""
    own = sorted((t for t in ground.targets if (t.indicator, t.entity) == (indicator.id, entity)), key=lambda t: t.year)
    target: Target | None = next((t for t in own if t.year >= period.year), None)
    if target is None:
        return {f"{name}.required": None, f"{name}.gap": None}
    figure: Decimal | None = value.value if value else None
    ahead = gap(target, figure, period, own) if figure is not None else None
    return {f"{name}.required": required(target, period, own), f"{name}.gap": ahead}


def _start(period: Period) -> datetime:
    return period.bounds()[0] if period.kind == "hour" else datetime.combine(period.first_day, time(), UTC)
