"""The plan's 24 targets judged by the published figures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from zhizao.judge.targets import judge_all
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.verdict import Judgement

EXPECTED = {
    "rd_intensity": ("met", "met_by_proxy"),
    "invention_patents_per_100m": ("met_by_proxy", "met_by_proxy"),
    "quality_index": ("met", "met"),
    "value_added_rate": ("not_published", "not_published"),
    "labour_productivity_growth": ("not_published", "not_published"),
    "broadband_penetration": ("met", "met"),
    "digital_design_tools": ("met", "met_by_proxy"),
    "nc_rate": ("met", "met"),
    "energy_intensity_reduction": ("missed", "not_published"),
    "co2_intensity_reduction": ("not_published", "not_published"),
    "water_intensity_reduction": ("met", "met_by_proxy"),
    "solid_waste_utilisation": ("missed_by_proxy", "missed_by_proxy"),
}
ORDER = {
    "rd_intensity": ("rd_intensity.nbs", "rd_intensity.miit", "rd_intensity.census"),
    "quality_index": ("quality_index.samr", "quality_index.aqsiq"),
}


def judged(plan: list[Target], published: list[Reading], as_of: datetime) -> dict[tuple[str, int], Judgement]:
    return {(j.target.indicator, j.target.year): j for j in judge_all(plan, published, order=ORDER, as_of=as_of, plan_entity="nation:CN")}


@pytest.fixture(scope="module")
def now(plan: list[Target], published: list[Reading]) -> dict[tuple[str, int], Judgement]:
    return judged(plan, published, datetime(2026, 11, 23, tzinfo=UTC))


def test_every_target_has_the_verdict_its_readings_give(now: dict[tuple[str, int], Judgement]) -> None:
    assert {i: (now[i, 2020].verdict, now[i, 2025].verdict) for i in EXPECTED} == EXPECTED


def test_both_official_values_of_rd_intensity_for_2021_are_shown(now: dict[tuple[str, int], Judgement]) -> None:
    shown = {(r.series, str(r.value)) for r in now["rd_intensity", 2025].conflicts}
    assert shown == {("rd_intensity.nbs", "1.46"), ("rd_intensity.miit", "1.54")}


def test_the_three_long_series_are_forecast_and_the_others_say_why_not(now: dict[tuple[str, int], Judgement]) -> None:
    forecast = {i for (i, year), j in now.items() if year == 2025 and j.outlook.forecasts}
    assert forecast == {"quality_index", "digital_design_tools", "nc_rate"}
    assert all(bool(j.outlook.forecasts) != bool(j.outlook.why_none) for j in now.values())
    assert all(len(j.outlook.forecasts) >= 5 for j in now.values() if j.outlook.forecasts)


def test_as_known_at_the_end_of_2020_nothing_later_is_used(plan: list[Target], published: list[Reading]) -> None:
    then = judged(plan, published, datetime(2020, 12, 20, tzinfo=UTC))
    nc, energy = then["nc_rate", 2020], then["energy_intensity_reduction", 2020]
    assert (nc.verdict, nc.reading and str(nc.reading.period)) == ("met", "2020-09")
    assert (energy.verdict, energy.reading and str(energy.reading.value)) == ("on_track", "15.6")
    assert then["rd_intensity", 2025].verdict == "on_track"
    assert all(a.reading.published_at <= "2020-12-20" for j in then.values() for a in j.alternatives)


def test_a_year_later_the_missed_cut_is_known(plan: list[Target], published: list[Reading]) -> None:
    then = judged(plan, published, datetime(2022, 1, 1, tzinfo=UTC))
    energy = then["energy_intensity_reduction", 2020]
    assert (energy.verdict, str(energy.gap)) == ("missed", "-2.000000")


def test_readings_from_before_the_plan_put_nothing_on_track(plan: list[Target], published: list[Reading]) -> None:
    then = judged(plan, published, datetime(2016, 6, 1, tzinfo=UTC))
    assert {j.verdict for j in then.values()} == {"not_due"}
