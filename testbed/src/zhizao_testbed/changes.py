"""What a machine says while it lives: changes of its signals, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from zhizao_testbed.calendar import SECOND
from zhizao_testbed.knob import PER_BAR, SETTING, Knob
from zhizao_testbed.spells import Character, Spell, State

POWER_EVERY, WARMTH_EVERY, METER_EVERY = 5 * SECOND, 30 * SECOND, 60 * SECOND

Words = tuple[str, str, str]
WORDS: Mapping[State, Words] = {
    "off": ("STOPPED", "AUTOMATIC", "PRODUCTION"),
    "break": ("INTERRUPTED", "AUTOMATIC", "PRODUCTION"),
    "setup": ("READY", "MANUAL", "SETUP"),
    "producing": ("ACTIVE", "AUTOMATIC", "PRODUCTION"),
    "delay": ("INTERRUPTED", "AUTOMATIC", "PRODUCTION"),
    "loading": ("PROGRAM_COMPLETED", "AUTOMATIC", "PRODUCTION"),
    "idle": ("READY", "AUTOMATIC", "PRODUCTION"),
}
"""Of each state: execution, controller mode and functional mode, in the words of MTConnect."""


@dataclass(frozen=True, slots=True)
class Change:
    """One signal of a machine has a new value from an instant on; power in W, energy in Wh, speed in 1/min, temperature in 0.1 °C, pressure in 0.1 bar, times
    in ms: whole numbers."""

    at: int
    machine: str
    signal: str
    value: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class SignalType:
    """What a signal is: its unit, how many of its whole numbers make one of the unit, and by what name MTConnect knows it."""

    unit: str
    per_unit: int = 1
    known_as: str = ""


SIGNALS: Mapping[str, SignalType] = {
    "execution": SignalType("", known_as="EXECUTION"),
    "controller_mode": SignalType("", known_as="CONTROLLER_MODE"),
    "functional_mode": SignalType("", known_as="FUNCTIONAL_MODE"),
    "program": SignalType("", known_as="PROGRAM"),
    "production_order": SignalType("", known_as="PROCESS_OCCURRENCE_ID/ORDER_NUMBER"),
    "part": SignalType("", known_as="PART_ID"),
    "alarm": SignalType("", known_as="SYSTEM"),
    "planned_time_per_item": SignalType("s/piece", 1000, "PROCESS_TIMER/PLANNED"),
    "part_count": SignalType("piece", known_as="PART_COUNT/ALL"),
    "good_count": SignalType("piece", known_as="PART_COUNT/GOOD"),
    "scrap_count": SignalType("piece", known_as="PART_COUNT/BAD"),
    "active_power": SignalType("kW", 1000, "WATTAGE"),
    "electricity": SignalType("kWh", 1000, "ELECTRICAL_ENERGY"),
    "spindle_speed": SignalType("1/min", 1, "ROTARY_VELOCITY/ACTUAL"),
    "spindle_temperature": SignalType("degC", 10, "TEMPERATURE/ROTARY"),
    SETTING: SignalType("bar", PER_BAR, "PRESSURE/PROGRAMMED"),
}


def changes(character: Character, spells: Iterable[Spell], seed: int, knob: Knob | None = None) -> Iterator[Change]:
    """What a machine says during its spells: words where they change, counts at the end of parts, figures at their intervals, its setting when it is turned."""
    knob = knob or Knob(character.pressure)
    voice = _Voice(character, Random(f"{seed}/{character.name}/voice"), knob)
    for spell in spells:
        for change in voice.during(spell):
            knob.passed(change.at)
            yield from (Change(at, character.name, SETTING, value) for at, value in knob.untold(change.at))
            yield change


class _Voice:
    def __init__(self, character: Character, random: Random, knob: Knob) -> None:
        self._is, self._random, self._knob = character, random, knob
        self._said: dict[str, str] = {}
        self._counts = {"part_count": 0, "good_count": 0, "scrap_count": 0}
        self._watt_us = 0
        self._watt, self._warmth = 0, 220
        self._next_meter: int | None = None

    def during(self, spell: Spell) -> Iterator[Change]:
        if self._next_meter is None:
            self._next_meter = spell.begin
            yield from (self._number(spell.begin, signal, 0) for signal in self._counts)
            yield self._number(spell.begin, "planned_time_per_item", round(1000 * self._is.cycle_s))
            yield self._number(spell.begin, SETTING, self._knob.first)
        yield from self._words(spell)
        yield self._number(spell.begin, "spindle_speed", self._speed(spell.state))
        yield from self._figures(spell)
        if spell.result:
            yield from self._counted(spell)

    def _words(self, spell: Spell) -> Iterator[Change]:
        execution, controller, functional = WORDS[spell.state]
        alarm = f"FAULT|{spell.reason}" if spell.reason == "fault" else "NORMAL"
        said = {"controller_mode": controller, "functional_mode": functional, "program": spell.program, "alarm": alarm,
                "production_order": spell.order, "part": spell.part, "execution": execution}  # fmt: skip
        for signal, text in said.items():
            if self._said.get(signal) != text:
                self._said[signal] = text
                yield Change(spell.begin, self._is.name, signal, text=text)

    def _figures(self, spell: Spell) -> Iterator[Change]:
        """Power at the beginning and every five seconds, the meter every minute, warmth every half minute."""
        assert self._next_meter is not None
        at, next_warmth = spell.begin, spell.begin
        while at < spell.end:
            watt = self._power(spell.state, self._knob.at(at))
            yield self._number(at, "active_power", watt)
            if at >= self._next_meter:
                yield self._number(at, "electricity", self._watt_us // (3600 * SECOND))
                self._next_meter = at + METER_EVERY
            if at >= next_warmth:
                yield self._number(at, "spindle_temperature", self._warmer(spell.state))
                next_warmth = at + WARMTH_EVERY
            until = min(at + POWER_EVERY, spell.end)
            self._watt_us += watt * (until - at)
            at = until

    def _counted(self, spell: Spell) -> Iterator[Change]:
        by_result = {"good": ["good_count"], "scrap": ["scrap_count"]}.get(spell.result, [])
        for signal in ("part_count", *by_result):
            self._counts[signal] += 1
            yield self._number(spell.end, signal, self._counts[signal])

    def _power(self, state: State, pressure: int) -> int:
        producing = self._is.busy_kw * (1 + self._is.power_bend * self._is.strain(pressure))
        level = {"producing": producing, "setup": self._is.busy_kw / 3, "off": self._is.off_kw}.get(state, self._is.idle_kw)
        return round(1000 * level * self._random.uniform(0.9, 1.1))

    def _speed(self, state: State) -> int:
        return {"producing": self._random.randrange(4000, 9000, 250), "setup": 500}.get(state, 0)

    def _warmer(self, state: State) -> int:
        goal = {"producing": 480, "setup": 300}.get(state, 220)
        self._warmth += round((goal - self._warmth) * 0.05) + self._random.randint(-2, 2)
        return self._warmth

    def _number(self, at: int, signal: str, value: int) -> Change:
        return Change(at, self._is.name, signal, value)
