"""Which setting of a process is better, posed from what machines said: per period the mean setting, the outcomes and how much was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import cast

from zhizao.errors import InputError, NoAnswer
from zhizao.measure.measure import Measurement
from zhizao.model.entity import level_of
from zhizao.model.expression import FieldRef, Fold
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period, PeriodKind
from zhizao.model.problem import Machine, Outcome, SetPointProblem, Trial
from zhizao.model.proposal import Expected, PlannedAction, Prediction, Write
from zhizao.model.quantity import SIGNALS
from zhizao.model.remedy import Posing
from zhizao.model.text import Text
from zhizao.node.loop.posed.ground import Ground, Wanted, made, weighing

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Tuned:
    """What the settings of the machines of an entity should be, and what that does."""

    writes: tuple[Write, ...]
    predictions: tuple[Prediction, ...]

    def predicted(self, indicator: str) -> Prediction | None:
        """What it does to an indicator."""
        return next((p for p in self.predictions if p.indicator == indicator), None)


def set_point(ground: Ground, posing: Posing, wanted: Wanted) -> SetPointProblem:
    """The problem as it stands, for the machines of an entity that say the quantity.

    Raises:
        NoAnswer: nothing says it, or nothing was made meanwhile.
    """
    if not wanted.entity:
        raise InputError(Text("请写明针对哪个对象", "it does not say whose machines are meant"), where="--of", cure=Text("如 --of site:plant1", "such as --of site:plant1"))
    return _problem(ground, posing, wanted, wanted.entity)


def tuned(ground: Ground, posing: Posing, whole: str, entities: Sequence[str], seed: int) -> Mapping[str, Tuned]:
    """What the machines of each of some entities should be set to, learned from all machines of the whole; only where it is better surely enough."""
    from zhizao.decide.again import solve

    try:
        problem = _problem(ground, posing, Wanted(), whole)
    except NoAnswer as reason:
        ground.remarks.append(reason.what)
        return {}
    day = ground.period(ground.indicator(posing.outcomes[0].indicator), "")
    above = ground.above([m.id for m in problem.machines], day)
    found: dict[str, Tuned] = {}
    for entity in entities:
        own = tuple(m for m in problem.machines if entity in above[m.id])
        solution = solve("set_point", replace(problem, machines=own), seed=seed) if own else None
        if solution and solution.status == "optimal" and solution.alternatives:
            best = solution.alternatives[0]
            found[entity] = Tuned(tuple(w for a in best.actions for w in a.writes), best.predictions)
    return found


def _problem(ground: Ground, posing: Posing, wanted: Wanted, entity: str) -> SetPointProblem:
    periods = _periods(ground, posing, wanted)
    setting = _by_machine(ground, _setting(ground, posing), entity, periods)
    outcomes = [(posed, ground.indicator(posed.indicator)) for posed in posing.outcomes]
    seen = [_by_machine(ground, one, entity, periods) for _, one in outcomes]
    made_then = _by_machine(ground, weighed, entity, periods) if (weighed := weighing(outcomes[0][1])) else {}
    step = posing.step
    trials = [
        Trial(machine, _near(at, step), tuple(one[machine, period] for one in seen), made_then.get((machine, period), _ONE))
        for (machine, period), at in sorted(setting.items())
        if all((machine, period) in one for one in seen) and made_then.get((machine, period), _ONE) > 0
    ]
    last = {machine: _near(at, step) for (machine, _), at in sorted(setting.items(), key=lambda item: (item[0][0], periods.index(item[0][1])))}
    if not trials:
        what = Text(f"{entity} 的设备没有报告 {posing.quantity}，或其间没有产出", f"no machine of {entity} says {posing.quantity}, or nothing was made meanwhile")
        raise NoAnswer(what, where=posing.id)
    title = posing.title or posing.name
    first = outcomes[0][1]
    action = PlannedAction(entity, posing.id, title, posing.owner, posing.lead_days, posing.cost, (), (), first.id, Expected(Decimal(0), Decimal(0)))
    return SetPointProblem(
        posing.quantity, entity, ground.library.quantities[posing.quantity].unit, posing.low, posing.high, step, posing.move, wanted.probability or posing.probability,
        tuple(Outcome(one.id, one.unit, one.direction, posed.price) for posed, one in outcomes), tuple(Machine(m, at) for m, at in sorted(last.items())), tuple(trials), action,
    )  # fmt: skip


def _periods(ground: Ground, posing: Posing, wanted: Wanted) -> list[Period]:
    """The last periods of the posed kind, up to the one asked for or the last with facts."""
    first = replace(ground.indicator(posing.outcomes[0].indicator), period=cast(PeriodKind, posing.every))
    end = ground.period(first, wanted.period)
    if end.kind != posing.every:
        raise InputError(Text(f"{end} 不是所需的时期种类 {posing.every}", f"{end} is no {posing.every}"), where="--period")
    return [end.shifted(-n) for n in range(posing.looks_back - 1, -1, -1)]


def _setting(ground: Ground, posing: Posing) -> Indicator:
    """The mean of the quantity over a period."""
    some = next(i for i in ground.library.indicators.values() if i.is_computed)
    return replace(made(some, f"{posing.id}.setting", Fold("time_mean", FieldRef(posing.quantity))), record=SIGNALS, missing="each", period=cast(PeriodKind, posing.every))


def _by_machine(ground: Ground, indicator: Indicator, entity: str, periods: Sequence[Period]) -> dict[tuple[str, Period], Decimal]:
    """The values of an indicator by machine and period."""
    own = replace(indicator, period=periods[0].kind)
    measurement = Measurement(replace(ground.library, indicators={**ground.library.indicators, own.id: own}), ground.session, ground.known, ground.now)
    asked = {"of": (entity,)} if level_of(entity) == "machine" else {"of": (entity,), "by": ("machine",)}
    return {(v.entity, v.period): v.value for v in measurement.values([own.id], periods=periods, **asked) if v.value is not None}


def _near(number: Decimal, step: Decimal) -> Decimal:
    """The whole step nearest to a number."""
    return (number / step).to_integral_value(ROUND_HALF_EVEN) * step
