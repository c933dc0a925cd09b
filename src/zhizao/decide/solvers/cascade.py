"""Targets of parts that imply the whole's exactly as printed: fair first, then rounded with the least total deviation from what is fair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import get_args

from ortools.sat.python import cp_model

from zhizao.decide.contract import Stop
from zhizao.decide.exact import require_room
from zhizao.decide.fair import Line, effort, lines
from zhizao.decide.search import Effort, search
from zhizao.decide.solvers.remedies import relative
from zhizao.model.problem import CascadeProblem, Fairness
from zhizao.model.proposal import Alternative, Binding, Choice, Solution, Status
from zhizao.model.text import Text

FINE = 10**6
"""Deviations from what is fair are counted in millionths of a printed step."""
FARTHER = 2
"""Printed steps beyond the next ones among which a target is looked for where the next ones do not fit."""
RULES: dict[Fairness, Text] = {
    "equal": Text("人人提高同样幅度", "everyone moves as many points"),
    "relative": Text("人人提高同样比例", "everyone moves by the same share of where it stands"),
    "to_potential": Text("按与潜力的差距分担", "everyone moves by the same share of the way to its potential"),
}


@dataclass(frozen=True, slots=True)
class Cascade:
    """Splits a target over parts."""

    kind: str = "cascade"

    def solve(self, problem: CascadeProblem, stop: Stop, seed: int) -> Solution:
        """The split by the problem's rule first, by the other rules beside it."""
        splitting = _Splitting(problem, Effort(stop, seed, close=0.0))
        first = splitting.split(problem.fairness)
        if first is None:
            return Solution("infeasible", problem.unit, reasons=(splitting.farthest(),))
        others = [made for rule in get_args(Fairness) if rule != problem.fairness and not stop() and (made := splitting.split(rule))]
        best, bound = first
        differing = {made.choices: made for made, _ in others if made.choices != best.choices}
        status: Status = "optimal" if bound == best.objective else "feasible"
        return Solution(
            status, problem.unit, best.objective, bound, relative(best.objective, bound), (best, *differing.values()), splitting.binding(problem.fairness)
        )


SOLVER = Cascade()


class _Splitting:
    """One problem being solved, with its parts in the order of their names and its numbers in printed steps."""

    def __init__(self, problem: CascadeProblem, effort: Effort) -> None:
        self.problem, self.effort = problem, effort
        self.parts = sorted(problem.parts, key=lambda p: p.entity)
        self.scale = Fraction(10) ** problem.decimals
        # The sum of weight x target that is the whole, exactly.
        self.total = (Fraction(problem.whole) - Fraction(problem.offset)) * Fraction(problem.divisor)

    def split(self, rule: Fairness) -> tuple[Alternative, Decimal] | None:
        """The targets under a rule, with the bound of their deviation; None where the whole cannot be met."""
        of = self._lines(rule)
        asked = effort(of, self.total)
        if asked is None:
            return None
        fair = [line.at(asked) * self.scale for line in of]
        found = self._rounded(of, fair, up=True) or self._rounded(of, fair, up=None)
        if found is None:
            return None
        targets, deviation, bound = found
        choices = tuple(Choice(p.entity, Decimal(t).scaleb(-self.problem.decimals)) for p, t in zip(self.parts, targets, strict=True))
        return Alternative(RULES[rule], self._steps(deviation), choices), self._steps(bound)

    def farthest(self) -> Text:
        """How far the parts can go at most, said where that is not far enough."""
        of, up = self._lines(self.problem.fairness), self.problem.direction == "up"
        reached = sum((line.weight * (line.high if up else line.low) for line in of), Fraction(0)) / Fraction(self.problem.divisor) + Fraction(self.problem.offset)
        shown = f"{Decimal(reached.numerator) / Decimal(reached.denominator):.{self.problem.decimals}f}"
        whole = f"{self.problem.whole:f}"
        return Text(f"各部分即使都到各自的限度，整体也只到 {shown}，目标为 {whole}", f"even with every part at its limit the whole comes to {shown}, its target is {whole}")

    def binding(self, rule: Fairness) -> tuple[Binding, ...]:
        """The parts that stop at a limit: what one printed step more of theirs spares each of the others."""
        of = self._lines(rule)
        asked = effort(of, self.total)
        if asked is None:
            return ()
        free = sum((line.weight * abs(line.step) for line in of if line.low < line.start + asked * line.step < line.high), Fraction(0))
        step = Decimal(1).scaleb(-self.problem.decimals)
        held = [(p, line) for p, line in zip(self.parts, of, strict=True) if line.step and line.at(asked) != line.start + asked * line.step]
        return tuple(
            Binding(Text(f"{p.entity} 的限度", f"the limit of {p.entity}"), step, self.problem.unit, _decimal(line.weight / free / self.scale) if free else None) for p, line in held
        )

    def _lines(self, rule: Fairness) -> list[Line]:
        by_entity = {p.entity: line for p, line in zip(self.problem.parts, lines(self.problem, rule), strict=True)}
        return [by_entity[p.entity] for p in self.parts]

    def _rounded(self, of: Sequence[Line], fair: Sequence[Fraction], *, up: bool | None) -> tuple[list[int], int, int] | None:
        """Whole steps next to what is fair, or a little farther, that imply the whole as printed; with ``up`` from the good side only."""
        return self._near(of, fair, up, 0) or self._near(of, fair, up, FARTHER)

    def _near(self, of: Sequence[Line], fair: Sequence[Fraction], up: bool | None, around: int) -> tuple[list[int], int, int] | None:
        model = cp_model.CpModel()
        weights, per = _integers([line.weight for line in of])
        floors = [math.floor(ideal) for ideal in fair]
        require_room((FARTHER + 2) * sum(weights))
        limits = [self._limits(line, floor, around) for line, floor in zip(of, floors, strict=True)]
        least, most = self._window(sum((w * (ideal - f) for w, ideal, f in zip(weights, fair, floors, strict=True)), Fraction(0)), per, up)
        if least > most or any(low > high for low, high in limits):
            return None
        moves = [model.new_int_var(low, high, "") for low, high in limits]
        model.add_linear_constraint(cp_model.LinearExpr.weighted_sum(moves, weights), least, most)
        rests = [round((ideal - f) * FINE) for ideal, f in zip(fair, floors, strict=True)]
        model.minimize(sum(_deviation(model, move, rest, around) for move, rest in zip(moves, rests, strict=True)))
        found = search(model, moves, self.effort)
        return ([f + v for f, v in zip(floors, found.values, strict=True)], found.objective, found.bound) if found.has_solution else None

    def _window(self, short: Fraction, per: int, up: bool | None) -> tuple[int, int]:
        """Between what the weighted moves must sum to: less than half a printed step of the whole from the exact sum, for one may round halves either way."""
        half, good = Fraction(self.problem.divisor) * per / 2, self.problem.direction == "up"
        least = math.ceil(short) if up and good else math.floor(short - half) + 1
        most = math.floor(short) if up and not good else math.ceil(short + half) - 1
        return least, most

    def _limits(self, line: Line, floor: int, around: int) -> tuple[int, int]:
        """How far a target may move from the printed step below what is fair."""
        low, high = math.ceil(line.low * self.scale), math.floor(line.high * self.scale)
        return max(low - floor, -around), min(high - floor, 1 + around)

    def _steps(self, fine: int) -> Decimal:
        """Millionths of a printed step in the indicator's unit."""
        return (Decimal(fine) / FINE).scaleb(-self.problem.decimals)


def implied(problem: CascadeProblem, choices: Sequence[Choice]) -> Fraction:
    """The whole that the targets of the parts imply, exactly."""
    weight = {p.entity: Fraction(p.weight) for p in problem.parts}
    total = sum((weight[c.id] * Fraction(c.amount) for c in choices), Fraction(0))
    return Fraction(problem.offset) + total / Fraction(problem.divisor)


def _integers(weights: Sequence[Fraction]) -> tuple[list[int], int]:
    """Weights as whole numbers, and how many of them make one."""
    per = math.lcm(*(w.denominator for w in weights))
    return [int(w * per) for w in weights], per



def _deviation(model: cp_model.CpModel, move: cp_model.IntVar, rest: int, around: int) -> cp_model.LinearExpr | cp_model.IntVar:
    """How far a target lies from what is fair, which is ``rest`` above where it begins to move, in millionths of a step."""
    if not around:
        return rest + (FINE - 2 * rest) * move
    off = model.new_int_var(0, (around + 2) * FINE, "")
    model.add(off >= FINE * move - rest)
    model.add(off >= rest - FINE * move)
    return off


def _decimal(number: Fraction) -> Decimal:
    return (Decimal(number.numerator) / Decimal(number.denominator)).quantize(Decimal("0.000001"))
