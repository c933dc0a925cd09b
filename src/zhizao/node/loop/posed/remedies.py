"""Which remedies could close a gap, posed from live figures: who can take what, what it would move, and what is limited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from zhizao.errors import InputError, NoAnswer
from zhizao.judge.path import gap as ahead_of
from zhizao.model.condition import holds
from zhizao.model.expression import FieldRef, walk
from zhizao.model.problem import Candidate, Limit, RemedyProblem, Use
from zhizao.model.proposal import Expected, PlannedAction
from zhizao.model.remedy import PosedLimit, Posing, Remedy, RemedyEffect
from zhizao.model.text import Text
from zhizao.node.loop.posed.ground import Ground, Wanted, counting, on_level, weighing
from zhizao.node.loop.posed.set_point import Tuned, tuned

ROOM = Decimal(40_000_000)
"""Gains are given so finely that all of them together are so many steps: enough to be exact, few enough to be squared."""
BUDGET = "budget"


def remedies(ground: Ground, posing: Posing, wanted: Wanted, seed: int) -> RemedyProblem:
    """The problem as it stands.

    Raises:
        NoAnswer: there is no gap, or nothing that could be done.
    """
    return _Posing(ground, posing, wanted, seed).problem()


@dataclass(frozen=True, slots=True)
class Place_:
    """An entity at which remedies are considered: its figure and its weight."""

    entity: str
    value: Decimal
    weight: Decimal


class _Posing:
    """One problem being posed."""

    def __init__(self, ground: Ground, posing: Posing, wanted: Wanted, seed: int) -> None:
        self.ground, self.posing, self.wanted, self.seed = ground, posing, wanted, seed
        self.indicator = ground.indicator(posing.indicator)
        self.entity = ground.whole(posing, self.indicator, wanted)
        self.period = ground.period(self.indicator, wanted.period)
        self.value = ground.value(self.indicator, self.entity, self.period)
        self.places = self._places()
        self.above = ground.above((p.entity for p in self.places), self.period)

    def problem(self) -> RemedyProblem:
        gap = self._gap()
        candidates = self._fine([c for remedy in self._catalogue() for c in self._of(remedy)], gap)
        if not candidates:
            raise NoAnswer(Text(f"目录中没有可用于 {self.indicator.id} 的措施", f"the catalogue has no remedy that could be taken for {self.indicator.id}"), where=self.posing.id)
        return RemedyProblem(
            self.indicator.id, self.entity, str(self.period), self.indicator.unit, gap, self.wanted.probability or self.posing.probability,
            self.posing.currency, candidates, tuple(self._limits(candidates)), tuple(self._exclusive(candidates)), tuple(self._needs(candidates)),
        )  # fmt: skip

    def _gap(self) -> Decimal:
        """How far the whole is behind, in the target's direction."""
        if isinstance(self.posing.gap, Decimal):
            return self.posing.gap
        target = self.ground.target(self.indicator, self.entity, self.period)
        behind = -target.margin(self.value)
        if self.posing.gap == "path":
            ahead = ahead_of(target, self.value, self.period, self.ground.targets)
            behind = Decimal(0) if ahead is None else -ahead
        if behind <= 0:
            raise NoAnswer(Text(f"{self.entity} 的 {self.indicator.id} 没有缺口（{self.period} 为 {self.value}）", f"{self.indicator.id} of {self.entity} has no gap ({self.value} in {self.period})"), where=self.posing.id)
        return behind

    # ── where, and what weighs how much ─────────────────────────────────────────────────────────────────────────

    def _places(self) -> list[Place_]:
        by = [level.strip() for level in self.posing.by.split(",") if level.strip()]
        if len(by) != 1:
            raise InputError(Text("by 应写一个层级", "by takes one level"), where=str(self.posing.place))
        values = self.ground.figures(self.indicator, (self.entity,), by, self.period)
        weighed = weighing(self.indicator)
        if weighed is None:
            self.all = Decimal(1)
            return [Place_(e, v, Decimal(1)) for e, v in sorted(values.items())]
        weights = self.ground.figures(weighed, (self.entity,), by, self.period)
        self.all = self.ground.value(weighed, self.entity, self.period)
        return [Place_(e, v, weights[e]) for e, v in sorted(values.items()) if weights.get(e, 0) > 0]

    def _counts(self, level: str) -> Mapping[str, int]:
        """How many of a level each place has."""
        if level == self.posing.by.strip():
            return {p.entity: 1 for p in self.places}
        return {e: int(n) for e, n in self.ground.figures(counting(self.indicator, level), (self.entity,), (self.posing.by.strip(),), self.period).items()}

    # ── what could be taken ─────────────────────────────────────────────────────────────────────────────────────

    def _catalogue(self) -> list[Remedy]:
        known = self.ground.library.remedies.values()
        found = [r for r in known if r.effect_on(self.indicator.id) and (not self.posing.remedies or r.id in self.posing.remedies)]
        for remedy in (r for r in found if r.currency != self.posing.currency):
            self.ground.remarks.append(Text(f"措施 {remedy.id} 以 {remedy.currency} 计价，未计入", f"remedy {remedy.id} costs {remedy.currency} and is left out"))
        return sorted((r for r in found if r.currency == self.posing.currency), key=lambda r: r.id)

    def _of(self, remedy: Remedy) -> list[Candidate]:
        counts = self._counts(remedy.unit)
        figures = self._asked_figures(remedy)
        tune = self._tuned(remedy) if remedy.sets else {}
        found = [self._candidate(remedy, p, counts.get(p.entity, 0), tune.get(p.entity)) for p in self.places if self._applies(remedy, p.entity, figures)]
        return [c for c in found if c is not None]

    def _asked_figures(self, remedy: Remedy) -> dict[str, Mapping[str, Decimal]]:
        """The figures its condition asks for, by indicator."""
        asked = sorted({n.name for n in walk(remedy.when) if isinstance(n, FieldRef)}) if remedy.when is not None else []
        return {name: self.ground.figures(self.ground.indicator(name), (self.entity,), (self.posing.by.strip(),), self.period) for name in asked}

    def _applies(self, remedy: Remedy, entity: str, figures: Mapping[str, Mapping[str, Decimal]]) -> bool:
        if remedy.within and not self.above[entity] & set(remedy.within):
            return False
        return remedy.when is None or holds(remedy.when, {name: of.get(entity) for name, of in figures.items()})

    def _candidate(self, remedy: Remedy, place: Place_, count: int, tune: Tuned | None) -> Candidate | None:
        effect = remedy.effect_on(self.indicator.id)
        most = int((count * remedy.share).to_integral_value(ROUND_FLOOR))
        most = min(most, remedy.most) if remedy.most else most
        if effect is None or most < 1 or (remedy.sets and tune is None):
            return None
        if tune and (told := tune.predicted(self.indicator.id)):
            effect = RemedyEffect(self.indicator.id, told.mean, max((told.high - told.low) / Decimal("3.2897"), Decimal("0.000001")))
        sign = 1 if self.indicator.direction == "up" else -1
        whole, here = self._points(effect, self.value) * place.weight / self.all / count, self._points(effect, place.value) / count
        gain, spread = sign * whole * effect.mean, abs(whole)
        own = (effect.sd**2 - effect.shared**2).sqrt()
        if gain <= 0:
            return None
        action = PlannedAction(
            place.entity, remedy.id, remedy.name, remedy.owner, remedy.lead_days, remedy.cost, remedy.needs, tune.writes if tune else (),
            self.indicator.id, Expected(_six(here * effect.mean), _six(abs(here) * effect.sd)),
        )  # fmt: skip
        return Candidate(f"{remedy.id}@{place.entity}", most, gain, spread * own, spread * effect.shared, action)

    @staticmethod
    def _points(effect: RemedyEffect, value: Decimal) -> Decimal:
        """How many points of the indicator one unit of the stated effect is."""
        return {"points": Decimal(1), "of_value": value / 100, "of_rest": (100 - value) / 100}[effect.reach]

    def _tuned(self, remedy: Remedy) -> Mapping[str, Tuned]:
        """What the set points of the machines of each place should be, where the data say so."""
        found = tuned(self.ground, self.ground.library.problems[remedy.by], self.entity, [p.entity for p in self.places], self.seed) if remedy.by in self.ground.library.problems else {}
        if not found:
            self.ground.remarks.append(Text(f"措施 {remedy.id}：数据不足以推荐设定", f"remedy {remedy.id}: the data recommend no setting"))
        return found

    # ── what is limited ─────────────────────────────────────────────────────────────────────────────────────────

    def _limits(self, candidates: Iterable[Candidate]) -> list[Limit]:
        posed = [x for x in self.posing.limits if x.id != BUDGET or self.wanted.budget is None]
        if self.wanted.budget is not None:
            posed.append(PosedLimit(BUDGET, Text("预算", "budget"), self.wanted.budget, max(self.wanted.budget / 20, Decimal(1)), self.posing.currency))
        return [limit for one in posed for limit in self._limit(one, list(candidates))]

    def _limit(self, posed: PosedLimit, candidates: list[Candidate]) -> list[Limit]:
        uses: dict[str, list[Use]] = {}
        for c in candidates:
            amount = c.cost if posed.of == "cost" else dict(self.ground.library.remedies[c.action.remedy].uses).get(posed.of, Decimal(0))
            group = on_level(c.action.entity, self.above[c.action.entity], posed.each) if posed.each else ""
            if amount:
                uses.setdefault(group, []).append(Use(c.id, amount))
        unit = posed.unit or (self.posing.currency if posed.of == "cost" else "")
        return [Limit(f"{posed.id}@{e}" if e else posed.id, self._named(posed.name, e), posed.at_most, posed.step, unit, tuple(of)) for e, of in sorted(uses.items())]

    def _named(self, name: Text, entity: str) -> Text:
        told = self.ground.library.entity_names().get(entity, Text(entity, entity)) if entity else None
        return Text(f"{name.zh}（{told.zh}）", f"{name.en} ({told.en})") if told else name

    def _exclusive(self, candidates: Iterable[Candidate]) -> Iterable[tuple[str, ...]]:
        ids = {c.id for c in candidates}
        pairs = {tuple(sorted((c.id, f"{other}@{c.action.entity}"))) for c in candidates for other in self.ground.library.remedies[c.action.remedy].excludes}
        return sorted(p for p in pairs if set(p) <= ids)

    def _needs(self, candidates: Iterable[Candidate]) -> Iterable[tuple[str, str]]:
        ids = {c.id for c in candidates}
        found = [(c.id, f"{need}@{c.action.entity}") for c in candidates for need in c.action.needs]
        return [pair for pair in found if pair[1] in ids]

    def _fine(self, candidates: list[Candidate], gap: Decimal) -> tuple[Candidate, ...]:
        """Gains in steps that a solver can be exact about: rounded down, their uncertainty up; what needs something nobody can take is left out."""
        total = sum((c.most * (c.gain + c.own + c.shared) for c in candidates), gap)
        digits = min(9, max(2, int((ROOM / total).log10().to_integral_value(ROUND_FLOOR))))
        step = Decimal(1).scaleb(-digits)
        fine = [replace(c, gain=c.gain.quantize(step, ROUND_FLOOR), own=c.own.quantize(step, ROUND_CEILING), shared=c.shared.quantize(step, ROUND_CEILING)) for c in candidates]
        taken = {c.id: c for c in fine if c.gain > 0}
        while lacking := [c.id for c in taken.values() if any(f"{n}@{c.action.entity}" not in taken for n in c.action.needs)]:
            for name in lacking:
                del taken[name]
        return tuple(sorted(taken.values(), key=lambda c: c.id))


def _six(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.000001"))


