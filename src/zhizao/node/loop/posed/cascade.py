"""How a target is split over parts, posed from where they stand now, what they weigh, and which targets they have already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from zhizao.errors import NoAnswer
from zhizao.model.indicator import Indicator
from zhizao.model.problem import CascadeProblem, Part
from zhizao.model.proposal import Expected, PlannedAction
from zhizao.model.remedy import Posing
from zhizao.model.text import Text
from zhizao.node.loop.posed.ground import Ground, Wanted, is_cut, weighing
from zhizao.store.ledger import told

REVISIONS = "target_revision"
_HUNDRED = Decimal(100)
_FINE = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part weighs, and what all of it is divided by."""

    of: Mapping[str, Decimal]
    divisor: Decimal


def cascade(ground: Ground, posing: Posing, wanted: Wanted) -> CascadeProblem:
    """The problem as it stands.

    Raises:
        NoAnswer: there is no target, or nothing is left to be split.
    """
    indicator = ground.indicator(posing.indicator)
    entity = ground.whole(posing, indicator, wanted)
    period = ground.period(indicator, wanted.period)
    target = ground.target(indicator, entity, period)
    value = ground.value(indicator, entity, period)
    by = [level.strip() for level in posing.by.split(",") if level.strip()]
    now = ground.figures(indicator, (entity,), by, period)
    if target.reached_by(value):
        raise NoAnswer(Text(f"{entity} 已达到 {target.year} 年目标，无需再分", f"{entity} has reached its target of {target.year}: nothing is left to split"), where=posing.id)
    weighed = weighing(indicator)
    weights = _weights(indicator, now, value, ground.figures(weighed, (entity,), by, period), ground.value(weighed, entity, period)) if weighed else Weights(dict.fromkeys(now, Decimal(1)), Decimal(1))
    decimals = max(2, -int(target.used.as_tuple().exponent))
    before = _before(ground, indicator, target.year)
    parts = tuple(_part(posing, indicator, e, v, weights.of[e], _frontier(posing, indicator, list(now.values())), decimals, before.get(e)) for e, v in sorted(now.items()) if weights.of.get(e))
    # What lies in no part stays as it is: the parts as they stand imply the whole as it stands.
    offset = (value - sum((p.weight * p.now for p in parts), Decimal(0)) / weights.divisor).quantize(_FINE)
    title = Text(f"{posing.name.zh}（{target.year} 年，按 {period} 的结果）", f"{posing.name.en} ({target.year}, by the results of {period})")
    action = PlannedAction(entity, posing.id, title, posing.owner, posing.lead_days, posing.cost, (), (), indicator.id, Expected(target.used - value, Decimal(0)))
    return CascadeProblem(
        indicator.id, entity, target.year, indicator.unit, decimals, indicator.direction, target.used, posing.fairness, parts, weights.divisor, action, offset
    )


def _weights(indicator: Indicator, now: Mapping[str, Decimal], value: Decimal, of: Mapping[str, Decimal], whole: Decimal) -> Weights:
    """Of a cut a part weighs what it would use had it saved nothing."""
    if not is_cut(indicator):
        return Weights({e: of.get(e, Decimal(0)) for e in now}, whole)
    unsaved = {e: (of.get(e, Decimal(0)) * _HUNDRED / (_HUNDRED - v)).quantize(Decimal("0.000001")) for e, v in now.items() if v < _HUNDRED}
    return Weights(unsaved, (whole * _HUNDRED / (_HUNDRED - value)).quantize(Decimal("0.000001")))


def _part(posing: Posing, indicator: Indicator, entity: str, now: Decimal, weight: Decimal, frontier: Decimal, decimals: int, before: Decimal | None) -> Part:
    """A part keeps what it has reached, moves by no more than is allowed, and never beyond a hundred percent."""
    step, up = Decimal(1).scaleb(-decimals), indicator.direction == "up"
    kept = now.quantize(step, ROUND_CEILING if up else ROUND_FLOOR)
    far = now + posing.rise if up and posing.rise else now - posing.rise if posing.rise else None
    limit = (_HUNDRED if indicator.unit == "percent" else None) if up else Decimal(0)
    ends = [x for x in (far, limit) if x is not None]
    end = (min(ends) if up else max(ends)) if ends else kept + max(abs(kept), _HUNDRED) * _HUNDRED
    end = end.quantize(step, ROUND_FLOOR if up else ROUND_CEILING)
    low, high = (kept, max(end, kept)) if up else (min(end, kept), kept)
    return Part(entity, weight, now, low, high, max(frontier, now) if up else min(frontier, now), before)


def _frontier(posing: Posing, indicator: Indicator, values: Sequence[Decimal]) -> Decimal:
    """What the best parts reach: the figure that the stated share of the parts is no better than."""
    ordered = sorted(values, reverse=indicator.direction == "down")
    return ordered[min(len(ordered) - 1, int(posing.frontier * len(ordered)))]


def _before(ground: Ground, indicator: Indicator, year: int) -> dict[str, Decimal]:
    """The targets that parts were given before."""
    rows = told(ground.session, ground.library.records[REVISIONS], ground.known)
    return {row["entity"]: row["value"] for row in rows if row["indicator"] == indicator.id and str(row["year"]) == str(year)}
