"""The verdict on a target: which reading decides, how far it is from the required path, and what all the others say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from zhizao.judge.candidates import Candidate, concerning, eligible, in_plan, is_of_target_period, line_up
from zhizao.judge.conclusion import conclusion, speaks
from zhizao.judge.outlook import outlook
from zhizao.judge.path import drawn, gap, on_path, required
from zhizao.judge.reasons import reason
from zhizao.model.period import year
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.verdict import Alternative, Judgement, Verdict

DECIDED: dict[tuple[int, bool], Verdict] = {
    (1, True): "met",
    (1, False): "missed",
    (2, True): "met_by_proxy",
    (2, False): "missed_by_proxy",
}


def judge(
    target: Target,
    readings: Sequence[Reading],
    *,
    order: Sequence[str],
    as_of: datetime,
    plan_entity: str,
    targets: Sequence[Target] = (),
) -> Judgement:
    """One target judged by the readings known at a time.

    The first series that is conclusive decides, tier 1 before tier 2. Where none is, an open period is judged by its path.

    Args:
        order: the pack's preference among series; unlisted ones come last.
        plan_entity: whom the target is about where it names nobody.
        targets: the plan's targets, among which the interim ones of the path are found.
    """
    known = concerning(target, readings, as_of, plan_entity)
    field = line_up(target, known, order)
    verdict, decider = _decided(target, field) or _open(target, field, as_of, targets)
    judged = decider.latest if decider else None
    return Judgement(
        target=target,
        verdict=verdict,
        reading=judged,
        gap=gap(target, judged.signed, judged.period, targets) if judged else None,
        required=required(target, judged.period, targets) if judged else None,
        alternatives=tuple(Alternative(r, reason(target, r, known, field, decider)) for r in known if r is not judged),
        conflicts=_conflicts(target, known, field, decider),
        outlook=outlook(target, known, field, judged),
        path=drawn(target, targets),
    )


def _decided(target: Target, field: Sequence[Candidate]) -> tuple[Verdict, Candidate] | None:
    for candidate in field:
        reached = conclusion(target, candidate.latest)
        if reached is not None:
            return DECIDED[candidate.tier, reached], candidate
    return None


def _open(target: Target, field: Sequence[Candidate], as_of: datetime, targets: Sequence[Target]) -> tuple[Verdict, Candidate | None]:
    """The verdict where nothing is conclusive: by the path of the best series before the period ends, none after it."""
    if as_of >= year(target.year).end:
        return "not_published", None
    for candidate in field:
        reading = candidate.latest
        if target.form == "average_growth" and not is_of_target_period(target, reading):
            continue  # the average of other years neither keeps to this one's path nor leaves it
        ahead = on_path(target, reading.signed, reading.period, targets)
        if ahead is not None and speaks(target, reading, ahead):
            return "on_track" if ahead else "off_track", candidate
    return "not_due", None


def _conflicts(target: Target, known: Sequence[Reading], field: Sequence[Candidate], decider: Candidate | None) -> tuple[Reading, ...]:
    """Readings of the plan's own scope that contradict each other for one period, or the verdict."""
    plan = [r for r in known if eligible(target, r) and in_plan(target, r) and not r.bound]
    values: dict[str, set[Decimal]] = {}
    for r in plan:
        values.setdefault(r.period.text, set()).add(r.signed)
    found = [r for r in plan if len(values[r.period.text]) > 1]
    if decider and decider.tier == 1 and (said := conclusion(target, decider.latest)) is not None:
        against = (c.latest for c in field if c.tier == 1 and conclusion(target, c.latest) is (not said))
        found += [r for r in against if r not in found]
    return tuple(r for r in found if not decider or r is not decider.latest)
