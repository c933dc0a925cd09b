"""A question without values: wrong input where nothing knows what it asks about, else an empty answer that says what is missing."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("--of", "region:99"), "did you mean region:"),
        (("--of", "enterprise:nobody"), "no fact knows enterprise:nobody"),
        (("--of", "line:L9"), "no fact knows line:L9"),
        (("--of", "Jiangsuu"), "did you mean Jiangsu?"),
        (("--of", "Atlantis"), "region:32"),
        (("--of", "region:32+sector:C99"), "sector:C99"),
        (("--by", "regoin"), "did you mean region?"),
        (("--period", "1850"), "the first period there is: 2012"),
        (("--period", "1850..1851"), "1850..1851"),
        (("--series", "nsb", "--by", "line"), "rd_intensity.nbs"),
    ],
)
def test_what_nothing_knows_is_wrong_input(zhizao, ready_home, line, said):
    done = zhizao("--home", ready_home, "measure", "rd_intensity", *line)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("rd_intensity", "--by", "region"), "import annual_return"),
        (("rd_intensity", "--of", "江苏"), "import annual_return"),
        (("rd_intensity", "--by", "line"), "import annual_return"),
        (("region_gerd", "--by", "enterprise"), "import membership"),
        (("region_gerd", "--period", "2090"), "2011"),
        (("region_gerd", "--as-of", "1990"), "nothing was known then"),
        (("quality_index", "--by", "region"), "--by region"),
    ],
)
def test_a_sound_question_without_facts_is_answered_empty_and_says_what_is_missing(zhizao, ready_home, line, said):
    done = zhizao("--home", ready_home, "measure", *line, "--json")
    assert (done.code, done.data) == (0, [])
    assert said in done.err


def test_silence_is_kept_where_it_is_asked_for(zhizao, ready_home):
    done = zhizao("--home", ready_home, "measure", "rd_intensity", "--by", "line", "--quiet")
    assert (done.code, done.out, done.err) == (0, "no values\n", "")


def test_an_entity_that_only_a_fact_names_is_known(zhizao, fresh_home, tmp_path):
    (tmp_path / "r.csv").write_text("enterprise,year,rd_expenditure,main_business_revenue\nE1,2020,1,100\nE1,2921,1,100\n")
    assert zhizao("--home", fresh_home, "import", "annual_return", tmp_path / "r.csv").code == 0
    rows = zhizao("--home", fresh_home, "measure", "rd_intensity", "--of", "enterprise:E1", "--json").data
    assert [(r["period"], r["value"]) for r in rows] == [("2020", "1.0000")], "a year in the far future does not hide the latest"
    assert "did you mean enterprise:E1?" in zhizao("--home", fresh_home, "measure", "rd_intensity", "--of", "enterprise:E11").err


def test_a_cell_is_named_as_the_tables_name_it(zhizao, fresh_home, tmp_path):
    (tmp_path / "r.csv").write_text("enterprise,year,rd_expenditure,main_business_revenue\nE1,2020,1,100\n")
    (tmp_path / "m.csv").write_text(
        "entity,relation,parent\nenterprise:E1,located_in,region:32\nenterprise:E1,classified_as,sector:C35\n"
    )
    for type_, name in (("annual_return", "r.csv"), ("membership", "m.csv")):
        assert zhizao("--home", fresh_home, "import", type_, tmp_path / name).code == 0
    line = ("--home", fresh_home, "measure", "rd_intensity", "--period", "2020", "--json")
    crossed = zhizao(*line, "--by", "region,sector").data
    assert [r["entity"] for r in crossed] == ["region:32+sector:C35"]
    assert zhizao(*line, "--of", "region:32+sector:C35").data[0]["value"] == crossed[0]["value"] == "1.0000"


def test_the_same_level_twice_is_asked_once(zhizao, ready_home):
    line = ("--home", ready_home, "measure", "region_gerd", "--period", "2022", "--json")
    assert [r["entity"] for r in zhizao(*line, "--by", "region,region").data] == [r["entity"] for r in zhizao(*line, "--by", "region").data]


def test_a_series_may_be_asked_for_as_a_narrow_table_shows_it(zhizao, ready_home):
    rows = zhizao("--home", ready_home, "measure", "rd_intensity", "--series", "nbs", "--json").data
    assert {r["series"] for r in rows} == {"rd_intensity.nbs"}


def test_no_answer_of_explain_says_what_is_missing(zhizao, ready_home):
    done = zhizao("--home", ready_home, "explain", "rd_intensity", "--of", "江苏", "--period", "2020")
    assert done.code == 1
    assert "import annual_return" in done.err


def test_an_import_says_the_first_reasons_at_once(zhizao, fresh_home, tmp_path):
    (tmp_path / "r.csv").write_text("enterprise,year,rd_expenditure\nE1,2020,many\n")
    done = zhizao("--home", fresh_home, "import", "annual_return", tmp_path / "r.csv")
    assert done.code == 0
    assert "line 2: rd_expenditure is no number: many" in done.err
