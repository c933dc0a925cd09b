"""A plant of the testbed: it can be lived again, and its truth is what its machines say, added up another way."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise, takewhile

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from zhizao.errors import MissingExtra
from zhizao.sense.connectors.modbus.register_map import registers
from zhizao_testbed.calendar import DAY, HOUR, SECOND, TWO_SHIFTS
from zhizao_testbed.changes import Change
from zhizao_testbed.pace import Pace
from zhizao_testbed.plant import Plant
from zhizao_testbed.servers.modbus import REGISTERS, manual
from zhizao_testbed.speaking import SERVERS, Speech
from zhizao_testbed.spells import Character, life
from zhizao_testbed.truth import total

BEGIN = 1_700_000_000_000_000


def said(plant: Plant, span: int) -> list[Change]:
    return list(takewhile(lambda c: c.at <= plant.begin + span, plant.changes()))


def test_the_same_seed_lives_the_same_life_and_another_seed_another():
    assert said(Plant(3, 2, BEGIN), 2 * HOUR) == said(Plant(3, 2, BEGIN), 2 * HOUR) != said(Plant(4, 2, BEGIN), 2 * HOUR)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(BEGIN, BEGIN + DAY))
def test_the_spells_of_a_machine_have_no_gap_and_lie_where_they_are_planned(seed, begin):
    spells = list(takewhile(lambda s: s.begin < begin + 2 * DAY, life(Character("M"), TWO_SHIFTS, seed, begin)))
    assert spells[0].begin == begin and all(a.end == b.begin and a.length > 0 for a, b in pairwise(spells))
    for spell in spells:
        planned = {p.planned for p in TWO_SHIFTS.stretches(spell.begin, spell.end)}
        assert planned == {"off": set(), "break": {"down"}}.get(spell.state, {"busy"})


def test_what_is_said_lies_in_the_order_of_time():
    assert all(a.at <= b.at for a, b in pairwise(said(Plant(5, 4, BEGIN), 5 * HOUR)))


def test_the_truth_of_a_day_is_what_was_said_added_up_again():
    plant = Plant(11, 3, (BEGIN // HOUR + 1) * HOUR)
    spoken = said(plant, DAY)
    hours = plant.truth.until(plant.begin + DAY)["hours"]
    for machine in plant.characters:
        mine, own = [h for h in hours if h["machine"] == machine], [c for c in spoken if c.machine == machine]
        assert total(mine, "energy_watt_us") == held([c for c in own if c.signal == "active_power"], plant.begin + DAY)
        counts = Counter({c.signal: c.value for c in own if c.value is not None and c.at < plant.begin + DAY})
        assert total(mine, "parts") == counts["part_count"] and total(mine, "scrap") == counts["scrap_count"]
        assert total(mine, "pbt_us") == sum(total(mine, f"{t}_us") for t in ("apt", "aust", "adet", "adot"))
        assert total(mine, "pot_us") == total(mine, "pbt_us") + total(mine, "pdot_us") == 16 * HOUR
        producing = {"execution": "ACTIVE"}
        assert total(mine, "apt_us") == while_saying(own, producing, plant.begin + DAY)


def held(points: list[Change], end: int) -> int:
    stretches = [*pairwise(points), (points[-1], Change(end, "", ""))]
    return sum(a.value * (min(b.at, end) - a.at) for a, b in stretches if a.at < end)


def while_saying(points: list[Change], wanted: dict[str, str], end: int) -> int:
    now, length = {}, 0
    for a, b in pairwise([*points, Change(end, "", "")]):
        now[a.signal] = a.text
        length += (min(b.at, end) - min(a.at, end)) * all(now.get(k) == v for k, v in wanted.items())
    return length


def test_every_part_becomes_one_run_of_the_truth():
    plant = Plant(11, 2, BEGIN)
    spoken = said(plant, DAY)
    runs = plant.truth.until(BEGIN + DAY)["runs"]
    counted = max(c.value for c in spoken if c.machine == "M01" and c.signal == "part_count")
    assert len([r for r in runs if r["machine"] == "M01"]) == counted
    assert all(r["started_us"] < r["ended_us"] for r in runs)


@pytest.mark.parametrize("speed", [1.0, 5000.0])
def test_a_fast_plant_catches_up_with_the_present_and_never_passes_it(speed):
    async def play() -> list[Change]:
        ticks = iter(range(BEGIN, BEGIN + 60 * SECOND, SECOND))
        seen: list[Change] = []
        plant = Plant(1, 1, BEGIN - HOUR)
        now = BEGIN

        def clock() -> int:
            nonlocal now
            now = next(ticks)
            return now

        async for burst in Pace(speed, until=plant.begin + HOUR if speed > 1 else plant.begin + 9 * SECOND, clock=clock).bursts(plant):
            assert all(c.at <= now for c in burst)
            seen += burst
        return seen

    assert asyncio.run(play())


def test_a_bar_in_the_calendar_ends_a_shift_at_midnight_of_the_plant_and_not_of_greenwich():
    first = next(p for p in TWO_SHIFTS.stretches(0, DAY) if p.shift == "late")
    assert first.begin == 6 * HOUR  # 14:00 in Shanghai


def test_the_manual_of_the_modbus_device_is_a_map_that_its_source_can_have():
    written = yaml.safe_load(manual(["M01", "M02"]))["options"]["registers"]
    found = {one.name: one for one in registers("plant", written, 1.0)}
    assert len(found) == 2 * len(REGISTERS)
    power = found["M02.active_power"]
    assert (power.table, power.address, power.words, power.scale, power.unit) == ("holding", 108, 2, 0.001, "kW")


def test_a_protocol_whose_library_is_missing_is_told_with_its_name(monkeypatch):
    monkeypatch.setitem(SERVERS, "opcua", "no_such_library.server:OpcUa")
    speech = Speech(Plant(1, 1, BEGIN), Pace(1.0), ["opcua"], 0)
    with pytest.raises(MissingExtra) as caught:
        asyncio.run(speech.speak(None))
    assert "no_such_library" in caught.value.cure.en
