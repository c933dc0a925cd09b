"""Daily production of the nation's plants: what each machine made, spoiled and used a day, with a setting whose effect is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao_testbed.economy.columns import decimals, enterprise_ids, named
from zhizao_testbed.economy.machines import PROCESSES, Machines, drawn
from zhizao_testbed.economy.members import ZONE
from zhizao_testbed.economy.population import Flags, Floats, People, Whole, World, people
from zhizao_testbed.economy.shares import REGIONS, SECTORS, WORLD, region_id
from zhizao_testbed.knob import LEAST, MOST, PER_BAR, SETTING

MACHINED = ("C33", "C34", "C35", "C36", "C37", "C38", "C39", "C40")
"""The divisions whose plants work parts on machines: from metal products to instruments."""
BEGINS = timedelta(hours=-2)
"""Of a day at the plant (06:00 in UTC+8), after midnight in UTC."""
WORK = 15.5 * 3600
"""Seconds of planned work a day; on Sundays a third."""
WEARS = 0.018
"""What the wear of tools adds to the share of scrap, on average."""


@dataclass(frozen=True, slots=True)
class Detuned:
    """A hidden cause: machines of one kind of process in a province and division have been set ``bar`` too high since some day before the last."""

    region: str
    sector: str
    bar: float = 14.0
    process: str = "grinding"
    days: int = 20


@dataclass(frozen=True)
class Plants:
    """The plants that report daily: of each its enterprise's number, province and division, as places in REGIONS and SECTORS."""

    number: Whole
    region: Whole
    sector: Whole

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class Production:
    """What plants report, as rows ``zhizao import`` takes, and the truth of their machines.

    Shape:
        ``entities`` and ``memberships`` of plants and machines; ``runs``: one ``process_run`` a machine and day; ``settings``: observations of the
        setting whenever it changed; ``truth``: one row a machine, with its best setting and what being off costs.
    """

    entities: pa.Table
    memberships: pa.Table
    runs: pa.Table
    settings: pa.Table
    truth: pa.Table


@dataclass(frozen=True, slots=True)
class Days:
    """The days of production: how many, and the last."""

    number: int
    last: date

    @property
    def starts(self) -> list[datetime]:
        """When each begins at the plants, in UTC."""
        midnight = datetime(self.last.year, self.last.month, self.last.day, tzinfo=timezone.utc) - timedelta(days=self.number - 1)
        return [midnight + BEGINS + timedelta(days=day) for day in range(self.number)]


def plants(world: World, wanted: int) -> Plants:
    """Plants of enterprises that are still there in the nation's last year, from the first block, in the order of their numbers.

    Raises:
        InputError: the nation has too few enterprises whose plants work parts on machines.
    """
    who = people(world, 0)
    fits = np.flatnonzero((who.gone == world.years) & np.isin(who.sector, [SECTORS.index(code) for code in MACHINED]))
    if len(fits) < wanted:
        cure = Text("减少工厂数，或增加企业数", "ask for fewer plants, or more enterprises")
        raise InputError(Text(f"只有 {len(fits)} 家企业适合", f"only {len(fits)} enterprises fit"), where="--plants", cure=cure)
    return _of(who, np.sort(world.random(8).choice(fits, wanted, replace=False)))


def production(world: World, where: Plants, days: Days, detuned: Detuned | None = None, machines: Machines | None = None) -> Production:
    """What the plants report of the days; the same world, plants and days always give the same.

    Args:
        machines: the machines of the plants; drawn where they are not given.

    Raises:
        InputError: no machine is detuned by the cause.
    """
    made = drawn(world.random(9), len(where)) if machines is None else machines
    hit = _hit(where, made, detuned)
    pressure = _pressure(world.random(10), made, days, hit, detuned)
    return Production(
        _entities(where, made), _memberships(where, made), _runs(world.random(11), where, made, days, pressure),
        _settings(where, made, days, pressure), _truth(where, made, hit, detuned),
    )  # fmt: skip


def _of(who: People, rows: Whole) -> Plants:
    return Plants(who.number[rows], who.region[rows], who.sector[rows])


def _hit(where: Plants, made: Machines, detuned: Detuned | None) -> Flags:
    if detuned is None:
        return np.zeros(len(made), dtype=bool)
    found: Flags = made.process == PROCESSES.index(detuned.process)
    for code, known, place in ((detuned.region, REGIONS, where.region), (detuned.sector, SECTORS, where.sector)):
        if code:
            found &= place[made.plant] == (known.index(code) if code in known else -1)
    if not found.any():
        cure = Text("请换一个地区和行业，或增加工厂数", "choose another province and division, or more plants")
        raise InputError(Text("该处没有这种设备", "there is no such machine there"), where="--detuned", cure=cure)
    return found


def _pressure(random: np.random.Generator, made: Machines, days: Days, hit: Flags, detuned: Detuned | None) -> Floats:
    """Settings by machine and day in whole tenths of a bar: somebody turns each a little every week, a cause turns it far."""
    weeks = random.uniform(-3, 3, (len(made), days.number // 7 + 1))
    found = made.pressure[:, None] + np.repeat(weeks, 7, axis=1)[:, : days.number]
    if detuned is not None:
        found[hit, max(days.number - detuned.days, 0) :] += detuned.bar
    return np.clip(np.rint(found * PER_BAR), LEAST, MOST) / PER_BAR


def _runs(random: np.random.Generator, where: Plants, made: Machines, days: Days, pressure: Floats) -> pa.Table:
    shape, strain = pressure.shape, made.strain(pressure)
    weekday = np.array([start.weekday() for start in (s - BEGINS for s in days.starts)])
    work = WORK * np.where(weekday == 6, 1 / 3, 1.0)[None, :]
    producing = work * np.clip(random.normal(0.72, 0.05, shape), 0.3, 0.95)
    produced = random.poisson(producing / (made.cycle_s[:, None] * 1.085))
    scrap = random.binomial(produced, np.minimum(made.scrap[:, None] + WEARS + made.scrap_bend[:, None] * strain, 0.9))
    energy = (producing * made.busy_kw[:, None] * (1 + made.power_bend[:, None] * strain) + (work - producing) * made.idle_kw[:, None]) / 3600
    machine, day = (place.ravel() for place in np.indices(shape))
    ids, starts = _machine_ids(where, made), pa.array(days.starts, pa.timestamp("us", "UTC"))
    ends = pa.array([start + timedelta(hours=16) for start in days.starts], pa.timestamp("us", "UTC"))
    pieces = {name: decimals(1000 * values.ravel(), scale=3) for name, values in (("produced", produced), ("good", produced - scrap), ("scrap", scrap))}
    return pa.table({
        "machine": ids.take(pa.array(machine)), "started_at": starts.take(pa.array(day)), "ended_at": ends.take(pa.array(day)),
        "outcome": pa.array(["completed"] * len(machine)), "process": pa.array(PROCESSES).take(pa.array(made.process[machine])),
        "run_time": decimals(np.rint(1000 * producing.ravel()).astype(np.int64), scale=3), **pieces,
        "energy": decimals(np.rint(100 * (energy * random.normal(1, 0.02, shape)).ravel()).astype(np.int64)),
    })  # fmt: skip


def _settings(where: Plants, made: Machines, days: Days, pressure: Floats) -> pa.Table:
    """Observations where a setting changed, and of the first day."""
    changed = np.diff(pressure, axis=1, prepend=-1.0) != 0
    machine, day = np.nonzero(changed)
    return pa.table({
        "entity": _machine_ids(where, made).take(pa.array(machine)), "quantity": pa.array([SETTING] * len(machine)),
        "time": pa.array(days.starts, pa.timestamp("us", "UTC")).take(pa.array(day)), "value": pa.array(pressure[machine, day]),
        "quality": pa.array(["good"] * len(machine)), "source": pa.array(["testbed"] * len(machine)),
    })  # fmt: skip


def _truth(where: Plants, made: Machines, hit: Flags, detuned: Detuned | None) -> pa.Table:
    numbers = {"best_bar": made.best, "first_bar": made.pressure, "scrap_10_bar_off": made.scrap_bend, "power_10_bar_off": made.power_bend}
    off = np.where(hit, detuned.bar if detuned else 0.0, 0.0)
    place = {"machine": _machine_ids(where, made), "process": pa.array(PROCESSES).take(pa.array(made.process))}
    return pa.table(place | {name: pa.array(values) for name, values in numbers.items()} | {"detuned_bar": pa.array(off)})


def _entities(where: Plants, made: Machines) -> pa.Table:
    of, number = where.number[made.plant], pc.cast(pa.array(made.number), pa.string())
    zone = pa.array([ZONE] * len(where))
    sites = {"entity": named(f"site:{WORLD}-", where.number, "-1"), "name_zh": named("模拟企业 ", where.number, " 工厂 1"),
             "name_en": named("Simulated enterprise ", where.number, " site 1"), "zone": zone}  # fmt: skip
    machines = {"entity": _machine_ids(where, made), "name_zh": pc.binary_join_element_wise(named("模拟企业 ", of), number, " 设备 "),
                "name_en": pc.binary_join_element_wise(named("Simulated enterprise ", of), number, " machine "), "zone": pa.nulls(len(made), pa.string())}  # fmt: skip
    return pa.concat_tables([pa.table(sites), pa.table(machines)])


def _memberships(where: Plants, made: Machines) -> pa.Table:
    sites = named(f"site:{WORLD}-", where.number, "-1")
    regions = pa.array([region_id(r) for r in REGIONS]).take(pa.array(where.region))
    parts = [
        (sites, "part_of", enterprise_ids(where.number)),
        (sites, "located_in", regions),
        (_machine_ids(where, made), "part_of", sites.take(pa.array(made.plant))),
    ]
    columns = [(ids, pa.array([relation] * len(ids)), parents) for ids, relation, parents in parts]
    return pa.concat_tables([pa.table({"entity": a, "relation": b, "parent": c, "valid_from": _none(a), "valid_to": _none(a)}) for a, b, c in columns])


def _none(like: pa.Array) -> pa.Array:
    return pa.nulls(len(like), pa.string())


def _machine_ids(where: Plants, made: Machines) -> pa.Array:
    digits = pc.utf8_lpad(pc.cast(pa.array(made.number), pa.string()), 2, "0")
    return pc.binary_join_element_wise(named(f"machine:{WORLD}-", where.number[made.plant], "-1"), digits, "-M")
