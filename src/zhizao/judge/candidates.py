"""Which readings may judge a target, and in which order their series are asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from zhizao.model.period import moment, year
from zhizao.model.series import Reading
from zhizao.model.target import Target

PLAN_SCOPE = "plan"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A series that may decide, in tier 1 (actual, the plan's scope) or 2, with its latest reading, which speaks for it."""

    tier: Literal[1, 2]
    latest: Reading


def concerning(target: Target, readings: Iterable[Reading], as_of: datetime, plan_entity: str) -> list[Reading]:
    """The readings about a target's indicator and entity that were known at a time, proxies included, the one that counts most last.

    One of unknown publication counts as known.
    """
    entity = target.entity or plan_entity
    about = (r for r in readings if r.entity == entity and target.indicator in (r.indicator, r.proxy_for))
    return sorted((r for r in about if not r.published_at or moment(r.published_at) <= as_of), key=lambda r: recency(target, r))


def recency(target: Target, reading: Reading) -> tuple[date, bool, int, str, Decimal, str]:
    """The key by which the latest reading of a series is found; the greatest is the latest.

    Of readings that end on the same day the one of the target's own period comes last, so that a fourth quarter never outranks its
    year; then the longer, then the later publication. Value and fact only make the order the same on every run.
    """
    period = reading.period
    return (
        period.last_day, is_of_target_kind(target, reading), -period.first_day.toordinal(), reading.known_since, reading.signed, reading.fact,
    )  # fmt: skip


def is_of_target_kind(target: Target, reading: Reading) -> bool:
    """Whether a reading's period is of the kind the target speaks of: the years of an average growth, else a year."""
    return reading.period.kind == ("window" if target.form == "average_growth" and reading.basis == "published" else "year")


def eligible(target: Target, reading: Reading) -> bool:
    """Whether a reading may judge a target at all: no base value, not after the target, an average where one is asked for."""
    return reading.kind != "base" and not is_after(target, reading) and (target.form != "average_growth" or is_average(target, reading))


def is_after(target: Target, reading: Reading) -> bool:
    """Whether a reading's period ends after the target's."""
    return reading.period.end > year(target.year).end


def is_average(target: Target, reading: Reading) -> bool:
    """Whether a reading is itself the average the target speaks of; a single year is not, only a window or a formula over it."""
    first = reading.period.first_day.year
    return (reading.period.kind == "window" and first == _first_year(target)) or reading.basis == "computed"


def is_of_target_period(target: Target, reading: Reading) -> bool:
    """Whether a reading speaks of the target's own period: its year, or the years over which a change, cut or average is counted."""
    period = reading.period
    if period.kind != "window":
        return period == year(target.year)
    return period.year == target.year and period.first_day.year == _first_year(target)


def _first_year(target: Target) -> int | None:
    """The first of the years a target counts over; None where it speaks of its year alone."""
    if target.form == "average_growth":
        return target.year - target.window + 1
    return target.base_year + 1 if target.base_year is not None and target.form in ("change_since", "cut_since") else None


def line_up(target: Target, readings: Sequence[Reading], order: Sequence[str]) -> tuple[Candidate, ...]:
    """The series in the order they are asked: tier 1 before tier 2, each in the pack's order, unlisted ones last.

    Args:
        readings: the one that counts most last, see :func:`concerning`.
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
