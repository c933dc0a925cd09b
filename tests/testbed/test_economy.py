"""The simulated nation: what is measured from what it reports is exactly what its truth says, with and without faults."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from fractions import Fraction

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhizao.cli.main import run
from zhizao.errors import InputError
from zhizao.measure.measure import Measurement
from zhizao.model.period import Period
from zhizao.model.value import Known
from zhizao.node.assemble import open_node
from zhizao.store.contract import Source
from zhizao_testbed.economy import population
from zhizao_testbed.economy.answers import FAULTLESS, LIFELIKE, WAYS, Faults
from zhizao_testbed.economy.causes import KINDS, Cause
from zhizao_testbed.economy.economy import Economy, economy
from zhizao_testbed.economy.figures import RATIOS

NATION = "nation:SIM"
TABLES = ("entities", "memberships", "returns", "later", "true", "wrong", "missing")
ROUGH = Faults(silent=0.05, silent_low=0.05, empty=0.02, wrong=0.1, late=0.1, corrected=0.5)


def measured(home, made: Economy, by: list[list[str]]) -> list:
    node = open_node(home)
    for record, table in (("entity", made.entities), ("membership", made.memberships), ("annual_return", made.returns), ("annual_return", made.later)):
        receipt = node.store.append(node.library.records[record], table, Source(record))
        assert receipt.received == receipt.stored and receipt.rejected == 0
    with node.store.session() as session:
        found = Measurement(node.library, session, Known(), datetime(2030, 1, 1, tzinfo=timezone.utc))
        periods = [Period.parse(str(year)) for year in made.years]
        return [v for levels in by for v in found.values(list(RATIOS), of=[NATION], by=levels, periods=periods)]


@pytest.mark.parametrize("faults", [FAULTLESS, ROUGH], ids=["without faults", "with faults"])
def test_every_figure_of_nation_region_sector_and_cell_is_the_one_the_truth_tells(tmp_path, faults):
    made = economy(11, enterprises=400, years=7, faults=faults)
    values = measured(tmp_path / "home", made, [[], ["region"], ["sector"], ["region", "sector"]])
    assert len(values) > 10_000 and {v.origin for v in values} == {"simulated"}
    wrong = [v for v in values if v.value != made.reported.of(v.entity, v.indicator, int(str(v.period)))]
    assert not wrong, wrong[:3]
    differs = [v for v in values if v.entity == NATION and v.value != made.figures.of(NATION, v.indicator, int(str(v.period)))]
    assert bool(differs) == (faults is ROUGH)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([FAULTLESS, ROUGH]))
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(seed, faults):
    first, again, other = (economy(s, enterprises=60, years=4, faults=faults) for s in (seed, seed, seed + 1))
    assert all(getattr(first, name).equals(getattr(again, name)) for name in TABLES)
    assert not first.true.equals(other.true)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_every_return_that_is_due_comes_at_first_or_later_or_never_with_its_reason(seed):
    made = economy(seed, enterprises=80, years=5, faults=ROUGH)
    first, later, due = keys(made.returns), keys(made.later), keys(made.true)
    never = {(r["enterprise"], str(r["year"])) for r in made.missing.to_pylist() if r["why"] != "late"}
    late = {(r["enterprise"], str(r["year"])) for r in made.missing.to_pylist() if r["why"] == "late"}
    assert first | late | never == due and not first & never and not first & late and late <= later


def keys(table) -> set[tuple[str, str]]:
    found = [(r["enterprise"], r["year"]) for r in table.select(["enterprise", "year"]).to_pylist()]
    assert len(set(found)) == len(found)
    return set(found)


def test_every_way_to_be_wrong_occurs_and_explains_every_field_that_differs_from_the_truth():
    made = economy(3, enterprises=800, years=5, faults=Faults(wrong=0.2, corrected=0.4))
    assert set(made.wrong["way"].to_pylist()) == set(WAYS) - {""}
    told = {(r["enterprise"], str(r["year"]), r["field"]): r["reported"] for r in made.wrong.to_pylist()}
    true = {(r["enterprise"], r["year"]): r for r in made.true.to_pylist()}
    for row in made.returns.to_pylist():
        for field, value in row.items():
            expected = told.pop((row["enterprise"], row["year"], field), true[row["enterprise"], row["year"]][field])
            assert value == expected
    assert not told
    corrected = {(r["enterprise"], str(r["year"])) for r in made.wrong.filter(made.wrong["corrected"]).to_pylist()}
    assert keys(made.later) == corrected and all(row == true[row["enterprise"], row["year"]] for row in made.later.to_pylist())


@pytest.mark.parametrize("indicator", [i for i in KINDS if i in RATIOS])
def test_a_cause_moves_its_cell_by_its_size_times_the_noise_and_nothing_else(indicator):
    cause = Cause(indicator, "32", "C34", 2018, size=6)
    whole, hit = economy(5, enterprises=6000, years=5), economy(5, enterprises=6000, years=5, causes=[cause])
    strength = hit.causes[0]
    concerned = {"nc_rate": ["nc_key_processes"], "energy_intensity_reduction": ["energy_tce", "co2_t"]}.get(indicator, [KINDS[indicator].above])
    assert [name for name in whole.true.column_names if not whole.true[name].equals(hit.true[name])] == [n for n in whole.true.column_names if n in concerned]
    moved = ratio(hit, indicator, cause.cell) - ratio(whole, indicator, cause.cell)
    assert moved == pytest.approx(strength.effect, rel=0.06) and abs(strength.effect) == pytest.approx(6 * strength.noise)
    assert hit.figures.of(cause.cell, indicator, 2017) == whole.figures.of(cause.cell, indicator, 2017)
    elsewhere = "region:SIM.33+sector:SIM.C34"
    assert all(hit.figures.of(elsewhere, indicator, y) == whole.figures.of(elsewhere, indicator, y) for y in whole.years)


def ratio(made: Economy, indicator: str, cell: str) -> float:
    """The plain ratio of a cell in the first year of the cause, added up again from the rows."""
    members = dict.fromkeys(made.memberships["entity"].to_pylist(), frozenset())
    for row in made.memberships.to_pylist():
        members[row["entity"]] |= {row["parent"]}
    kind = KINDS[indicator]
    rows = [r for r in made.true.to_pylist() if r["year"] == "2018" and set(cell.split("+")) <= members[r["enterprise"]] and r[kind.below] > 0]
    if kind.each:
        return float(sum(Fraction(r[kind.above], r[kind.below]) for r in rows) / len(rows))
    return float(sum(r[kind.above] for r in rows) / sum(r[kind.below] for r in rows))


def test_a_nation_of_several_blocks_adds_up_like_one(monkeypatch):
    monkeypatch.setattr(population, "BLOCK", 70)
    made = economy(2, enterprises=300, years=3, causes=[Cause("nc_rate", "", "", 2016)])
    assert len(keys(made.true)) == made.true.num_rows and len(set(made.true["enterprise"].to_pylist())) <= 300
    year = made.true.filter(pc.equal(made.true["year"], "2017"))
    share = 100 * pc.sum(year["rd_expenditure"]).as_py() / pc.sum(year["main_business_revenue"]).as_py()
    assert round(share, 4) == made.figures.of(NATION, "rd_intensity", 2017)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (Cause("no_such", "32", "C35", 2018), "no_such"),
        (Cause("nc_rate", "99", "C35", 2018), "99"),
        (Cause("nc_rate", "32", "C35", 2015), "2015"),
        (Cause("nc_rate", "54", "C16", 2018), "too few"),
    ],
)
def test_a_cause_that_cannot_be_is_refused_with_a_cure(cause, said):
    with pytest.raises(InputError) as caught:
        economy(1, enterprises=100, years=5, causes=[cause])
    assert said in caught.value.what.en and caught.value.cure.en


def test_files_import_and_the_nation_is_judged_by_its_own_plan(tmp_path, capfd):
    home, out = str(tmp_path / "home"), tmp_path / "economy"
    assert run(["--json", "testbed", "economy", "--enterprises", "300", "--cause", "nc_rate:44::2020:4", "--out", str(out)]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["simulated"] and told["rows"]["true_return.parquet"] == pq.read_metadata(out / "truth" / "true_return.parquet").num_rows
    for record, file in (("entity",) * 2, ("membership",) * 2, ("annual_return",) * 2, ("annual_return", "annual_return_later"), ("capacity_report",) * 2):
        assert run(["--home", home, "import", record, str(out / f"{file}.parquet")]) == 0
    assert run(["--home", home, "--lang", "en", "lint", str(out / "plan")]) == 0
    assert "no findings" in capfd.readouterr().out
    assert run(["--home", home, "--json", "evaluate", "--plan", "simulated_plan"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert len({r["indicator"] for r in rows}) == 10 and {r["year"] for r in rows} == {2020, 2025, 2030}
    figures = {(r["entity"], r["indicator"], r["year"]): r["value"] for r in pq.read_table(out / "truth" / "reported_figures.parquet").to_pylist()}
    mine = next(r for r in rows if r["indicator"] == "nc_rate" and r["year"] == 2025)
    assert mine["value"] == float(figures[NATION, "nc_rate", 2025])
    assert json.loads((out / "truth" / "truth.json").read_text("utf-8"))["causes"][0]["cell"] == "region:SIM.44"


def test_lifelike_faults_are_few():
    made = economy(4, enterprises=2000, faults=LIFELIKE)
    due = made.true.num_rows
    assert 0.03 < 1 - len(keys(made.returns) | keys(made.later)) / due < 0.06
    assert 0.001 < len(set(zip(made.wrong["enterprise"].to_pylist(), made.wrong["year"].to_pylist(), strict=True))) / due < 0.004
