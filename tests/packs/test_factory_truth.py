"""A simulated plant knows what happened in it: what is derived and computed from its signals is that, to the microsecond and the piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from zhizao.measure.measure import Measurement
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.shift import shifts
from zhizao.model.value import Known
from zhizao.pack.load import load
from zhizao.sense.calendar import plans, signals
from zhizao.sense.derive.derive import derived
from zhizao.sense.derive.series import Observed
from zhizao.store.contract import Source
from zhizao.store.local import LocalStore
from zhizao_testbed.calendar import HOUR
from zhizao_testbed.changes import SIGNALS, Change
from zhizao_testbed.plant import Plant
from zhizao_testbed.records import records
from zhizao_testbed.truth import total

from .conftest import PACKS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGIN = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
"""In the early shift; these hours lie in one day, here and in UTC."""
SPAN = 7
"""Hours: the end of the early shift, the beginning of the late one, and its break."""
DAY = Period.parse("2026-03-02")


@dataclass
class World:
    """A plant's hours in a store, with what the plant knows of them."""

    library: Library
    store: LocalStore
    plant: Plant
    said: list[Change]

    @property
    def until_us(self) -> int:
        """The end of the hours."""
        return self.plant.begin + SPAN * HOUR

    @cached_property
    def truth(self) -> dict[str, Any]:
        """What happened."""
        return self.plant.truth.until(self.until_us)

    def runs(self, machine: str) -> list[dict[str, Any]]:
        """The process runs of a machine, from its signals."""
        observed = [Observed(c.at, c.signal, number(c), c.text) for c in self.said if c.machine == machine]
        return derived(self.library.derivations["process_run"], self.library, f"machine:{machine}", observed, self.until_us + HOUR)


def number(change: Change) -> float | None:
    return None if change.value is None else change.value / SIGNALS[change.signal].per_unit


def observations(said: list[Change]) -> pa.Table:
    """What machines said, as a source would deliver it."""
    known = [c for c in said if c.signal in SIGNALS]
    return pa.table({
        "entity": [f"machine:{c.machine}" for c in known], "quantity": [c.signal for c in known], "time": [EPOCH + timedelta(microseconds=c.at) for c in known],
        "value": pa.array([number(c) for c in known], pa.float64()), "text": pa.array([c.text for c in known], pa.string()), "quality": ["good"] * len(known),
        "source": ["plant"] * len(known),
    })  # fmt: skip


def planned(plant: Plant) -> pa.Table:
    """The calendar of the site, as signals of its machines."""
    rows = [{**r, "valid_from": date.fromisoformat(r["valid_from"])} for r in records(plant)["shift_calendar"]]
    told = [*plans(shifts(rows), ZoneInfo("Asia/Shanghai"), BEGIN, BEGIN + timedelta(hours=SPAN))]
    table = pa.Table.from_batches([signals(told, [f"machine:{m}" for m in plant.characters])])
    return table.append_column("source", pa.array(["calendar"] * table.num_rows))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    library, plant = load([PACKS / "kernel", PACKS / "factory"]), Plant(5, 3, (BEGIN - EPOCH) // timedelta(microseconds=1))
    end = plant.begin + SPAN * HOUR
    said = list(takewhile(lambda c: c.at <= end, plant.changes()))
    said.append(Change(end, "M01", "spindle_temperature", 300))  # what is said is trusted until the source spoke last
    store = LocalStore(tmp_path_factory.mktemp("plant"), lambda: EPOCH + timedelta(microseconds=end + HOUR))
    made = World(library, store, plant, said)
    for name, rows in records(plant).items():
        fields = {f.id for f in library.records[name].fields}
        store.append(library.records[name], pa.Table.from_pylist([{k: v or None for k, v in r.items() if k in fields} for r in rows]), Source(name))
    for source, table in (("plant", observations(said)), ("calendar", planned(plant))):
        receipt = store.append(library.records["observation"], table, Source(source))
        assert not receipt.rejected
    runs = [run for machine in plant.characters for run in made.runs(machine)]
    assert not store.append(library.records["process_run"], pa.Table.from_pylist(runs), Source("derived:process_run")).rejected
    yield made


def test_every_part_is_one_process_run_with_its_beginning_end_program_and_order(world: World) -> None:
    for machine in world.plant.characters:
        made = [(r["started_at"], r["ended_at"], r["program"], r["part"], r["production_order"]) for r in world.runs(machine)]
        true = [r for r in world.truth["runs"] if r["machine"] == machine and r["ended_us"] <= world.until_us]
        assert len(true) > 20
        assert made == [
            (datetime.fromisoformat(r["started_at"]), datetime.fromisoformat(r["ended_at"]), r["program"], r["part"], r["order"]) for r in true
        ]


def test_good_and_scrap_are_told_of_the_run_that_made_them(world: World) -> None:
    for machine in world.plant.characters:
        true = [r["result"] for r in world.truth["runs"] if r["machine"] == machine and r["ended_us"] <= world.until_us]
        assert [(r["good"], r["scrap"]) for r in world.runs(machine)] == [(int(t == "good"), int(t == "scrap")) for t in true]


def values(world: World, indicator: str) -> dict[str, Decimal | None]:
    with world.store.session() as session:
        found = Measurement(world.library, session, Known()).values([indicator], by=["machine"], periods=[DAY])
        found += Measurement(world.library, session, Known()).values([indicator], of=["site:SIM-TESTBED"], periods=[DAY])
    return {v.entity: v.value for v in found}


def exact(top: int, bottom: int, scale: int) -> Decimal:
    return (Decimal(top) * scale / Decimal(bottom)).quantize(Decimal("1e-6"), ROUND_HALF_EVEN)


RATIOS = [
    ("actual_production_time", ("apt_us",), (), 1),
    ("actual_setup_time", ("aust_us",), (), 1),
    ("actual_delay_time", ("adet_us",), (), 1),
    ("actual_down_time", ("adot_us",), (), 1),
    ("planned_busy_time", ("pbt_us",), (), 1),
    ("availability", ("apt_us",), ("pbt_us",), 100),
    ("effectiveness", ("ideal_us",), ("apt_us",), 100),
    ("oee", ("ideal_good_us",), ("pbt_us",), 100),
    ("allocation_efficiency", ("apt_us", "aust_us", "adet_us"), ("pbt_us",), 100),
    ("setup_ratio", ("aust_us",), ("apt_us", "aust_us"), 100),
    ("scrap_ratio", ("scrap",), ("parts",), 100),
]


@pytest.mark.parametrize(("indicator", "top", "bottom", "scale"), RATIOS, ids=[r[0] for r in RATIOS])
def test_an_indicator_of_a_machine_and_of_the_site_is_what_happened(world: World, indicator: str, top: tuple[str, ...], bottom: tuple[str, ...], scale: int) -> None:
    found = values(world, indicator)
    for entity in (*(f"machine:{m}" for m in world.plant.characters), "site:SIM-TESTBED"):
        hours = [h for h in world.truth["hours"] if entity in (f"machine:{h['machine']}", "site:SIM-TESTBED")]
        over = sum(total(hours, name) for name in bottom) if bottom else HOUR
        assert found[entity] == exact(sum(total(hours, name) for name in top), over, scale), entity
