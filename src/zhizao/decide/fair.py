"""Fair targets before they are rounded: every part makes the same effort, within its own limits, so that together they are exactly the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from zhizao.model.problem import CascadeProblem, Fairness, Part


@dataclass(frozen=True, slots=True)
class Line:
    """How the target of a part follows the effort asked of all: ``start + effort x step``, kept between its limits."""

    start: Fraction
    step: Fraction
    low: Fraction
    high: Fraction
    weight: Fraction

    def at(self, effort: Fraction) -> Fraction:
        """The target at an effort."""
        return min(max(self.start + effort * self.step, self.low), self.high)

    def turns(self) -> list[Fraction]:
        """The efforts at which it meets its limits."""
        return [(limit - self.start) / self.step for limit in (self.low, self.high)] if self.step else []


def lines(problem: CascadeProblem, fairness: Fairness) -> list[Line]:
    """The line of each part under a rule of fairness."""
    sign = 1 if problem.direction == "up" else -1
    return [_line(part, fairness, sign) for part in problem.parts]


def _line(part: Part, fairness: Fairness, sign: int) -> Line:
    now, potential = Fraction(part.now), Fraction(part.potential)
    step = {"equal": Fraction(sign), "relative": sign * abs(now), "to_potential": sign * max(sign * (potential - now), Fraction(0))}[fairness]
    return Line(now, step, Fraction(part.low), Fraction(part.high), Fraction(part.weight))


def effort(of: Sequence[Line], total: Fraction) -> Fraction | None:
    """The effort at which the weighted targets sum to a total; None where none does. Effort may be below zero: the whole is ahead.

    Example:
        >>> half = Line(Fraction(0), Fraction(1), Fraction(0), Fraction(1), Fraction(1))
        >>> str(effort([half, half], Fraction(1))), effort([half], Fraction(2))
        ('1/2', None)
    """
    turns = sorted({turn for line in of for turn in line.turns()}) or [Fraction(0)]
    for a, b in pairwise([turns[0], *turns]):
        first, last = (sum((line.weight * line.at(e) for line in of), Fraction(0)) for e in (a, b))
        if min(first, last) <= total <= max(first, last):
            return b if first == last else a + (b - a) * (total - first) / (last - first)
    return None
