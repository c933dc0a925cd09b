"""Which readings may judge a target, and in which order their series are asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from zhizao.model.period import Period, moment, year
from zhizao.model.series import Reading
from zhizao.model.target import Target

PLAN_SCOPE = "plan"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A series that may decide, in tier 1 (actual, the plan's scope) or 2, with its latest reading, which speaks for it."""

    tier: Literal[1, 2]
    latest: Reading


def concerning(target: Target, readings: Iterable[Reading], as_of: datetime, plan_entity: str) -> list[Reading]:
    """The readings about a target's indicator and entity that were known at a time, proxies included, in order of their periods.

    One of unknown publication counts as known.
    """
    entity = target.entity or plan_entity
    about = (r for r in readings if r.entity == entity and target.indicator in (r.indicator, r.proxy_for))
    return sorted((r for r in about if not r.published_at or moment(r.published_at) <= as_of), key=recency)


def recency(reading: Reading) -> tuple[datetime, Period, str]:
    """The key by which the latest reading of a series is found."""
    return reading.period.end, reading.period, reading.known_since


def eligible(target: Target, reading: Reading) -> bool:
    """Whether a reading may judge a target at all: no base value, not after the target, an average where one is asked for."""
    return reading.kind != "base" and not is_after(target, reading) and (target.form != "average_growth" or is_average(target, reading))


def is_after(target: Target, reading: Reading) -> bool:
    """Whether a reading's period ends after the target's."""
    return reading.period.end > year(target.year).end


def is_average(target: Target, reading: Reading) -> bool:
    """Whether a reading is itself the average the target speaks of; a single year is not, only a window or a formula over it."""
    first = reading.period.first_day.year
    return (reading.period.kind == "window" and first == target.year - target.window + 1) or reading.basis == "computed"


def is_of_target_period(target: Target, reading: Reading) -> bool:
    """Whether a reading speaks of the target's own year, or of the window that ends with it."""
    return reading.period.year == target.year and reading.period.kind in ("year", "window")


def line_up(target: Target, readings: Sequence[Reading], order: Sequence[str]) -> tuple[Candidate, ...]:
    """The series in the order they are asked: tier 1 before tier 2, each in the pack's order, unlisted ones last.

    Args:
        readings: in order of their periods, see :func:`concerning`.
    """
    usable = [r for r in readings if eligible(target, r)]
    first = {r.series: r for r in usable if in_plan(target, r)}
    latest = {r.series: r for r in usable}
    second = {s: r for s, r in latest.items() if not in_plan(target, r)}
    return (*(Candidate(1, first[s]) for s in in_order(first, order)), *(Candidate(2, second[s]) for s in in_order(second, order)))


def in_plan(target: Target, reading: Reading) -> bool:
    """Whether a reading is an actual value of the plan's own quantity and population (tier 1)."""
    return reading.kind == "actual" and reading.scope == PLAN_SCOPE and reading.indicator == target.indicator


def in_order(series: Iterable[str], order: Sequence[str]) -> list[str]:
    """Series by the pack's preference, unlisted ones behind by name.

    Example:
        >>> in_order({"b", "z", "a"}, ["z"])
        ['z', 'a', 'b']
    """
    rank = {s: i for i, s in enumerate(order)}
    return sorted(series, key=lambda s: (rank.get(s, len(rank)), s))
