"""The digits that the reporters of each population write: a course a population and position, a point a period."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import get_args

from zhizao.judge.rules.features import decimal
from zhizao.judge.screening.digits import Digits, Position, compared
from zhizao.model.entity import level_of
from zhizao.model.period import Period
from zhizao.model.rule import Rule
from zhizao.model.warning import Course, Point
from zhizao.node.loop.above import Above
from zhizao.node.loop.watched.ground import Ground


def digits(rule: Rule, ground: Ground) -> list[Course]:
    """The latest period's figures of a rule's fields, by the entities of its levels in which their reporters lie."""
    import numpy as np

    from zhizao.judge.screening.discovery import q_values

    found = [(who, position, d, period) for period, by in _populations(rule, ground) for position in get_args(Position) for who, d in compared(by, position).items()]
    q = q_values(np.array([d.p for _, _, d, _ in found]), dependent=bool(rule.screen and rule.screen.dependent))
    level = float(rule.screen.level) if rule.screen else 0.05
    return [_course(rule, who, position, d, period, float(q[i]), level) for i, (who, position, d, period) in enumerate(found)]


def _course(rule: Rule, who: str, position: Position, d: Digits, period: Period, q: float, level: float) -> Course:
    start = datetime.combine(period.first_day, time(), UTC)
    inputs = {"n": Decimal(d.n), "effect": decimal(d.effect), "position": position, "p": decimal(d.p), "q": decimal(q), "unusual": q <= level}
    return Course(who, f"{rule.record}:{position}", (Point(str(period), start, period.end, inputs),))


def _populations(rule: Rule, ground: Ground) -> list[tuple[Period, dict[str, list[Decimal]]]]:
    record = ground.library.records[rule.record]
    rows = ground.session.relation(record, ground.known)
    labels = [Period.parse(label) for label in ground.session.fetch(rows.select(at=rows[record.time]).distinct())["at"].to_pylist()]
    over = sorted(p for p in labels if p.end <= ground.now)
    if not over:
        return []
    period = over[-1]
    told = ground.session.fetch(rows.filter(rows[record.time] == str(period)).select(record.entity, *rule.fields)).to_pylist()
    above, by = Above.on(ground.library, ground.session, ground.known, period.last_day), defaultdict[str, list[Decimal]](list)
    for row in told:
        for above_it in (e for e in above.of(row[record.entity]) if level_of(e) in rule.by):
            by[above_it] += [Decimal(row[f]) for f in rule.fields if row[f] is not None]
    return [(period, by)]


