"""The evaluation of the plan from the real published figures."""

from __future__ import annotations

import pytest

KEYS = {
    "indicator", "name_zh", "name_en", "year", "target", "printed_target", "target_form", "unit", "value", "value_period", "series", "scope",
    "kind", "verdict", "gap", "forecasts", "alternatives", "sources",
}  # fmt: skip
VERDICTS = {"met", "missed", "met_by_proxy", "missed_by_proxy", "on_track", "off_track", "not_due", "not_published"}


@pytest.fixture
def home(ready_home):
    """A home whose cache may fill, so that later questions are quick."""
    return ready_home


def test_twelve_indicators_are_judged_for_two_years(zhizao, home):
    rows = zhizao("--home", home, "evaluate", "--as-of", "2026-11", "--json").data
    assert len(rows) == 24
    assert len({r["indicator"] for r in rows}) == 12
    assert {r["year"] for r in rows} == {2020, 2025}
    assert all(set(r) == KEYS and r["verdict"] in VERDICTS for r in rows)


def test_every_deciding_figure_has_its_source(zhizao, home):
    rows = zhizao("--home", home, "evaluate", "--as-of", "2026-11", "--json").data
    decided = [r for r in rows if r["value"] is not None]
    assert decided
    assert all(r["sources"] and r["sources"][0]["document"] for r in decided)


def test_a_second_run_prints_the_same(zhizao, home):
    line = ("--home", home, "evaluate", "--as-of", "2026-11")
    assert zhizao(*line).out == zhizao(*line).out


def test_both_languages_come_from_the_same_kept_answer(zhizao, home):
    english, chinese = (zhizao("--home", home, "evaluate", "--as-of", "2026-11", "--lang", lang).out for lang in ("en", "zh"))
    assert "R&D" in english
    assert "质量竞争力指数" in chinese


def test_one_year_is_chosen(zhizao, home):
    rows = zhizao("--home", home, "evaluate", "--as-of", "2026-11", "--year", "2020", "--json").data
    assert {r["year"] for r in rows} == {2020}
    assert len(rows) == 12


def test_before_a_figure_was_published_nothing_is_known_of_it(zhizao, home):
    rows = zhizao("--home", home, "evaluate", "--as-of", "2016", "--json").data
    assert not [r for r in rows if r["verdict"] in ("met", "missed")]


def test_an_unknown_plan_is_wrong_input(zhizao, home):
    assert zhizao("--home", home, "evaluate", "--plan", "made_in_chna_2025").code == 2


@pytest.mark.parametrize("name", ["report.html", "report.pdf"])
def test_a_report_is_written_and_said_where(zhizao, home, tmp_path, name):
    done = zhizao("--home", home, "evaluate", "--as-of", "2026-11", "--report", tmp_path / name)
    assert done.code == 0
    assert name in done.err
    assert (tmp_path / name).stat().st_size > 20_000


def test_a_report_that_cannot_be_written_is_wrong_input(zhizao, home, tmp_path):
    assert zhizao("--home", home, "evaluate", "--report", tmp_path / "none" / "r.html").code == 2


def test_the_plan_says_what_is_served(zhizao, home):
    def systems(lines):
        return [x for line in lines for x in ([line] if line["kind"] == "system" else []) + systems(line["children"])]

    found = systems(zhizao("--home", home, "plan", "--json").data)
    assert len(found) == 153
    assert {s["served"] for s in found} >= {"no"}
    assert all(s["served"] == "no" for s in found if not s["serves"] and not s["indicators"] and not s["children"])


def test_quiet_says_nothing_but_the_answer(zhizao, home):
    assert zhizao("--home", home, "evaluate", "--as-of", "2026-11", "--quiet").err == ""
