"""Measuring: computed values with the published series beside them, entities by any of their names."""

from __future__ import annotations

import shutil

import pytest

from zhizao.cli.main import run

RETURNS = """enterprise,year,rd_expenditure,main_business_revenue,key_processes,nc_key_processes
E1,2019,10,1000,4,1
E1,2020,20,1000,4,2
E2,2020,1,10,2,2
E3,2020,5,500,0,0
"""
PLACES = """entity,relation,parent,valid_from,valid_to
enterprise:E1,located_in,region:32,,
enterprise:E2,located_in,region:33,,
enterprise:E3,located_in,region:33,,
enterprise:E1,classified_as,sector:C35,,
enterprise:E2,classified_as,sector:C35,,
enterprise:E3,classified_as,sector:C36,,
"""
NAMES = """entity,name_zh,name_en,aliases
enterprise:E1,新星机床,Nova Machine Tools,新星|Nova
enterprise:E2,新星电子,Nova Electronics,新星|NovaEl
"""


@pytest.fixture(scope="module")
def home(ready_home, tmp_path_factory):
    """Three enterprises in two provinces; tests only read it."""
    folder = tmp_path_factory.mktemp("enterprises")
    shutil.copytree(ready_home, folder / "h")
    for type_, content in (("annual_return", RETURNS), ("membership", PLACES), ("entity", NAMES)):
        (folder / f"{type_}.csv").write_text(content, "utf-8")
        assert run(["--home", str(folder / "h"), "--quiet", "import", type_, str(folder / f"{type_}.csv")]) == 0
    return folder / "h"


@pytest.fixture
def measure(zhizao, home):
    """Measure in that home; computed values by entity and period."""

    def values(*line):
        rows = zhizao("--home", home, "measure", *line, "--json").data
        return {(r["entity"], r["period"]): r["value"] for r in rows if r["basis"] == "computed"}

    return values


def test_the_nation_is_measured_where_nothing_else_is_asked(measure):
    assert measure("rd_intensity") == {("nation:CN", "2020"): "1.7219"}


def test_regions_are_ratios_of_sums(measure):
    assert measure("rd_intensity", "--by", "region") == {("region:32", "2020"): "2.0000", ("region:33", "2020"): "1.1765"}


@pytest.mark.parametrize("name", ["region:32", "江苏", "江苏省", "Jiangsu", "jiangsu"])
def test_an_entity_answers_to_its_id_and_its_names(measure, name):
    assert measure("rd_intensity", "--of", name) == {("region:32", "2020"): "2.0000"}


def test_an_enterprise_answers_to_its_imported_name(measure):
    assert measure("rd_intensity", "--of", "nova machine tools", "--period", "2019..2020") == {
        ("enterprise:E1", "2019"): "1.0000",
        ("enterprise:E1", "2020"): "2.0000",
    }


def test_an_ambiguous_name_lists_its_candidates(zhizao, home):
    done = zhizao("--home", home, "measure", "rd_intensity", "--of", "新星")
    assert done.code == 2
    assert "enterprise:E1, enterprise:E2" in done.err


@pytest.mark.parametrize(
    "line",
    [
        ("rd_intensty",),
        ("rd_intensity", "--of", "Atlantis"),
        ("rd_intensity", "--of", "planet:3"),
        ("rd_intensity", "--by", "regoin"),
        ("rd_intensity", "--period", "soon"),
        ("rd_intensity", "--period", "2021..2019"),
        ("rd_intensity", "--as-of", "yesterday"),
        ("rd_intensity", "--series", "rd_intensity.nsb"),
    ],
)
def test_what_does_not_exist_is_wrong_input(zhizao, home, line):
    done = zhizao("--home", home, "measure", *line)
    assert (done.code, done.out) == (2, "")
    assert "To mend" in done.err


def test_two_levels_are_crossed(measure):
    assert measure("rd_intensity", "--by", "region,sector") == {
        ("region:32+sector:C35", "2020"): "2.0000",
        ("region:33+sector:C35", "2020"): "10.0000",
        ("region:33+sector:C36", "2020"): "1.0000",
    }


def test_published_series_stand_beside_the_computed_one_and_are_never_joined(zhizao, home):
    rows = zhizao("--home", home, "measure", "rd_intensity", "--period", "2020", "--json").data
    bases = {(r["basis"], r["series"]) for r in rows}
    assert ("computed", "rd_intensity.computed") in bases
    assert ("published", "rd_intensity.nbs") in bases
    assert len(bases) == len(rows)


def test_one_series_is_chosen(zhizao, home):
    rows = zhizao("--home", home, "measure", "rd_intensity", "--series", "rd_intensity.nbs", "--json").data
    assert {r["series"] for r in rows} == {"rd_intensity.nbs"}


def test_a_published_only_indicator_is_listed(zhizao, ready_home):
    rows = zhizao("--home", ready_home, "measure", "quality_index", "--period", "2021", "--json").data
    assert ("quality_index.samr", "84.91") in {(r["series"], r["value"]) for r in rows}


def test_what_was_not_published_then_is_not_listed(zhizao, ready_home):
    rows = zhizao("--home", ready_home, "measure", "quality_index", "--period", "2021", "--as-of", "2020", "--json").data
    assert rows == []


def test_what_this_home_did_not_hold_then_is_not_measured(zhizao, home):
    assert zhizao("--home", home, "measure", "rd_intensity", "--stored-as-of", "2020", "--json").data == []


@pytest.fixture
def mixed_home(zhizao, fresh_home, tmp_path):
    """A home with returns of two sectors whose rates rise from 2019 to 2020 while the rate of both together falls."""
    rows = ["enterprise,year,rd_expenditure,main_business_revenue", "A,2019,10,1000", "B,2019,50,1000", "A,2020,110,10000", "B,2020,52,1000"]
    places = ["entity,relation,parent"]
    places += [f"enterprise:{e},located_in,region:32\nenterprise:{e},classified_as,sector:{s}" for e, s in (("A", "C35"), ("B", "C36"))]
    for type_, lines in (("annual_return", rows), ("membership", places)):
        (tmp_path / f"{type_}.csv").write_text("\n".join(lines) + "\n", "utf-8")
        assert zhizao("--home", fresh_home, "import", type_, tmp_path / f"{type_}.csv").code == 0
    return fresh_home


def test_a_pooled_rate_that_falls_while_every_sector_improves_is_flagged(zhizao, mixed_home):
    row = next(r for r in zhizao("--home", mixed_home, "measure", "rd_intensity", "--json").data if r["basis"] == "computed")
    assert row["warnings"] == ["simpson"]


def test_an_evaluation_names_the_pooled_rate_that_moves_against_all_its_parts(zhizao, mixed_home, tmp_path):
    rows = zhizao("--home", mixed_home, "evaluate", "--json").data
    doubted = {(r["indicator"], r["year"]): r["doubted"] for r in rows if "doubted" in r}
    assert set(doubted) == {("rd_intensity", 2020), ("rd_intensity", 2025)}
    assert doubted["rd_intensity", 2020] == {"series": "rd_intensity.computed", "period": "2020", "value": 1.4727, "warnings": ["simpson"]}
    for lang, name in (("en", "Simpson"), ("zh", "辛普森")):
        shown = zhizao("--home", mixed_home, "evaluate", "--lang", lang, "--report", tmp_path / "plan.html").out
        assert len([line for line in shown.splitlines() if line.startswith("! ")]) == 1 and name in shown
        assert name in (tmp_path / "plan.html").read_text("utf-8")


def test_a_published_figure_is_explained_by_the_row_that_carries_it(zhizao, ready_home):
    found = zhizao("--home", ready_home, "explain", "quality_index", "--of", "China", "--period", "2021", "--json").data
    assert found["facts"]
    assert found["facts"][0]["id"].startswith("published_figure:")
    assert "plan_actuals.csv" in found["facts"][0]["source"]


def test_a_figure_that_does_not_exist_is_no_answer(zhizao, ready_home):
    assert zhizao("--home", ready_home, "explain", "quality_index", "--of", "China", "--period", "1999").code == 1


def test_whoever_belongs_nowhere_is_in_no_total_and_is_counted_aloud(zhizao, ready_home, tmp_path):
    mine = shutil.copytree(ready_home, tmp_path / "h")
    for type_, content in (("annual_return", RETURNS), ("membership", "entity,relation,parent\nenterprise:E1,located_in,region:32\nenterprise:E2,classified_as,sector:C35\n")):
        (tmp_path / f"{type_}.csv").write_text(content, "utf-8")
        assert zhizao("--home", mine, "--quiet", "import", type_, tmp_path / f"{type_}.csv").code == 0
    nation, regions = zhizao("--home", mine, "measure", "nc_rate", "--period", "2020"), zhizao("--home", mine, "measure", "nc_rate", "--by", "region", "--period", "2020")
    assert nation.err.startswith("1 more with facts of annual_return") and regions.err.startswith("2 more")
    assert "more with facts" not in zhizao("--home", mine, "measure", "nc_rate", "--by", "enterprise", "--period", "2020").err
    assert "另有 1 个对象" in zhizao("--home", mine, "measure", "nc_rate", "--period", "2020", "--lang", "zh").err


def test_where_all_have_a_place_nothing_is_said(zhizao, home):
    assert "more with facts" not in zhizao("--home", home, "measure", "nc_rate", "--period", "2020").err


@pytest.mark.parametrize("period", ["2016/2020", "2019..2020"])
def test_whoever_belongs_nowhere_is_counted_over_windows_and_ranges_too(period, zhizao, ready_home, tmp_path):
    mine = shutil.copytree(ready_home, tmp_path / "h")
    content = {"annual_return": "enterprise,year,value_added_2015,staff\nE1,2015,100,10\nE1,2020,200,10\nE2,2020,200,10\n", "membership": "entity,relation,parent\nenterprise:E1,located_in,region:32\n"}
    for type_, rows in content.items():
        (tmp_path / f"{type_}.csv").write_text(rows, "utf-8")
        assert zhizao("--home", mine, "--quiet", "import", type_, tmp_path / f"{type_}.csv").code == 0
    done = zhizao("--home", mine, "measure", "labour_productivity_growth", "--period", period)
    assert (done.code, done.err.startswith("1 more with facts")) == (0, True), done.err
