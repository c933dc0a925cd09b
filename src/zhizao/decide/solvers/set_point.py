"""A better setting of a process, inside its safe limits, with the chance that it is better; where the data do not say, the next trial to make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from zhizao.decide.contract import Stop
from zhizao.decide.surface import Numbers, Surface, surface
from zhizao.model.problem import Machine, Outcome, SetPointProblem
from zhizao.model.proposal import Alternative, Choice, Prediction, Solution
from zhizao.model.text import Text

DRAWS = 4000
BEYOND = Decimal("0.25")
"""How far beyond the settings seen one may go, as a share of their range."""
MOST_STEPS = 2000
_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class SetPoints:
    """Chooses settings from a parabola learned from trials."""

    kind: str = "set_point"

    def solve(self, problem: SetPointProblem, stop: Stop, seed: int) -> Solution:
        """The setting with the least expected loss, if it is better than the present one with the probability asked for."""
        return _Setting(problem, seed).solution()


SOLVER = SetPoints()


class _Setting:
    """One problem being solved; settings are scaled so that the safe range is -1 … 1."""

    def __init__(self, problem: SetPointProblem, seed: int) -> None:
        self.problem, self.seed = problem, seed
        self.middle, self.half = (problem.high + problem.low) / 2, max((problem.high - problem.low) / 2, _PLACES)
        self.trials = sorted(problem.trials, key=lambda t: (t.machine, t.setting, t.outcomes, t.amount))
        self.machines = sorted(problem.machines, key=lambda m: m.id)
        self.prices = np.array([float(o.price) * (1 if o.direction == "down" else -1) for o in problem.outcomes])
        self.seen = np.array([[float(v) for v in t.outcomes] for t in self.trials]).reshape(len(self.trials), len(problem.outcomes))

    def solution(self) -> Solution:
        learned = self._learned(self.seen @ self.prices)
        if learned is None:
            return self._cannot_tell(None, Text("可用的观测太少", "there are too few observations"))
        if not learned.fits:
            return self._cannot_tell(learned, Text("观测不是抛物线所能说明的，不作推荐", "a parabola does not fit what was seen: nothing is recommended"))
        chosen = [(m, *self._best(learned, m)) for m in self.machines]
        sure = [(m, at) for m, at, chance in chosen if at != m.now and chance >= self.problem.probability]
        unsure = [(m, at) for m, at, chance in chosen if at != m.now and chance < self.problem.probability]
        if unsure and not sure:
            return self._cannot_tell(learned, self._too_unsure([chance for m, at, chance in chosen if at != m.now]))
        if not sure:
            return Solution("optimal", "", Decimal(0), Decimal(0), Decimal(0), reasons=(Text("现有设定已是最好", "the present setting is the best there is"),))
        return self._recommended(learned, sure, min(c for m, at, c in chosen if (m, at) in sure))

    def _learned(self, outcomes: Numbers) -> Surface | None:
        settings = np.array([float((t.setting - self.middle) / self.half) for t in self.trials])
        return surface(settings, outcomes, np.array([float(t.amount) for t in self.trials]), [t.machine for t in self.trials])

    def _allowed(self, machine: Machine) -> list[Decimal]:
        """The settings a machine may be given: whole steps inside the safe limits, the largest move, and not far beyond what was seen."""
        p, seen = self.problem, [t.setting for t in self.trials]
        low, high = max(p.low, machine.now - p.move), min(p.high, machine.now + p.move)
        if seen:
            room = max((max(seen) - min(seen)) * BEYOND, p.step)
            low, high = max(low, min(seen) - room), min(high, max(seen) + room)
        first, last = ((low / p.step).to_integral_value(ROUND_CEILING), (high / p.step).to_integral_value(ROUND_FLOOR))
        stride = max(1, int(last - first) // MOST_STEPS)
        return [k * p.step for k in range(int(first), int(last) + 1, stride)]

    def _changes(self, learned: Surface, machine: Machine, at: Sequence[Decimal]) -> Numbers:
        return learned.change(self._scaled(at), float(self._scaled([machine.now])[0]), DRAWS, self.seed)

    def _scaled(self, at: Sequence[Decimal]) -> Numbers:
        return np.array([float((a - self.middle) / self.half) for a in at])

    def _best(self, learned: Surface, machine: Machine) -> tuple[Decimal, Decimal]:
        """The setting of the least expected loss, and the chance that it is better than the present one."""
        allowed = self._allowed(machine)
        if not allowed:
            return machine.now, Decimal(0)
        change = self._changes(learned, machine, allowed)
        best = int(np.argmin(change.mean(axis=0)))
        if change[:, best].mean() >= 0:
            return machine.now, Decimal(0)
        return allowed[best], _decimal(float((change[:, best] < 0).mean())).quantize(Decimal("0.0001"), ROUND_FLOOR)

    def _recommended(self, learned: Surface, sure: Sequence[tuple[Machine, Decimal]], chance: Decimal) -> Solution:
        losses = [float(self._changes(learned, m, [at]).mean()) for m, at in sure]
        objective = _decimal(sum(losses) / len(losses))
        first = Alternative(
            Text("推荐设定", "recommended setting"), objective, tuple(Choice(m.id, at) for m, at in sure), chance, None,
            tuple(self._predicted(o, n, sure) for n, o in enumerate(self.problem.outcomes)),
        )  # fmt: skip
        halfway = [(m, h) for m, at in sure if (h := self._halfway(m, at)) not in (m.now, at)]
        others = (self._careful(learned, halfway),) if len(halfway) == len(sure) else ()
        return Solution("optimal", "", objective, objective, Decimal(0), (first, *others))

    def _halfway(self, machine: Machine, at: Decimal) -> Decimal:
        steps = ((at - machine.now) / 2 / self.problem.step).to_integral_value()
        allowed = self._allowed(machine)
        return min(allowed, key=lambda a: (abs(a - machine.now - steps * self.problem.step), a))

    def _careful(self, learned: Surface, halfway: Sequence[tuple[Machine, Decimal]]) -> Alternative:
        changes = [self._changes(learned, m, [at])[:, 0] for m, at in halfway]
        return Alternative(
            Text("先走一半", "half the way first"), _decimal(float(np.mean([c.mean() for c in changes]))), tuple(Choice(m.id, at) for m, at in halfway),
            min(_decimal(float((c < 0).mean())).quantize(Decimal("0.0001"), ROUND_FLOOR) for c in changes), None,
            tuple(self._predicted(o, n, halfway) for n, o in enumerate(self.problem.outcomes)),
        )  # fmt: skip

    def _predicted(self, outcome: Outcome, number: int, sure: Sequence[tuple[Machine, Decimal]]) -> Prediction:
        """What happens to one outcome, as the mean over the machines."""
        learned = self._learned(self.seen[:, number])
        assert learned is not None, "all outcomes are learned from the same trials"
        together = np.mean([self._changes(learned, m, [at])[:, 0] for m, at in sure], axis=0)
        low, high = np.quantile(together, [0.05, 0.95])
        return Prediction(outcome.indicator, outcome.unit, _decimal(float(together.mean())), _decimal(float(low)), _decimal(float(high)))

    # ── where the data do not say ───────────────────────────────────────────────────────────────────────────────

    def _too_unsure(self, chances: Sequence[Decimal]) -> Text:
        most, wanted = max(chances) * 100, self.problem.probability * 100
        return Text(f"更好的把握只有 {most:.0f} %，要求 {wanted:.0f} %", f"the chance of being better is only {most:.0f} %, {wanted:.0f} % are asked for")

    def _cannot_tell(self, learned: Surface | None, why: Text) -> Solution:
        """Nothing is recommended, but the next trial is: the setting from which most improvement may be expected, the data being as they are."""
        trials = [(m, at) for m in self.machines[:1] if (at := self._experiment(learned, m)) is not None]
        proposed = tuple(Alternative(Text("下一步试验", "next trial"), Decimal(0), (Choice(m.id, at),)) for m, at in trials)
        return Solution("cannot_tell", alternatives=proposed, reasons=(why,))

    def _experiment(self, learned: Surface | None, machine: Machine) -> Decimal | None:
        allowed = [a for a in self._allowed(machine) if a != machine.now]
        if not allowed:
            return None
        if learned is None:  # nothing is known: a quarter of the way to the farther end of what is allowed
            farther = max(allowed, key=lambda a: (abs(a - machine.now), a))
            return min(allowed, key=lambda a: (abs(a - machine.now - (farther - machine.now) / 4), a))
        expected = np.maximum(-self._changes(learned, machine, allowed), 0).mean(axis=0)
        return allowed[int(np.argmax(expected))]


def _decimal(number: float) -> Decimal:
    return Decimal(number).quantize(_PLACES)
