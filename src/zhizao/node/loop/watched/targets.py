"""Targets and their forecasts: a course a target, a point each period of the series that decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from statistics import median

from zhizao.judge.rules.features import decimal
from zhizao.judge.verdict import judge
from zhizao.model.period import Period, moment
from zhizao.model.rule import Rule
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.value import Value
from zhizao.model.verdict import Judgement
from zhizao.model.warning import Course, Input, Point
from zhizao.node.latest import periods_with_facts
from zhizao.node.loop.watched.ground import Ground
from zhizao.node.usable import blocking

POINTS = 3
"""Points of a target that are judged at a look: each asks every forecast model."""


def targets(rule: Rule, ground: Ground) -> list[Course]:
    """A course of every target whose year is not over, of the indicators a rule names or of all."""
    wanted = {of for _, of in rule.inputs}
    due = [t for t in ground.targets if t.year >= ground.now.year and (not wanted or t.indicator in wanted)]
    known = _readings(ground, due) if due else []
    return [c for t in due if (c := _course(rule, ground, t, known)).points]


def _readings(ground: Ground, due: Sequence[Target]) -> list[Reading]:
    """What is published, and what is computed of whom the targets are about, simulated worlds included: their entities are their own."""
    from zhizao.measure.published import readings

    return [*readings(ground.library, ground.session, ground.known), *(r for name in sorted({t.indicator for t in due}) for r in _computed(ground, name, due))]


def _computed(ground: Ground, name: str, due: Sequence[Target]) -> list[Reading]:
    indicator = ground.library.indicators.get(name)
    if indicator is None or not indicator.is_computed or blocking(ground.library, indicator.place):
        return []
    periods = [p for p in periods_with_facts(ground.library, ground.session, indicator, ground.known) if p.end <= ground.now]
    of = sorted({t.entity for t in due if t.indicator == name})
    values = ground.measurement.values([name], of=of, periods=periods) if periods else []
    return [_reading(v) for v in values if v.value is not None]


def _reading(v: Value) -> Reading:
    assert v.value is not None, "only values are read"
    return Reading(
        indicator=v.indicator, series=v.series, scope=v.scope, entity=v.entity, period=v.period, value=v.value, unit=v.unit, kind="computed", final=True,
        publisher="zhizao", source=f"definition {v.definition}", basis="computed", origin=v.origin,
    )  # fmt: skip


def _course(rule: Rule, ground: Ground, target: Target, known: Sequence[Reading]) -> Course:
    order = ground.library.series_order.get(target.indicator, ())

    def at(as_of: datetime, until: Period | None = None) -> Judgement:
        seen = [r for r in known if until is None or r.period.end <= until.end]
        return judge(target, seen, order=order, as_of=as_of, plan_entity=target.entity, targets=ground.targets)

    series = judged.series if (judged := at(ground.now).reading) else ""
    own = [r for r in known if r.series == series and r.entity == target.entity]
    periods = sorted({r.period for r in own})[-min(POINTS, rule.looks_back) :]
    told = {p: max((moment(r.published_at) for r in own if r.period == p and r.published_at), default=p.end) for p in periods}
    points = [_point(target, p, max(told[p], p.end), at(max(told[p], p.end), p)) for p in periods if max(told[p], p.end) <= ground.now]
    return Course(target.entity, f"{target.indicator}@{target.year}", tuple(sorted(points, key=lambda p: p.at)))


def _point(target: Target, period: Period, at: datetime, found: Judgement) -> Point:
    chances = [f.p_attain for f in found.outlook.forecasts]
    inputs: dict[str, Input] = {
        "value": found.reading.signed if found.reading else None, "required": found.required, "gap": found.gap, "target": target.used,
        "p_attain": decimal(median(chances)) if chances else None, "p_attain_low": decimal(min(chances)) if chances else None,
        "p_attain_high": decimal(max(chances)) if chances else None, "models": Decimal(len(chances)), "verdict": found.verdict,
        "years_left": Decimal(target.year - period.year),
    }  # fmt: skip
    return Point(str(period), datetime.combine(period.first_day, time(), UTC), at, inputs)
