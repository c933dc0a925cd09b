"""The life of a machine as spells: orders with set-up, parts, minor stops, faults, waiting; seeded, so that it can be lived again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from zhizao_testbed.calendar import SECOND, Calendar
from zhizao_testbed.knob import Knob

State = Literal["off", "break", "setup", "producing", "delay", "loading", "idle"]
"""``off`` outside shifts, ``break`` planned down; the rest is planned busy time: set-up, production, unplanned stops of an order, the next part
being put in, no order."""
Result = Literal["", "good", "scrap", "rework"]


@dataclass(frozen=True, slots=True)
class Character:
    """How a machine behaves; times in seconds of work, shares between 0 and 1."""

    name: str
    cycle_s: float = 90.0
    slower: tuple[float, float] = (1.02, 1.15)
    """Least and most a part takes, in ideal cycles."""
    setup_s: tuple[float, float] = (600.0, 1500.0)
    parts_an_order: tuple[int, int] = (15, 60)
    loading_s: tuple[float, float] = (4.0, 12.0)
    waiting_s: tuple[float, float] = (0.0, 600.0)
    minor_stop: float = 0.03
    minor_stop_s: tuple[float, float] = (20.0, 150.0)
    between_faults_s: float = 4 * 3600.0
    repair_s: tuple[float, float] = (600.0, 3600.0)
    scrap: float = 0.01
    rework: float = 0.008
    wear: float = 0.0004
    """What every part since the last change of tool adds to the share of scrap: the drift."""
    parts_a_tool: int = 120
    busy_kw: float = 8.0
    idle_kw: float = 1.4
    off_kw: float = 0.15
    pressure: int = 400
    """At which its coolant is set when its life begins, in tenths of a bar."""
    best_pressure: int = 400
    """Where it would make least scrap and need least power. Both rise with the square of the distance from there:"""
    scrap_bend: float = 0.06
    """what 10 bar off add to the share of scrap,"""
    power_bend: float = 0.10
    """and to the power of production, as a share of it."""

    def strain(self, pressure: int) -> float:
        """The square of the distance from the best setting, 1 at 10 bar.

        Example:
            >>> Character("M1", best_pressure=400).strain(500)
            1.0
        """
        return ((pressure - self.best_pressure) / 100) ** 2


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch, microseconds since 1970, in which a machine is in one state; the spell that completes a part says with what result."""

    state: State
    begin: int
    end: int
    order: str = ""
    program: str = ""
    part: str = ""
    result: Result = ""
    reason: str = ""

    @property
    def length(self) -> int:
        """Microseconds."""
        return self.end - self.begin


def life(character: Character, calendar: Calendar, seed: int, begin: int, knob: Knob | None = None) -> Iterator[Spell]:
    """Every spell of a machine from an instant on, without gaps, for ever; a part is made with the setting at which it began.

    Example:
        >>> from zhizao_testbed.calendar import TWO_SHIFTS
        >>> first = [s.state for _, s in zip(range(3), life(Character("M1"), TWO_SHIFTS, seed=1, begin=0))]
        >>> first
        ['setup', 'producing', 'loading']
    """
    return _Life(character, calendar, Random(f"{seed}/{character.name}"), begin, knob or Knob(character.pressure)).spells()


class _Life:
    def __init__(self, character: Character, calendar: Calendar, random: Random, begin: int, knob: Knob) -> None:
        self._is, self._calendar, self._random, self._now, self._knob = character, calendar, random, begin, knob
        self._to_fault = self._until_fault()
        self._on_tool = 0

    def spells(self) -> Iterator[Spell]:
        order = 0
        while True:
            order += 1
            about = Spell("setup", 0, 0, f"{self._is.name}-{order:05d}", f"O{self._random.randint(1001, 1012)}")
            yield from self._work("setup", self._between(self._is.setup_s), about)
            for part in range(1, self._random.randint(*self._is.parts_an_order) + 1):
                yield from self._part(replace(about, part=f"{about.order}-{part:03d}"))
            yield from self._work("idle", self._between(self._is.waiting_s), Spell("idle", 0, 0))

    def _part(self, about: Spell) -> Iterator[Spell]:
        strain = self._is.strain(self._knob.at(self._now))
        left = self._is.cycle_s * self._random.uniform(*self._is.slower)
        while self._to_fault < left:  # a part that a fault stops goes on after the repair
            yield from self._work("producing", self._to_fault, about)
            left -= self._to_fault
            yield from self._work("delay", self._between(self._is.repair_s), replace(about, reason="fault"))
            self._to_fault = self._until_fault()
        self._to_fault -= left
        *before, last = self._work("producing", left, about)
        yield from before
        yield replace(last, result=self._result(strain))
        yield from self._between_parts(about)

    def _between_parts(self, about: Spell) -> Iterator[Spell]:
        yield from self._work("loading", self._between(self._is.loading_s), about)
        self._on_tool += 1
        if self._on_tool >= self._is.parts_a_tool:
            self._on_tool = 0
            yield from self._work("delay", 180.0, replace(about, reason="tool change"))
        elif self._random.random() < self._is.minor_stop:
            yield from self._work("delay", self._between(self._is.minor_stop_s), replace(about, reason="minor stop"))

    def _result(self, strain: float) -> Result:
        drawn, scrap = self._random.random(), min(self._is.scrap + self._is.wear * self._on_tool + self._is.scrap_bend * strain, 0.9)
        return "scrap" if drawn < scrap else "rework" if drawn < scrap + self._is.rework else "good"

    def _work(self, state: State, seconds: float, about: Spell) -> Iterator[Spell]:
        """Spells in a state for as much planned busy time; breaks and nights lie between them. Times are whole milliseconds."""
        left = max(1, round(seconds * 1000)) * SECOND // 1000
        while left:
            begin = self._calendar.next_start(self._now)
            if begin > self._now:
                yield self._passed("off", begin, about if state != "idle" else Spell("off", 0, 0))
            planned = next(p for p in self._calendar.stretches(self._now, self._now + 86_400 * SECOND) if p.begin == self._now)
            if planned.planned == "down":
                yield self._passed("break", planned.end, about)
                continue
            length = min(left, planned.end - self._now)
            left -= length
            yield self._passed(state, self._now + length, about)

    def _passed(self, state: State, end: int, about: Spell) -> Spell:
        begin, self._now = self._now, end
        return replace(about, state=state, begin=begin, end=end, reason=about.reason if state == "delay" else "")

    def _until_fault(self) -> float:
        return self._random.expovariate(1 / self._is.between_faults_s)

    def _between(self, limits: tuple[float, float]) -> float:
        return self._random.uniform(*limits)
