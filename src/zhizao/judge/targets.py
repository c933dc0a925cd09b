"""All targets of a plan judged together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhizao.judge.verdict import judge
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.verdict import Judgement


def judge_all(
    targets: Sequence[Target],
    readings: Sequence[Reading],
    *,
    order: Mapping[str, Sequence[str]],
    as_of: datetime,
    plan_entity: str,
) -> tuple[Judgement, ...]:
    """Every target judged, in the order given; each target's path leads through the earlier ones of its indicator.

    Args:
        order: per indicator, the pack's preference among its series.
        plan_entity: whom a target is about where it names nobody.
    """
    return tuple(
        judge(t, readings, order=order.get(t.indicator, ()), as_of=as_of, plan_entity=plan_entity, targets=targets) for t in targets
    )
