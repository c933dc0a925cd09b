"""The computed cause of a warning: which parts of its entity make up most of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from zhizao.model.entity import level_of
from zhizao.model.period import Period
from zhizao.model.rule import Rule
from zhizao.model.value import Value
from zhizao.model.warning import Event
from zhizao.node.loop.watched.ground import Ground

MOST = 5
"""Parts of each level that are named."""


def causes(ground: Ground, rule: Rule, event: Event) -> tuple[Mapping[str, Any], ...]:
    """On each level of a rule's cause the parts that moved most against the whole since the period before, worst first.

    A part's own change says where to look; how much of the whole it makes up is what ``zhizao why`` adds up exactly.
    """
    name = event.subject.partition("@")[0]
    indicator = ground.library.indicators.get(name)
    if indicator is None or not indicator.is_computed:
        return ()
    try:
        period = Period.parse(event.about)
    except ValueError:
        return ()
    worse = -1 if indicator.direction == "up" else 1
    found: list[Mapping[str, Any]] = []
    for level in rule.cause_by:
        if level == level_of(event.entity):
            continue
        values = ground.measurement.values([name], by=[level], of=[event.entity], periods=[period.shifted(-1), period])
        found += _worst(level, values, period, worse)
    return tuple(found)


def _worst(level: str, values: Sequence[Value], period: Period, worse: int) -> list[Mapping[str, Any]]:
    figures = {(v.entity, v.period): v.value for v in values if v.value is not None}
    changes: dict[str, Decimal] = {
        entity: figure - before for (entity, p), figure in figures.items() if p == period and (before := figures.get((entity, p.shifted(-1)))) is not None
    }  # fmt: skip
    ranked = sorted((e for e, c in changes.items() if c * worse > 0), key=lambda e: -changes[e] * worse)[:MOST]
    return [{"level": level, "entity": e, "change": f"{changes[e]:f}", "value": f"{figures[e, period]:f}"} for e in ranked]
