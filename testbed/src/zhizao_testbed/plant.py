"""A plant: several machines at once, what they say merged in the order of time, and its truth beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from operator import attrgetter
from random import Random

from zhizao_testbed.calendar import TWO_SHIFTS, Calendar
from zhizao_testbed.changes import Change, changes
from zhizao_testbed.knob import LEAST, MOST, Knob
from zhizao_testbed.spells import Character, Spell, life
from zhizao_testbed.truth import Truth


@dataclass
class Plant:
    """A seeded plant of some machines that begins to live at an instant (microseconds since 1970).

    Args:
        site: the code of its site, with which the names of its machines then begin: several plants of one nation live side by side.
        detuned: bar that every coolant is set above what its machine would else begin with: a hidden cause of scrap and power.

    Example:
        >>> plant = Plant(seed=7, machines=2, begin=1_700_000_000_000_000)
        >>> first = next(plant.changes())
        >>> first.machine, first.signal, first.value
        ('M01', 'part_count', 0)
    """

    seed: int
    machines: int
    begin: int
    calendar: Calendar = TWO_SHIFTS
    detuned: float = 0.0
    site: str = ""
    truth: Truth = field(init=False)
    characters: dict[str, Character] = field(init=False)
    knobs: dict[str, Knob] = field(init=False)

    def __post_init__(self) -> None:
        self.characters = {c.name: c for c in _characters(self.seed, self.machines, self.detuned, f"{self.site}-" if self.site else "")}
        self.knobs = {name: Knob(c.pressure) for name, c in self.characters.items()}
        self.truth = Truth(self.calendar, self.characters, self.knobs)

    def changes(self) -> Iterator[Change]:
        """Everything all machines say, in the order of time, for ever; the truth grows with it."""
        for change in merge(*(self._of(c) for c in self.characters.values()), key=attrgetter("at")):
            self.truth.heard(change)
            yield change

    def _of(self, character: Character) -> Iterator[Change]:
        return changes(character, self._lived(character), self.seed, self.knobs[character.name])

    def _lived(self, character: Character) -> Iterator[Spell]:
        for spell in life(character, self.calendar, self.seed, self.begin, self.knobs[character.name]):
            self.truth.saw(character.name, spell)
            yield spell


def _characters(seed: int, machines: int, detuned: float, prefix: str) -> Iterator[Character]:
    random, tuning = Random(f"{seed}/plant"), Random(f"{seed}/tuning")
    for number in range(1, machines + 1):
        cycle, busy = random.uniform(45, 180), random.uniform(4, 15)
        faults = random.uniform(2, 12) * 3600
        best = tuning.randint(300, 500)
        begins = min(max(best + tuning.randint(-30, 30) + round(10 * detuned), LEAST), MOST)
        scrap_bend, power_bend = round(tuning.uniform(0.03, 0.08), 3), round(tuning.uniform(0.06, 0.14), 3)
        yield Character(
            f"{prefix}M{number:02d}", round(cycle, 1), between_faults_s=faults, scrap=random.uniform(0.003, 0.03), busy_kw=round(busy, 1),
            pressure=begins, best_pressure=best, scrap_bend=scrap_bend, power_bend=power_bend,
        )  # fmt: skip
