"""The targets of the plan and of the plans beside it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .conftest import PLAN, Rows, rows

TARGETS = rows(PLAN / "targets.csv")
OWN = [t for t in TARGETS if not t["plan"]]
FORMS = {"level": "level", "change_since_2015": "change_since", "cut_since_2015": "cut_since", "average_growth": "average_growth"}


def test_the_plan_has_24_targets_two_for_each_of_its_twelve_indicators(indicators: dict[str, Any]) -> None:
    twelve = {i for i, d in indicators.items() if d.get("number")}
    assert sorted((t["indicator"], t["year"]) for t in OWN) == sorted((i, y) for i in twelve for y in ("2020", "2025"))
    assert {indicators[i]["number"] for i in twelve} == set(range(1, 13))


def test_targets_are_those_of_the_source_table(shared: Callable[[str], Rows]) -> None:
    source = {r["indicator"]: r for r in shared("data/plan_targets.csv")}
    for target in OWN:
        row, year = source[target["indicator"]], target["year"]
        assert (target["printed"], target["used"]) == (row[f"printed_{year}"], row[f"used_{year}"])
        form = (FORMS[row["target_form"]], row["direction"], row["base_2015"])
        assert (target["form"], target["direction"], target["base_value"]) == form


def test_chinese_names_are_those_of_the_plan(shared: Callable[[str], Rows], indicators: dict[str, Any]) -> None:
    for row in shared("data/plan_targets.csv"):
        assert indicators[row["indicator"]]["name"]["zh"].startswith(row["name_zh"])


def test_only_the_three_damaged_figures_are_replaced_each_with_a_reason_in_both_languages() -> None:
    replaced = {t["indicator"]: (t["printed"], t["used"]) for t in TARGETS if Decimal(t["printed"]) != Decimal(t["used"])}
    assert replaced == {
        "energy_intensity_reduction": ("3.4", "34"),
        "co2_intensity_reduction": ("4.0", "40"),
        "water_intensity_reduction": ("4.1", "41"),
    }
    for target in TARGETS:
        assert bool(target["reason_zh"]) == bool(target["reason_en"]) == (Decimal(target["printed"]) != Decimal(target["used"]))


def test_only_labour_productivity_is_about_and_over_five_years() -> None:
    for target in TARGETS:
        averaged = target["indicator"] == "labour_productivity_growth"
        assert (target["about"], target["window"]) == (("yes", "5") if averaged else ("", ""))


def test_every_target_has_a_source_and_a_unit_and_a_direction_of_its_indicator(indicators: dict[str, Any]) -> None:
    for target in TARGETS:
        indicator = indicators[target["indicator"]]
        assert target["source"] and (target["unit"], target["direction"]) == (indicator["unit"], indicator["direction"])


def test_other_plans_keep_their_targets_and_nobody_is_given_one_that_was_never_set(shared: Callable[[str], Rows]) -> None:
    source = [r for r in shared("data/plan_targets_other.csv") if not r["plan"].startswith("computed")]
    others = [t for t in TARGETS if t["plan"]]
    assert [(t["indicator"], t["used"], t["plan"], t["source"]) for t in others] == [
        (r["indicator"], r["value"], r["plan"], r["source"]) for r in source
    ]
    assert not any("implied" in t["indicator"] for t in TARGETS)
    assert [t["plan"] for t in TARGETS if t["entity"] == "region:62"] == ["Gansu action programme for Made in China 2025"]
