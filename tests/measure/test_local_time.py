"""Hours, days and longer periods of a plant are those of its site's clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhizao.errors import UnfitPeriod
from zhizao.measure.calendar import spans
from zhizao.measure.measure import Measurement
from zhizao.measure.placement import Placement
from zhizao.model.library import Library
from zhizao.model.period import Period, parse_periods
from zhizao.model.value import Known, Value
from zhizao.node.latest import latest_period
from zhizao.pack.load import load
from zhizao.store.contract import Source
from zhizao.store.local import LocalStore

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PACK = {
    "pack.yaml": "id: plant\nversion: 1.0.0\ntitle: {zh: 工厂, en: Plant}\nneeds: [kernel]\n",
    "records/run.yaml": """id: run
name: {zh: 运行, en: Run}
entity: machine
time: started
period: day
key: [machine, started]
fields:
  machine: {type: entity, level: machine, required: true, name: {zh: 机器, en: Machine}}
  started: {type: instant, required: true, name: {zh: 开始, en: Started}}
  good: {type: integer, name: {zh: 合格, en: Good}}
""",
    "indicators/parts.yaml": """id: parts
name: {zh: 合格数, en: Parts}
unit: piece
direction: up
period: day
decimals: 0
record: run
formula: sum(good)
source: ours
""",
    "quantities.yaml": "execution: {name: {zh: 执行, en: Execution}, unit: '', behaviour: mode}\n",
    "indicators/active.yaml": """id: active
name: {zh: 运行时间, en: Active time}
unit: min
direction: up
period: day
decimals: 0
record: observation
formula: duration(where execution == "ACTIVE")
source: ours
""",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("pack")
    for name, text in PACK.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return load([folder])


class Plant:
    def __init__(self, home: Path, library: Library) -> None:
        self.library, self.store = library, LocalStore(home, clock=lambda: NOW)

    def add(self, record: str, *rows: Mapping[str, object]) -> None:
        names = dict.fromkeys(name for row in rows for name in row)
        table = pa.table({n: pa.array([None if row.get(n) is None else str(row[n]) for row in rows], pa.string()) for n in names})
        assert not self.store.append(self.library.records[record], table, Source("test")).rejected

    def live_by(self, **zones: str) -> None:
        self.add("entity", *({"entity": entity.replace("_", ":"), "zone": zone} for entity, zone in zones.items()))

    def parts(self, *edges: tuple[str, ...]) -> None:
        self.add("membership", *({"relation": "part_of", **dict(zip(("entity", "parent", "valid_from", "valid_to"), e, strict=False))} for e in edges))

    def runs(self, machine: str, *starts: str) -> None:
        self.add("run", *({"machine": machine, "started": at, "good": 1} for at in starts))

    def says(self, machine: str, **told: str) -> None:
        columns = {"entity": machine, "quantity": "execution", "quality": "good", "source": "s"}
        self.add("observation", *({**columns, "time": at, "text": text} for text, at in told.items()))

    def values(self, indicator: str, period: str, *machines: str) -> list[Value]:
        with self.store.session() as session:
            return Measurement(self.library, session, Known(), NOW).values([indicator], of=machines, periods=parse_periods(period))

    def found(self, period: str, *machines: str, indicator: str = "parts") -> dict[tuple[str, str], int]:
        return {(v.entity, str(v.period)): int(v.value) for v in self.values(indicator, period, *machines) if v.value is not None}

    def minutes(self, period: str, *machines: str) -> dict[str, int]:
        return {p: value for (_, p), value in self.found(period, *machines, indicator="active").items()}


@pytest.fixture
def plant(tmp_path: Path, library: Library) -> Plant:
    return Plant(tmp_path, library)


M = "machine:M"


def test_without_zones_periods_are_those_of_utc(plant: Plant) -> None:
    plant.runs(M, "2020-09-14T23:30:00Z", "2020-09-15T00:00:00Z")
    assert plant.found("2020-09-14..2020-09-15", M) == {(M, "2020-09-14"): 1, (M, "2020-09-15"): 1}


def test_a_machine_lives_by_the_clocks_of_its_site(plant: Plant) -> None:
    plant.live_by(site_S="Asia/Shanghai")
    plant.parts((M, "line:L"), ("line:L", "site:S"))
    plant.runs(M, "2020-09-14T15:59:59Z", "2020-09-14T16:00:00Z")
    assert plant.found("2020-09-14..2020-09-15", M) == {(M, "2020-09-14"): 1, (M, "2020-09-15"): 1}
    assert plant.found("2020-09-14T22..2020-09-15T01", M) == {(M, "2020-09-14T23"): 1, (M, "2020-09-15T00"): 1}
    assert plant.found("2020-W37..2020-W39", M) == {(M, "2020-W38"): 2}


def test_its_own_zone_comes_before_that_of_its_nearest_host_and_that_before_any_further(plant: Plant) -> None:
    plant.live_by(enterprise_E="America/New_York", site_S="Asia/Shanghai", machine_N="UTC")
    plant.parts((M, "site:S"), ("machine:N", "site:S"), ("machine:O", "enterprise:E"), ("site:S", "enterprise:E"))
    for machine in (M, "machine:N", "machine:O"):
        plant.runs(machine, "2020-09-14T23:00:00Z")
    assert set(plant.found("2020-09-13..2020-09-15", M, "machine:N", "machine:O")) == {(M, "2020-09-15"), ("machine:N", "2020-09-14"), ("machine:O", "2020-09-14")}
    assert set(plant.found("2020-09-14T17..2020-09-14T21", "machine:O")) == {("machine:O", "2020-09-14T19")}


def test_sites_on_different_clocks_add_up_to_their_enterprise(plant: Plant) -> None:
    plant.live_by(site_S="Asia/Shanghai", site_B="Europe/Berlin")
    plant.parts((M, "site:S"), ("machine:N", "site:B"), ("site:S", "enterprise:E"), ("site:B", "enterprise:E"))
    plant.runs(M, "2020-09-14T17:00:00Z", "2020-09-14T02:00:00Z")
    plant.runs("machine:N", "2020-09-14T21:00:00Z", "2020-09-14T22:30:00Z")
    assert plant.found("2020-09-14..2020-09-15", "enterprise:E") == {("enterprise:E", "2020-09-14"): 2, ("enterprise:E", "2020-09-15"): 2}


def test_an_hour_that_occurs_twice_is_one_and_one_that_is_skipped_is_empty(plant: Plant) -> None:
    plant.live_by(machine_M="Europe/Berlin")
    plant.runs(M, "2020-10-25T00:30:00Z", "2020-10-25T01:30:00Z", "2020-10-25T02:30:00Z", "2020-03-29T00:59:00Z", "2020-03-29T01:00:00Z")
    assert plant.found("2020-10-25T01..2020-10-25T04", M) == {(M, "2020-10-25T02"): 2, (M, "2020-10-25T03"): 1}
    assert plant.found("2020-03-29T00..2020-03-29T04", M) == {(M, "2020-03-29T01"): 1, (M, "2020-03-29T03"): 1}


def test_a_machine_that_moves_lives_by_the_clocks_of_where_it_is(plant: Plant) -> None:
    plant.live_by(site_S="Asia/Shanghai", site_B="America/New_York")
    plant.parts((M, "site:S", "2020-01-01", "2020-06-01"), (M, "site:B", "2020-06-01"))
    plant.runs(M, "2020-05-01T17:00:00Z", "2020-07-01T03:00:00Z")
    assert plant.found("2020-05-01..2020-07-02", M) == {(M, "2020-05-02"): 1, (M, "2020-06-30"): 1}


def test_the_latest_period_is_one_of_the_site_and_a_mistyped_year_does_not_hide_it(plant: Plant) -> None:
    plant.live_by(machine_M="Asia/Shanghai")
    plant.runs(M, "2020-09-14T17:00:00Z", "2999-01-01T00:00:00Z")
    with plant.store.session() as session:
        assert str(latest_period(plant.library, session, plant.library.indicators["parts"], Known(), NOW)) == "2020-09-15"


def test_what_is_no_zone_is_rejected_with_the_reason(plant: Plant) -> None:
    table = pa.table({"entity": ["site:S", "site:T"], "zone": ["Asia/Peking", "Asia/Shanghai"]})
    receipt = plant.store.append(plant.library.records["entity"], table, Source("test"))
    assert (receipt.stored, receipt.rejected) == (1, 1)
    assert receipt.rejects_file is not None and "is no time zone" in Path(receipt.rejects_file).read_text(encoding="utf-8")


def test_without_entities_signals_are_those_of_whatever_said_something(plant: Plant) -> None:
    plant.says(M, ACTIVE="2020-09-14T00:00:00Z", READY="2020-09-14T01:00:00Z")
    plant.says("site:S", ACTIVE="2020-09-14T00:00:00Z", READY="2020-09-14T02:00:00Z")
    assert plant.found("2020-09-14", indicator="active") == {(M, "2020-09-14"): 60, ("site:S", "2020-09-14"): 120}


# ── shifts ──────────────────────────────────────────────────────────────────────────────────────────────────────


EARLY = {"entity": "site:S", "shift": "early", "valid_from": "2020-01-01", "weekdays": "mon-fri", "starts": "06:00", "ends": "14:00", "breaks": "10:00-10:15"}
NIGHT = {"entity": "site:S", "shift": "night", "valid_from": "2020-01-01", "weekdays": "mon-fri", "starts": "22:00", "ends": "06:00"}


def test_a_shift_is_that_of_the_sites_calendar_and_belongs_to_the_day_it_begins(plant: Plant) -> None:
    plant.live_by(site_S="Asia/Shanghai")
    plant.parts((M, "line:L"), ("line:L", "site:S"))
    plant.add("shift_calendar", EARLY, NIGHT)
    plant.runs(M, "2020-09-13T21:59:00Z", "2020-09-13T22:00:00Z", "2020-09-14T02:05:00Z", "2020-09-14T06:00:00Z", "2020-09-14T20:00:00Z")
    assert plant.found("2020-09-14/early", M) == {(M, "2020-09-14/early"): 2}
    assert plant.found("2020-09-13/night..2020-09-15/night", M) == {(M, "2020-09-14/night"): 1}, "no night shift begins on a Sunday"
    assert plant.found("2020-09-14/early", "site:S") == {("site:S", "2020-09-14/early"): 2}


def test_a_machine_without_a_calendar_has_no_shifts_and_a_shift_nobody_has_is_told_with_those_there_are(plant: Plant) -> None:
    plant.parts((M, "site:S"))
    plant.runs(M, "2020-09-14T08:00:00Z")
    plant.runs("machine:N", "2020-09-14T08:00:00Z")
    with pytest.raises(UnfitPeriod, match="no shift calendar has 2020-09-14/early"):
        plant.found("2020-09-14/early", M)
    plant.add("shift_calendar", EARLY)
    assert plant.found("2020-09-14/early", M, "machine:N") == {(M, "2020-09-14/early"): 1}
    with pytest.raises(UnfitPeriod) as caught:
        plant.found("2020-09-14/late", M)
    assert "early" in caught.value.cure.en


def test_of_overlapping_shifts_a_run_counts_in_the_one_that_began_last(plant: Plant) -> None:
    plant.add("shift_calendar", EARLY, {**EARLY, "shift": "mid", "starts": "10:00", "ends": "11:00", "breaks": None})
    plant.parts((M, "site:S"))
    plant.runs(M, "2020-09-14T09:59:00Z", "2020-09-14T10:30:00Z", "2020-09-14T11:00:00Z")
    assert plant.found("2020-09-14/early", M) | plant.found("2020-09-14/mid", M) == {(M, "2020-09-14/early"): 2, (M, "2020-09-14/mid"): 1}


def test_shifts_read_list_and_sort() -> None:
    nights = parse_periods("2020-09-14/night-2..2020-09-16/night-2")
    assert [str(p) for p in nights] == ["2020-09-14/night-2", "2020-09-15/night-2", "2020-09-16/night-2"] == [str(p) for p in sorted(nights, reverse=True)[::-1]]


# ── signals ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_hour_that_occurs_twice_is_two_hours_of_a_signal(plant: Plant) -> None:
    plant.live_by(machine_M="Europe/Berlin")
    plant.says(M, ACTIVE="2020-10-24T22:30:00Z", READY="2020-10-25T02:15:00Z")
    assert plant.minutes("2020-10-25T00..2020-10-25T04", M) == {"2020-10-25T00": 30, "2020-10-25T01": 60, "2020-10-25T02": 120, "2020-10-25T03": 15}
    assert plant.minutes("2020-10-25", M) == {"2020-10-25": 225}


def test_a_skipped_hour_of_a_signal_is_empty_and_its_day_is_short(plant: Plant) -> None:
    plant.live_by(machine_M="Europe/Berlin")
    plant.says(M, ACTIVE="2020-03-28T00:00:00Z", READY="2020-04-01T00:00:00Z")
    assert plant.minutes("2020-03-28..2020-03-30", M) == {"2020-03-28": 23 * 60, "2020-03-29": 23 * 60, "2020-03-30": 24 * 60}
    assert plant.minutes("2020-03-29T01..2020-03-29T03", M) == {"2020-03-29T01": 60, "2020-03-29T03": 60}


def test_signals_of_sites_on_different_clocks_add_up(plant: Plant) -> None:
    plant.live_by(site_S="Asia/Shanghai", site_B="Asia/Kathmandu", enterprise_E="UTC")
    plant.parts((M, "site:S"), ("machine:N", "site:B"), ("machine:O", "enterprise:E"), ("site:S", "enterprise:E"), ("site:B", "enterprise:E"))
    for machine in (M, "machine:N", "machine:O"):
        plant.says(machine, ACTIVE="2020-09-14T16:00:00Z", READY="2020-09-14T17:00:00Z")
    assert plant.minutes("2020-09-14..2020-09-15", M) == {"2020-09-15": 60}
    assert plant.minutes("2020-09-14", "machine:N") == {"2020-09-14": 60}
    assert plant.minutes("2020-09-14..2020-09-15", "enterprise:E") == {"2020-09-14": 120, "2020-09-15": 60}


def test_a_signal_is_folded_over_the_shift_of_its_site_pauses_included(plant: Plant) -> None:
    plant.live_by(site_S="Asia/Shanghai")
    plant.parts((M, "site:S"))
    plant.add("shift_calendar", EARLY, NIGHT)
    plant.says(M, ACTIVE="2020-09-13T23:00:00Z", READY="2020-09-15T03:00:00Z")
    assert plant.minutes("2020-09-14/early", M) == {"2020-09-14/early": 7 * 60}
    assert plant.minutes("2020-09-14/night..2020-09-15/night", M) == {"2020-09-14/night": 8 * 60}
    (shift,) = plant.values("active", "2020-09-14/early", M)
    assert (shift.coverage.count, shift.coverage.weight) == (1, Decimal("0.875000")), "nothing was known in the first of its eight hours"


# ── laws ────────────────────────────────────────────────────────────────────────────────────────────────────────

ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Apia")
INSTANTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1))


def label(at: datetime, zone: str, kind: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    week = local.isocalendar()
    return {"hour": f"{local:%Y-%m-%dT%H}", "day": f"{local:%Y-%m-%d}", "week": f"{week.year:04d}-W{week.week:02d}", "month": f"{local:%Y-%m}", "year": f"{local:%Y}"}[kind]


@given(INSTANTS, st.sampled_from(ZONES), st.sampled_from(("hour", "day", "week", "month", "year")))
def test_every_instant_lies_within_the_bounds_of_its_period(moment: datetime, zone: str, kind: str) -> None:
    at = moment.replace(tzinfo=UTC)
    period = Period.parse(label(at, zone, kind))
    start, end = period.bounds(ZoneInfo(zone))
    assert start <= at < end
    assert period.shifted(1).bounds(ZoneInfo(zone))[0] == end, "periods follow each other without gap or overlap"


@given(st.dates(datetime(2010, 1, 1).date(), datetime(2030, 1, 1).date()), st.sampled_from(ZONES))
def test_the_hours_of_a_day_make_up_the_day(day: object, zone: str) -> None:
    hours = [Period.parse(f"{day}T{h:02d}").bounds(ZoneInfo(zone)) for h in range(24)]
    assert (hours[0][0], hours[-1][1]) == Period.parse(str(day)).bounds(ZoneInfo(zone))
    assert all(a[1] == b[0] and a[0] <= a[1] for a, b in zip(hours, hours[1:], strict=False))


def test_a_day_that_a_country_skipped_is_empty() -> None:
    start, end = Period.parse("2011-12-30").bounds(ZoneInfo("Pacific/Apia"))
    assert start == end == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_spans_are_the_bounds_of_each_period_in_each_zone() -> None:
    found = spans([Period.parse("2020-03-29"), Period.parse("2020-03-30")], ["Europe/Berlin"])
    assert [(s.clock, (s.end - s.start) / timedelta(hours=1)) for s in found] == [("UTC", 24), ("UTC", 24), ("Europe/Berlin", 23), ("Europe/Berlin", 24)]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(INSTANTS, st.integers(0, len(ZONES) - 1)), min_size=1, max_size=12, unique_by=lambda run: run[0]), st.sampled_from(("hour", "day", "month", "year")))
def test_a_measured_period_holds_what_its_clocks_say(library: Library, runs: Sequence[tuple[datetime, int]], kind: str) -> None:
    with TemporaryDirectory() as folder:
        plant = Plant(Path(folder), library)
        plant.add("entity", *({"entity": f"machine:M{i}", "zone": zone} for i, zone in enumerate(ZONES)))
        told = [(at.replace(tzinfo=UTC), i) for at, i in runs]
        plant.add("run", *({"machine": f"machine:M{i}", "started": at.isoformat(), "good": 1} for at, i in told))
        expected: dict[tuple[str, str], int] = {}
        for at, i in told:
            key = (f"machine:M{i}", label(at, ZONES[i], kind))
            expected[key] = expected.get(key, 0) + 1
        with plant.store.session() as session:
            assert set(Placement(library, session, Known()).zones.names) == set(ZONES)
            periods = sorted({Period.parse(p) for _, p in expected})
            values = Measurement(library, session, Known(), NOW).values(["parts"], of=sorted({m for m, _ in expected}), periods=periods)
        assert {(v.entity, str(v.period)): v.value for v in values if v.value} == {k: Decimal(n) for k, n in expected.items()}
