"""The computed cause of a warning: which parts of its entity make up most of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from zhizao.errors import ZhizaoError
from zhizao.model.entity import CROSS, level_of
from zhizao.model.period import Period
from zhizao.model.rule import Rule
from zhizao.model.value import Value
from zhizao.model.warning import Event
from zhizao.node.loop.watched.ground import Ground

MOST = 5
"""Parts of each level that are named."""


def causes(ground: Ground, rule: Rule, event: Event) -> tuple[Mapping[str, Any], ...]:
    """Where the units of an entity moved unlike the others since the period before; where they are too few to tell, the parts that moved most.

    What each part makes up of the whole is what ``zhizao why`` adds up exactly.
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
    levels = [level for level in rule.cause_by if level not in {level_of(part) for part in event.entity.split(CROSS)}]
    return tuple(_marked_out(ground, name, event.entity, period, levels, worse) or _worst_parts(ground, name, event.entity, period, levels, worse))


def _marked_out(ground: Ground, name: str, entity: str, period: Period, levels: Sequence[str], worse: int) -> list[Mapping[str, Any]]:
    from zhizao.judge.attribution.causes import causes as search
    from zhizao.measure.makeup import makeup

    try:
        made = makeup(ground.measurement, name, entity, (period.shifted(-1), period), levels)
    except ZhizaoError:  # no figure before, or a formula that cannot be taken apart
        return []
    alike = [[level.id for level in h.levels] for h in ground.library.hierarchies.values()]
    return [
        {
            "level": ",".join(level_of(e) for e in c.entities), "entity": CROSS.join(c.entities), "change": f"{c.amount:f}",
            "share": None if c.share is None else f"{c.share:f}", "strength": round(c.strength, 2), "units": c.units,
        }
        for c in search(made, side=worse, alike=alike)
    ]  # fmt: skip


def _worst_parts(ground: Ground, name: str, entity: str, period: Period, levels: Sequence[str], worse: int) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for level in levels:
        values = ground.measurement.values([name], by=[level], of=[entity], periods=[period.shifted(-1), period])
        found += _worst(level, values, period, worse)
    return found


def _worst(level: str, values: Sequence[Value], period: Period, worse: int) -> list[Mapping[str, Any]]:
    figures = {(v.entity, v.period): v.value for v in values if v.value is not None}
    changes: dict[str, Decimal] = {
        entity: figure - before for (entity, p), figure in figures.items() if p == period and (before := figures.get((entity, p.shifted(-1)))) is not None
    }  # fmt: skip
    ranked = sorted((e for e, c in changes.items() if c * worse > 0), key=lambda e: -changes[e] * worse)[:MOST]
    return [{"level": level, "entity": e, "change": f"{changes[e]:f}", "value": f"{figures[e, period]:f}"} for e in ranked]
