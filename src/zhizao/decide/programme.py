"""The choice of remedies as an integer programme. The chance constraint is kept exactly: both sides are squared, in whole numbers.

With m the mean gain above the gap and V the variance, ``m >= z sqrt(V)`` is ``m >= 0`` and ``m^2 >= z^2 V``. V is the sum of the own variances,
which grow with the units, and of the squares of what all units of a remedy share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ortools.sat.python import cp_model

from zhizao.decide.chance import FINENESS, squared_z
from zhizao.decide.exact import places, require_room, whole
from zhizao.decide.search import Effort, Found, search
from zhizao.model.problem import Limit, RemedyProblem


@dataclass(frozen=True, slots=True)
class Variant:
    """What is asked differently than in the problem."""

    squared_z: int | None = None
    at_most: Mapping[str, Decimal | None] = field(default_factory=dict)
    """Limits with another bound, or with none."""
    elsewhere: tuple[Mapping[str, int], Decimal] | None = None
    """Units chosen before, and how much of the money may be spent on the same candidates again."""
    begin: Mapping[str, int] = field(default_factory=dict)
    """Units from which the search begins."""
    widest: bool = False
    """Look for the largest gap that can be closed instead of for the least cost."""


class Programme:
    """Searches a problem, as it is or varied."""

    def __init__(self, problem: RemedyProblem) -> None:
        self.problem = problem
        self.candidates = sorted(problem.candidates, key=lambda c: c.id)
        self.gain_places = places([problem.gap, *(n for c in self.candidates for n in (c.gain, c.own, c.shared))])
        self.cost_places = places(c.cost for c in self.candidates)
        self.reach = sum(c.most * max(self._gain(c.gain), 0) for c in self.candidates)
        self.gap = self._gain(problem.gap)
        self.variance = sum(c.most * self._gain(c.own) ** 2 for c in self.candidates) + sum(s**2 for s in self._shared().values())
        lowest = sum(c.most * min(self._gain(c.gain), 0) for c in self.candidates)
        require_room(FINENESS * (self.reach - lowest + self.gap) ** 2)
        require_room(16 * FINENESS * max(self.variance, 1))

    def units(self, found: Found) -> dict[str, int]:
        """What a solution takes, by candidate."""
        return {c.id: n for c, n in zip(self.candidates, found.values, strict=False) if n}

    def cost(self, amount: int) -> Decimal:
        """A cost in money."""
        return Decimal(amount).scaleb(-self.cost_places)

    def gain(self, amount: int) -> Decimal:
        """A gain in the indicator's unit."""
        return Decimal(amount).scaleb(-self.gain_places)

    def search(self, effort: Effort, variant: Variant = Variant()) -> Found:
        """The cheapest choice that is found; or, where ``widest`` is asked for, the one that closes the largest gap, whose objective is minus that gap."""
        model = cp_model.CpModel()
        units = [model.new_int_var(0, c.most, c.id) for c in self.candidates]
        self._limits(model, units, variant.at_most)
        self._logic(model, units)
        if variant.elsewhere:
            before, share = variant.elsewhere
            model.add(_weighted(units, [self._cost(c.cost) * (c.id in before) for c in self.candidates]) <= whole(share, self.cost_places))
        for u, c in zip(units, self.candidates, strict=True) if variant.begin else ():
            model.add_hint(u, variant.begin.get(c.id, 0))
        spent = _weighted(units, [self._cost(c.cost) for c in self.candidates])
        closed = model.new_int_var(0, max(self.reach, self.gap), "closed") if variant.widest else self.gap
        self._chance(model, units, closed, squared_z(self.problem.probability) if variant.squared_z is None else variant.squared_z)
        model.minimize(-closed if variant.widest else spent)
        return search(model, units, effort)

    def _chance(self, model: cp_model.CpModel, units: list[cp_model.IntVar], closed: cp_model.IntVar | int, squared: int) -> None:
        """The mean gain is so far above what is to be closed as the probability asks."""
        mean = _weighted(units, [self._gain(c.gain) for c in self.candidates])
        above = model.new_int_var(0, self.reach, "above")
        model.add(above == mean - closed)
        if not squared:
            return
        variance = _weighted(units, [self._gain(c.own) ** 2 for c in self.candidates])
        for remedy, most in sorted(self._shared().items()):
            together = model.new_int_var(0, most, f"shared {remedy}")
            model.add(together == _weighted(units, [self._gain(c.shared) * (c.action.remedy == remedy) for c in self.candidates]))
            variance += _square(model, together, most)
        model.add(FINENESS * _square(model, above, self.reach) >= squared * variance)

    def _limits(self, model: cp_model.CpModel, units: list[cp_model.IntVar], changed: Mapping[str, Decimal | None]) -> None:
        of = {c.id: u for c, u in zip(self.candidates, units, strict=True)}
        for limit in self.problem.limits:
            at_most = changed.get(limit.id, limit.at_most)
            if at_most is not None:
                digits = places([at_most, *(use.amount for use in limit.uses)])
                model.add(sum(of[use.candidate] * whole(use.amount, digits) for use in limit.uses) <= whole(at_most, digits))

    def _logic(self, model: cp_model.CpModel, units: list[cp_model.IntVar]) -> None:
        """What excludes each other, and what needs another."""
        named = {name for group in (*self.problem.exclusive, *self.problem.needs) for name in group}
        taken = {c.id: self._taken(model, u, c.most) for c, u in zip(self.candidates, units, strict=True) if c.id in named}
        for group in self.problem.exclusive:
            model.add_at_most_one(taken[name] for name in group)
        for one, needed in self.problem.needs:
            model.add_implication(taken[one], taken[needed])

    def _taken(self, model: cp_model.CpModel, units: cp_model.IntVar, most: int) -> cp_model.IntVar:
        taken = model.new_bool_var("")
        model.add(units <= most * taken)
        model.add(units >= taken)
        return taken

    def _shared(self) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for c in self.candidates:
            found[c.action.remedy] += c.most * self._gain(c.shared)
        return {remedy: most for remedy, most in found.items() if most}

    def _gain(self, number: Decimal) -> int:
        return whole(number, self.gain_places)

    def _cost(self, number: Decimal) -> int:
        return whole(number, self.cost_places)


def used(limit: Limit, units: Mapping[str, int]) -> Decimal:
    """How much of a limit a choice uses up."""
    return sum((units.get(use.candidate, 0) * use.amount for use in limit.uses), Decimal(0))


def _weighted(units: list[cp_model.IntVar], weights: list[int]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum(units, weights)


def _square(model: cp_model.CpModel, variable: cp_model.IntVar, most: int) -> cp_model.IntVar:
    square = model.new_int_var(0, most**2, "")
    model.add_multiplication_equality(square, [variable, variable])
    return square
