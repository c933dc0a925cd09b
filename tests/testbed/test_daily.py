"""Daily production of the nation's plants: figures add up from machine to nation, and a cause in the settings is felt as the truth says."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from zhizao.cli.main import run
from zhizao.errors import InputError
from zhizao.measure.measure import Measurement
from zhizao.model.period import Period
from zhizao.model.value import Known
from zhizao.node.assemble import open_node
from zhizao.store.contract import Source
from zhizao_testbed.economy.daily import Days, Detuned, Production, plants, production
from zhizao_testbed.economy.economy import economy
from zhizao_testbed.economy.machines import PROCESSES, machines_of
from zhizao_testbed.economy.population import World
from zhizao_testbed.plant import Plant
from zhizao_testbed.records import records

NATION, WORLD, DAYS = "nation:SIM", World(3, 800, 2015, 3), Days(14, date(2026, 3, 14))
CAUSE = Detuned("32", "", bar=15, days=7)


def made(cause: Detuned | None = None) -> Production:
    return production(WORLD, plants(WORLD, 60), DAYS, cause)


def sums(told: Production, *names: str) -> dict[tuple[str, date], list[Decimal]]:
    found: dict[tuple[str, date], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(names))
    for row in told.runs.to_pylist():
        day = (row["started_at"].astimezone(timezone.utc) - datetime(1970, 1, 1, 22, tzinfo=timezone.utc)).days + 1
        key = (row["machine"], date.fromordinal(date(1970, 1, 1).toordinal() + day))
        found[key] = [a + row[name] for a, name in zip(found[key], names, strict=True)]
    return found


def test_the_same_world_and_days_give_the_same_bytes_and_a_cause_touches_only_its_machines():
    calm, again, hurt = made(), made(), made(CAUSE)
    assert calm.runs.equals(again.runs) and calm.settings.equals(again.settings)
    hit = {r["machine"] for r in hurt.truth.to_pylist() if r["detuned_bar"]}
    processes = {r["machine"]: r["process"] for r in hurt.truth.to_pylist()}
    assert hit and {processes[m] for m in hit} == {"grinding"}
    moved = defaultdict(set)
    for row, other in zip(settings_by_day(calm), settings_by_day(hurt), strict=True):
        if row[2] != other[2]:
            moved[row[0]].add(row[1])
    assert set(moved) == hit and all(days == set(range(7, 14)) for days in moved.values())


def settings_by_day(told: Production) -> list[tuple[str, int, float]]:
    first = DAYS.starts[0]
    points = {(r["entity"], (r["time"] - first).days): r["value"] for r in told.settings.to_pylist()}
    found = []
    for machine in sorted({m for m, _ in points}):
        value = 0.0
        for day in range(DAYS.number):
            value = points.get((machine, day), value)
            found.append((machine, day, value))
    return found


def test_scrap_and_energy_rise_as_the_surface_of_each_machine_says():
    calm, hurt = (sums(told, "produced", "scrap", "good", "energy") for told in (made(), made(CAUSE)))
    truth = {r["machine"]: r for r in made(CAUSE).truth.to_pylist()}
    expected = actual = parts = Decimal(0)
    points = {(m, day): value for m, day, value in settings_by_day(made(CAUSE))}
    before = {(m, day): value for m, day, value in settings_by_day(made())}
    for (machine, day), (produced, scrap, *_) in hurt.items():
        own, at = truth[machine], (day - date(2026, 3, 1)).days
        if own["detuned_bar"] and at >= 7:
            rise = ((points[machine, at] - own["best_bar"]) / 10) ** 2 - ((before[machine, at] - own["best_bar"]) / 10) ** 2
            expected += produced * Decimal(own["scrap_10_bar_off"] * rise)
            actual += scrap - calm[machine, day][1]
            parts += produced
    assert parts > 1000 and abs(actual - expected) / parts < Decimal("0.01") and expected / parts > Decimal("0.05")


def test_every_level_up_to_the_nation_is_the_sum_of_its_machines(tmp_path):
    whole, told = economy(3, enterprises=800, years=3), made(CAUSE)
    node = open_node(tmp_path / "home")
    for record, tables in (("entity", (whole.entities, told.entities)), ("membership", (whole.memberships, told.memberships)), ("process_run", (told.runs,)), ("observation", (told.settings,))):
        for table in tables:
            receipt = node.store.append(node.library.records[record], table, Source(f"{record}{len(table)}"))
            assert receipt.rejected == 0
            assert receipt.duplicate == 0 or table in (told.entities, told.memberships)
    days = [Period.parse(d) for d in ("2026-03-03", "2026-03-12")]
    with node.store.session() as session:
        measured = Measurement(node.library, session, Known(), datetime(2026, 4, 1, tzinfo=timezone.utc))
        names = ["scrap_ratio", "energy_per_good_part"]
        nation = measured.values(names, of=[NATION], periods=days)
        machines = measured.values(["scrap_ratio"], by=["machine"], periods=days)
        regions = measured.values(["scrap_ratio"], of=[NATION], by=["region"], periods=days)
    counts = sums(told, "produced", "scrap", "good", "energy")
    for value in nation:
        of = [v for (_, day), v in counts.items() if day.isoformat() == str(value.period)]
        produced, scrap, good, energy = (sum(column) for column in zip(*of, strict=True))
        assert value.value == round(100 * scrap / produced if value.indicator == "scrap_ratio" else energy / good, 6)
    assert {v.origin for v in nation} == {"simulated"} and len({v.entity for v in regions}) > 3
    assert len({v.entity for v in machines}) == len(told.truth)


def test_a_plant_that_lives_has_its_past_told_by_the_same_characters():
    where = plants(WORLD, 1)
    lives = Plant(7, 3, 0, site=f"SIM-{int(where.number[0]):07d}-1")
    told = production(WORLD, where, DAYS, machines=machines_of(lives.characters.values(), 0, PROCESSES.index("grinding")))
    live = {row["entity"]: row["parent"] for row in records(lives)["membership"] if row["entity"].startswith("machine:")}
    assert set(told.truth["machine"].to_pylist()) == set(live)
    site = f"site:{lives.site}"
    assert site in told.entities["entity"].to_pylist() and {r["entity"] for r in records(lives)["shift_calendar"]} == {site}


@pytest.mark.parametrize(("wanted", "cause", "said"), [(5000, None, "only"), (20, Detuned("54", "C40"), "no such machine")])
def test_what_the_nation_does_not_have_is_refused(wanted, cause, said):
    with pytest.raises(InputError) as caught:
        production(WORLD, plants(WORLD, wanted), DAYS, cause)
    assert said in caught.value.what.en


def test_the_command_writes_daily_production_beside_the_returns(tmp_path, capfd):
    out = tmp_path / "economy"
    line = ["--json", "testbed", "economy", "--enterprises", "500", "--years", "3", "--plants", "30", "--days", "5", "--until", "2026-03-14", "--detuned", "::10:2"]
    assert run([*line, "--out", str(out)]) == 0
    assert all((out / f"{name}.parquet").is_file() for name in ("process_run", "observation")) and (out / "truth" / "machine.parquet").is_file()
    assert run([*line[:-1], "32", "--out", str(out)]) == 2
    assert "--detuned" in capfd.readouterr().err
