"""The cheapest remedies that close a gap with a stated probability, with bound, other ways, what stands in the way, and what cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from zhizao.decide.chance import moments, probability, simulated, squared_z
from zhizao.decide.contract import Stop
from zhizao.decide.programme import Programme, Variant, used
from zhizao.decide.search import Effort, Found
from zhizao.model.problem import Limit, RemedyProblem
from zhizao.model.proposal import Alternative, Binding, Choice, Prediction, Solution
from zhizao.model.text import Text

ELSEWHERE = Decimal("0.75")
"""Another way differs where at most so much of the best one's cost is spent on the same again."""
SURER = Decimal("0.25")
"""The surer way leaves a quarter of the risk."""
EASED = 8
"""Limits of which is found out what one step more is worth."""
INTERVAL = Decimal("1.6449")
CHANCES = tuple(Decimal(n) / 100 for n in range(50, 100))


@dataclass(frozen=True, slots=True)
class Remedies:
    """Chooses remedies by CP-SAT."""

    kind: str = "remedies"

    def solve(self, problem: RemedyProblem, stop: Stop, seed: int) -> Solution:
        """The best choice, proven to the stated gap."""
        return _Solving(problem, Effort(stop, seed)).solution()


SOLVER = Remedies()


class _Solving:
    """One problem being solved."""

    def __init__(self, problem: RemedyProblem, effort: Effort) -> None:
        self.problem, self.effort, self.programme = problem, effort, Programme(problem)
        self.less = Effort(effort.stop, effort.seed, work=effort.work / 8, close=0.002)
        self.unit = problem.currency

    def solution(self) -> Solution:
        best = self.programme.search(self.effort)
        if best.status == "unknown":
            return Solution("stopped", self.unit, reasons=(Text("在停止之前没有找到任何方案", "nothing was found before it was stopped"),))
        if not best.has_solution:
            return self._infeasible()
        objective, bound = self.programme.cost(best.objective), self.programme.cost(best.bound)
        units = self.programme.units(best)
        first = self._alternative(Text("费用最低", "least cost"), best)
        stopped = self.effort.stop()
        return Solution(
            "stopped" if stopped else "optimal" if best.status == "optimal" else "feasible", self.unit, objective, bound, relative(objective, bound),
            (first, *self._others(units, objective)), () if stopped else self._binding(units, best.objective),
        )  # fmt: skip

    def _alternative(self, name: Text, found: Found) -> Alternative:
        units = self.programme.units(found)
        mean, sd = moments(self.problem, units)
        half = (INTERVAL * sd).quantize(Decimal("0.000001"))
        cost = sum((n * self._cost_of(c) for c, n in units.items()), Decimal(0))
        return Alternative(
            name, cost, tuple(Choice(c, Decimal(n)) for c, n in sorted(units.items())), probability(self.problem, units),
            simulated(self.problem, units, self.effort.seed), (Prediction(self.problem.indicator, self.problem.unit, mean, mean - half, mean + half),),
        )  # fmt: skip

    def _cost_of(self, candidate: str) -> Decimal:
        return next(c.cost for c in self.problem.candidates if c.id == candidate)

    def _others(self, best: Mapping[str, int], cost: Decimal) -> list[Alternative]:
        """Other ways that differ materially: one that spends elsewhere, one that is surer, one that is as likely as not."""
        p = self.problem.probability
        asked = [(Text("换一批对象或措施", "spent elsewhere"), Variant(elsewhere=(best, cost * ELSEWHERE))), (Text("把握更大", "surer"), Variant(squared_z(1 - (1 - p) * SURER)))]
        asked += [(Text("成败各半，费用更省", "as likely as not, for less"), Variant(squared_z(Decimal("0.5"))))] if p > Decimal("0.6") else []
        found: dict[tuple[tuple[str, int], ...], Alternative] = {}
        for name, variant in asked if best else []:
            if self.effort.stop():
                break
            other = self.programme.search(self.less, variant)
            chosen = tuple(sorted(self.programme.units(other).items()))
            if other.has_solution and chosen != tuple(sorted(best.items())):
                found.setdefault(chosen, self._alternative(name, other))
        return list(found.values())

    def _binding(self, best: Mapping[str, int], objective: int) -> tuple[Binding, ...]:
        """The limits with no room for one more unit of something, and what one step more of each would save."""
        tight = [limit for limit in sorted(self.problem.limits, key=lambda x: x.id) if self._is_tight(limit, best)]
        worths = [(limit, self._worth(limit, best, objective)) for limit in tight[:EASED]] + [(limit, None) for limit in tight[EASED:]]
        found = [Binding(limit.name, limit.step, limit.unit, worth) for limit, worth in worths if worth is None or worth > 0]
        return tuple(sorted(found, key=lambda b: (-(b.worth or 0), b.name.en)))

    def _is_tight(self, limit: Limit, best: Mapping[str, int]) -> bool:
        room = limit.at_most - used(limit, best)
        most = {c.id: c.most for c in self.problem.candidates}
        return any(use.amount > room for use in limit.uses if best.get(use.candidate, 0) < most[use.candidate])

    def _worth(self, limit: Limit, best: Mapping[str, int], objective: int) -> Decimal | None:
        """What one step more of a limit saves at least: what a short search from the best choice finds."""
        if self.effort.stop():
            return None
        eased = self.programme.search(self.less, Variant(at_most={limit.id: limit.at_most + limit.step}, begin=best))
        return max(self.programme.cost(objective - eased.objective), Decimal(0)) if eased.has_solution else None

    # ── where the gap cannot be closed so surely ────────────────────────────────────────────────────────────────

    def _infeasible(self) -> Solution:
        reach = self.programme.search(self.less, Variant(widest=True))
        chance = self._largest_chance()
        reasons = [*self._reached(reach), *self._likely(chance), *self._stops()]
        alternatives: tuple[Alternative, ...] = ()
        if reach.has_solution and self.programme.units(reach):
            alternatives = (self._alternative(Text("尽力而为：缺口缩得最小", "as far as it goes: the most of the gap closed"), reach),)
        return Solution("infeasible", self.unit, alternatives=alternatives, reasons=tuple(reasons))

    def _reached(self, reach: Found) -> list[Text]:
        if not reach.has_solution:
            return [Text("现有措施在任何把握下都缩小不了缺口", "no remedy closes any of the gap with this probability")]
        closed, unit, p = self.programme.gain(-reach.objective), self.problem.unit, percent(self.problem.probability)
        return [Text(f"以 {p} % 的把握最多补上 {closed:f}（{unit}），缺口为 {self.problem.gap:f}", f"with {p} % probability at most {closed:f} ({unit}) can be closed, of a gap of {self.problem.gap:f}")]

    def _largest_chance(self) -> Decimal | None:
        """The largest probability, in whole percent, with which the gap can be closed; None below one half."""
        low, high = -1, len(CHANCES)
        while high - low > 1 and not self.effort.stop():
            middle = (low + high) // 2
            fits = self.programme.search(self.less, Variant(squared_z(CHANCES[middle]))).has_solution
            low, high = (middle, high) if fits else (low, middle)
        return CHANCES[low] if low >= 0 else None

    def _likely(self, chance: Decimal | None) -> list[Text]:
        if chance is None:
            return [Text("补上整个缺口的把握不到一半", "the whole gap is less likely than not to be closed")]
        return [Text(f"补上整个缺口的把握最大为 {percent(chance)} %", f"the whole gap can be closed with a probability of at most {percent(chance)} %")]

    def _stops(self) -> list[Text]:
        """The limits without which the gap could be closed."""
        free = [x for x in sorted(self.problem.limits, key=lambda x: x.id) if not self.effort.stop() and self.programme.search(self.less, Variant(at_most={x.id: None})).has_solution]
        if free:
            zh, en = "、".join(x.name.zh for x in free), ", ".join(x.name.en for x in free)
            return [Text(f"取消下列任一限制即可做到：{zh}", f"it could be done without any one of these limits: {en}")]
        without = self.programme.search(self.less, Variant(at_most={x.id: None for x in self.problem.limits}))
        if without.has_solution:
            return [Text("须同时放宽多项限制才能做到", "several limits would have to be eased together")]
        return [Text("即使没有任何限制，目录中的措施也不够", "even without any limit the remedies of the catalogue are not enough")]


def relative(objective: Decimal, bound: Decimal) -> Decimal:
    """How far an objective may be from the best, as a share of it.

    Example:
        >>> str(relative(Decimal(200), Decimal(199)))
        '0.005000'
    """
    return Decimal(0) if objective == bound else ((objective - bound) / abs(objective)).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def percent(share: Decimal) -> str:
    """A probability in percent, without zeros at its end.

    Example:
        >>> percent(Decimal("0.80")), percent(Decimal("0.975"))
        ('80', '97.5')
    """
    return f"{(share * 100).quantize(Decimal('0.01'), ROUND_FLOOR).normalize():f}"
