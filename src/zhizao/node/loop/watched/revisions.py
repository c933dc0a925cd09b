"""Figures that were changed after they were known: a course a figure, a point each version that replaced another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from zhizao.judge.rules.charts import normal
from zhizao.judge.rules.features import decimal
from zhizao.model.period import Period
from zhizao.model.rule import Rule
from zhizao.model.warning import Course, Input, Point
from zhizao.node.loop.watched.ground import Ground
from zhizao.store.contract import FACT, PUBLISHED_AT, Mark

Key = tuple[str, str, str]
"""Series, entity, period."""
Version = tuple[datetime, Decimal]
"""When a figure was published, and what it was."""


def revisions(rule: Rule, ground: Ground) -> list[Course]:
    """The published figures of a rule's indicators that another figure for the same period replaced."""
    versions = _versions(rule, ground)
    usual = _usual(versions)
    return [_course(key, told, usual.get(key[:2])) for key, told in versions.items() if len(told) > 1]


def _versions(rule: Rule, ground: Ground) -> Mapping[Key, Sequence[Version]]:
    """Every figure as it was published one time after the other, where it differs from the one before."""
    from zhizao.measure.published import RECORD

    wanted = [of for _, of in rule.inputs]
    rows = ground.session.since(ground.library.records[RECORD], Mark())
    kept = rows.filter(rows.indicator.isin(wanted) & (rows.kind != "base") & rows.value.notnull())
    found: dict[Key, list[Version]] = defaultdict(list)
    for row in ground.session.fetch(kept.order_by(PUBLISHED_AT, FACT)).to_pylist():
        told = found[_key(row)]
        if row[PUBLISHED_AT] <= ground.now and (not told or told[-1][1] != row["value"]):
            told.append((row[PUBLISHED_AT], row["value"]))
    return found


def _key(row: Mapping[str, Any]) -> Key:
    return row["series"], row["entity"], row["period"]


def _usual(versions: Mapping[Key, Sequence[Version]]) -> dict[tuple[str, str], float]:
    """The usual size of the changes of a series from period to period, by what was first published."""
    series: dict[tuple[str, str], list[tuple[Period, Decimal]]] = defaultdict(list)
    for (name, entity, period), told in versions.items():
        series[name, entity] += [(Period.parse(period), told[0][1])] if told else []
    changes = {of: [float(b - a) for (_, a), (_, b) in pairwise(sorted(firsts))] for of, firsts in series.items()}
    return {of: normal(moved)[1] for of, moved in changes.items() if len(moved) > LEAST}


LEAST = 2
"""More changes than this say what is usual."""


def _course(key: Key, told: Sequence[Version], usual: float | None) -> Course:
    series, entity, period = key
    points = [Point(period, at, at, _inputs(now, before, usual)) for (_, before), (at, now) in pairwise(told)]
    return Course(entity, f"{series}@{period}", tuple(points))


def _inputs(value: Decimal, before: Decimal, usual: float | None) -> dict[str, Input]:
    change = value - before
    return {
        "value": value, "before": before, "change": change, "growth": change * 100 / abs(before) if before else None, "published": True,
        "usual": decimal(usual) if usual is not None else None, "score": decimal(abs(float(change)) / usual) if usual else None,
    }  # fmt: skip
