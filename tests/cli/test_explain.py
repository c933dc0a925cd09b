"""Explaining: whatever measure prints, with all that a publisher said about a figure, of entities by whatever one calls them."""

from __future__ import annotations

import json
import shutil

import pytest

from zhizao.cli.main import run

RETURNS = """enterprise,year,rd_expenditure,main_business_revenue
M07,2019,10,1000
M07,2020,20,1000
Z9,2020,5,1000
"""
ENTITIES = """entity,name_zh,name_en,aliases
machine:M02,二号机,Machine two,
machine:M07X,七号机,Machine seven,M09
line:M09,九号线,Line nine,
line:D4,四号线,Line four,
enterprise:D4,四号厂,Works four,
"""
PLACES = """entity,relation,parent
line:L1,part_of,site:S1
enterprise:M07,located_in,region:32
enterprise:Z9,located_in,region:32
"""


@pytest.fixture(scope="module")
def home(ready_home, tmp_path_factory):
    """The example's plant and two enterprises; tests only read it."""
    folder = tmp_path_factory.mktemp("explained")
    home = folder / "h"
    shutil.copytree(ready_home, home)
    assert run(["--quiet", "init", str(home)]) == 0
    shutil.copy(home / "my_pack" / "data" / "inspections.csv", folder / "inspection.csv")
    for type_, content in (("annual_return", RETURNS), ("entity", ENTITIES), ("membership", PLACES)):
        (folder / f"{type_}.csv").write_text(content, "utf-8")
    for type_ in ("inspection", "annual_return", "entity", "membership"):
        assert run(["--home", str(home), "--quiet", "import", type_, str(folder / f"{type_}.csv")]) == 0
    return home


@pytest.fixture
def ask(zhizao, home):
    """Carry out a line in that home."""
    return lambda *line: zhizao("--home", home, *line)


@pytest.mark.parametrize(
    ("indicator", "entity", "period", "facts"),
    [
        ("first_pass_yield", "line:L1", "2025-01", 2),
        ("first_pass_yield", "line:L1", "2025-Q1", 4),
        ("first_pass_yield", "line:L1", "2025", 4),
        ("rd_intensity", "enterprise:M07", "2019/2020", 2),
        ("rd_intensity", "region:32", "2019/2020", 3),
    ],
)
def test_what_measure_prints_is_explained_though_the_period_is_longer_than_the_indicators_own(ask, indicator, entity, period, facts):
    measured = ask("measure", indicator, "--of", entity, "--period", period, "--json").data[0]
    explained = ask("explain", indicator, "--of", entity, "--period", period, "--json").data
    assert explained["value"]["value"] == measured["value"] is not None
    assert len(explained["facts"]) == facts
    assert explained["states"]


def test_a_published_bound_is_explained_with_kind_scope_confidence_and_note(ask):
    line = ("explain", "rd_intensity", "--of", "China", "--period", "2024")
    value = ask(*line, "--json").data["value"]
    assert {k: value[k] for k in ("value", "bound", "kind", "scope", "confidence")} == {
        "value": "1.6", "bound": "lower", "kind": "actual", "scope": "plan", "confidence": "medium",
    }  # fmt: skip
    assert "more than 1.6" in value["note"]
    for lang, words in (("zh", ("≥ 1.6", "口径：计划口径", "可信度：中", "说明：")), ("en", ("≥ 1.6", "plan's scope", "confidence: medium", "note: said"))):
        text = ask(*line, "--lang", lang).out
        assert all(word in text for word in words)


def test_the_series_the_pack_prefers_is_explained_and_the_others_are_no_parts_of_it(ask):
    line = ("explain", "rd_intensity", "--of", "China", "--period", "2021")
    found = ask(*line, "--json").data
    assert (found["value"]["series"], found["value"]["value"]) == ("rd_intensity.nbs", "1.46")
    assert found["children"] == []
    assert [(r["series"], r["value"], r["confidence"]) for r in found["other_readings"]] == [("rd_intensity.miit", "1.54", "low")]
    assert "other readings" in ask(*line).out
    assert "其他读数" in ask(*line, "--lang", "zh").out


def test_published_figures_stand_beside_a_computed_one(ask):
    found = ask("explain", "rd_intensity", "--of", "China", "--period", "2020", "--json").data
    assert found["value"]["basis"] == "computed"
    assert "rd_intensity.nbs" in {r["series"] for r in found["other_readings"]}


def test_a_bound_shows_wherever_alternatives_are_listed(ask):
    rows = ask("evaluate", "--as-of", "2026-08", "--json").data
    bounded = [a for row in rows for a in row["alternatives"] if a["series"] == "rd_intensity.miit" and a["period"] == "2024"]
    assert bounded
    assert all(a["bound"] == "lower" for a in bounded)
    assert all("bound" not in a for row in rows for a in row["alternatives"] if a["series"] == "rd_intensity.nbs")


@pytest.mark.parametrize("period", ["2025-03", "2025-Q1", "2025", "2015..2025"])
def test_a_reading_within_the_asked_period_is_listed_with_its_own(ask, period):
    rows = ask("measure", "nc_rate", "--period", period, "--json").data
    published = {(r["series"], r["period"], r["value"]) for r in rows if r["basis"] == "published"}
    assert ("nc_rate.miit", "2025-03", "66.2") in published


@pytest.mark.parametrize("period", ["2025-03", "2025"])
def test_a_reading_within_the_asked_period_is_explained(ask, period):
    value = ask("explain", "nc_rate", "--of", "China", "--period", period, "--json").data["value"]
    assert (value["period"], value["value"]) == ("2025-03", "66.2")


def test_a_period_in_which_nothing_is_computed_or_published_is_wrong_input(ask):
    done = ask("measure", "nc_rate", "--period", "2025-02")
    assert done.code == 2
    assert "annual_return holds years" in done.err


@pytest.mark.parametrize(("text", "entity"), [("M07", "enterprise:M07"), ("L2", "line:L2"), ("C35", "sector:C35"), ("Z9", "enterprise:Z9")])
def test_an_id_without_its_level_is_the_only_entity_that_has_it(ask, text, entity):
    assert {r["entity"] for r in ask("measure", "rd_intensity", "--of", text, "--period", "2020", "--json").data} <= {entity}
    assert ask("measure", "rd_intensity", "--of", text, "--period", "2020").code == 0


@pytest.mark.parametrize(("text", "candidates"), [("D4", "enterprise:D4, line:D4"), ("M09", "line:M09, machine:M07X")])
def test_an_id_or_name_of_several_entities_lists_them(ask, text, candidates):
    done = ask("explain", "rd_intensity", "--of", text, "--period", "2020")
    assert done.code == 2
    assert candidates in done.err


@pytest.mark.parametrize(("lang", "said"), [("zh", "已撤回"), ("en", "all were withdrawn")])
def test_an_entity_whose_last_fact_was_withdrawn_is_not_said_to_lack_a_membership(zhizao, home, tmp_path, lang, said):
    mine = shutil.copytree(home, tmp_path / "mine")
    line = ("--home", mine, "--lang", lang, "explain", "rd_intensity", "--of", "enterprise:Z9", "--period", "2020")
    for fact in json.loads(zhizao(*line, "--json").out)["facts"]:
        assert zhizao("--home", mine, "withdraw", fact["id"], "--why", "typed twice").code == 0
    done = zhizao(*line)
    assert done.code == 1
    assert said in done.err
    assert "membership" not in done.err
