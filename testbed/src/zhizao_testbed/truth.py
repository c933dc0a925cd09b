"""The truth of a plant: what an indicator computed from its signals must find, in whole microseconds, parts and watt-microseconds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from zhizao_testbed.calendar import HOUR, SECOND, Calendar, iso
from zhizao_testbed.changes import Change
from zhizao_testbed.knob import PER_BAR, Knob
from zhizao_testbed.spells import Character, Spell

Cell = tuple[str, int]
"""A machine and an hour (since 1970, UTC)."""


@dataclass
class Truth:
    """Adds up what happened, by machine and hour; only whole hours that are over are told.

    Shape:
        ``cells``: per machine and hour: microseconds in each state, parts by result, ideal microseconds of all and of good parts, energy in W·µs.
    """

    calendar: Calendar
    characters: dict[str, Character]
    knobs: dict[str, Knob]
    cells: dict[Cell, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    runs: list[dict[str, Any]] = field(default_factory=list)
    heard_until: int = 0
    """All changes before it were heard."""
    _part_began: dict[str, int] = field(default_factory=dict)
    _power: dict[str, tuple[int, int]] = field(default_factory=dict)

    def saw(self, machine: str, spell: Spell) -> None:
        """A spell of a machine."""
        for hour, length in _hours(spell.begin, spell.end):
            self.cells[machine, hour][spell.state] += length
        if spell.state == "producing":
            self._part_began.setdefault(machine, spell.begin)
        if spell.result:
            self._part(machine, spell)

    def heard(self, change: Change) -> None:
        """A change: of a machine's power the value before held until now."""
        self.heard_until = change.at
        if change.signal == "active_power" and change.value is not None:
            self._held(change.machine, change.at)
            self._power[change.machine] = (change.at, change.value)

    def until(self, end: int) -> dict[str, Any]:
        """Everything that is over at an instant up to which all changes were heard, as it is exported."""
        for machine, (at, watt) in list(self._power.items()):
            if at < end:
                self._held(machine, end)
                self._power[machine] = (end, watt)
        hours = [{"machine": m, "hour": iso(h * HOUR), **self._told(cell)} for (m, h), cell in sorted(self.cells.items()) if (h + 1) * HOUR <= end]
        return {"zone": self.calendar.zone, "until": iso(end), "hours": hours, "runs": [r for r in self.runs if r["ended_us"] <= end],
                "settings": [self._tuning(c, end) for c in self.characters.values()]}  # fmt: skip

    def _tuning(self, of: Character, end: int) -> dict[str, Any]:
        """How a machine was set and when it was turned, in bar, and what it would have been best set at."""
        turns = [{"at": iso(at), "bar": value / PER_BAR} for at, value in self.knobs[of.name].turns if at < end]
        best = {"best_bar": of.best_pressure / PER_BAR, "scrap_10_bar_off": of.scrap_bend, "power_10_bar_off": of.power_bend}
        return {"machine": of.name, "first_bar": of.pressure / PER_BAR, "turns": turns, **best}

    def _held(self, machine: str, until: int) -> None:
        at, watt = self._power.get(machine, (until, 0))
        for hour, length in _hours(at, until):
            self.cells[machine, hour]["watt_us"] += watt * length

    def _part(self, machine: str, spell: Spell) -> None:
        ideal = round(self.characters[machine].cycle_s * SECOND)
        at_end = self.cells[machine, spell.end // HOUR]  # the count rises at the end, which may be the first instant of the next hour
        at_end[f"parts_{spell.result}"] += 1
        at_end["ideal_us"] += ideal
        at_end["ideal_good_us"] += ideal if spell.result == "good" else 0
        began = self._part_began.pop(machine)
        told = {"machine": machine, "part": spell.part, "order": spell.order, "program": spell.program, "result": spell.result}
        self.runs.append({**told, "started_us": began, "ended_us": spell.end, "started_at": iso(began), "ended_at": iso(spell.end)})

    def _told(self, cell: Counter[str]) -> dict[str, int]:
        busy = sum(cell[s] for s in ("setup", "producing", "delay", "loading", "idle"))
        return {"apt_us": cell["producing"], "aust_us": cell["setup"], "adet_us": cell["delay"], "adot_us": cell["idle"] + cell["loading"], "pbt_us": busy,
                "pdot_us": cell["break"], "pot_us": busy + cell["break"], "parts": sum(cell[f"parts_{r}"] for r in ("good", "scrap", "rework")),
                "good": cell["parts_good"], "scrap": cell["parts_scrap"], "rework": cell["parts_rework"],
                "ideal_us": cell["ideal_us"], "ideal_good_us": cell["ideal_good_us"], "energy_watt_us": cell["watt_us"]}  # fmt: skip


def _hours(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The hours a stretch lies in, with its length in each."""
    at = begin
    while at < end:
        until = min((at // HOUR + 1) * HOUR, end)
        yield at // HOUR, until - at
        at = until


def total(hours: Iterable[dict[str, Any]], name: str) -> int:
    """A sum over exported hours."""
    return sum(hour[name] for hour in hours)
