"""Targets that belong together: one indicator, form, plan, entity and base year, in the order of years."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from zhizao.model.target import Target
from zhizao.model.text import Text


def together(targets: Iterable[Target]) -> list[list[Target]]:
    """The targets of each path, in the order of years."""

    def path(target: Target) -> tuple[str, str, str, str, int]:
        return (target.indicator, target.form, target.plan, target.entity, target.base_year or 0)

    ordered = sorted(targets, key=lambda t: (*path(t), t.year))
    return [list(group) for _, group in groupby(ordered, key=path)]


def label(target: Target) -> Text:
    """What a finding calls a target."""
    return Text(f"{target.indicator} {target.year} 年目标", f"the target of {target.indicator} for {target.year}")
