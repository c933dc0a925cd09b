"""The required path and the gap along it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhizao.judge.path import drawn, end_year, gap, interim, on_path, required
from zhizao.model.period import Period, year
from zhizao.model.target import Target

Make = Callable[..., Any]


def cuts(first: int, last: int) -> list[Target]:
    common = {"indicator": "x", "form": "cut_since", "direction": "up", "unit": "percent below 2015", "base_year": 2015}
    return [Target(year=y, printed=Decimal(v), used=Decimal(v), **common) for y, v in ((2020, first), (2025, last))]  # type: ignore[arg-type]


@given(st.integers(0, 90), st.integers(0, 90))
def test_a_path_passes_through_its_base_and_every_target(first: int, last: int) -> None:
    both = cuts(first, last)
    at = {y: required(both[1], year(y), both) for y in (2015, 2020, 2025, 2030)}
    assert at == {2015: 0, 2020: first, 2025: last, 2030: last}


@given(st.integers(1, 90), st.integers(1, 90))
def test_a_cut_takes_the_same_share_of_what_remains_each_year(first: int, last: int) -> None:
    both = cuts(first, last)
    left = [100 - (required(both[1], year(y), both) or Decimal(0)) for y in range(2020, 2026)]
    shares = [b / a for a, b in pairwise(left)]
    assert max(shares) - min(shares) < Decimal("0.0000011")


def test_the_energy_path_is_geometric_and_not_a_straight_line() -> None:
    both = cuts(18, 34)
    assert str(required(both[1], year(2022), both)) == "24.819383"
    assert str(required(both[0], year(2016), both)) == "3.891285"


def test_a_whole_cut_leaves_nothing_to_take_a_share_of_and_falls_in_a_line() -> None:
    both = cuts(0, 100)
    assert str(required(both[1], year(2022), both)) == "40.000000"


def test_an_interim_target_belongs_to_the_same_plan_entity_and_form(target: Make) -> None:
    goal = target(60, plan="p", base_year=2015)
    own, foreign, base = target(50, 2020, plan="p"), target(51, 2021, plan="q"), target(40, 2015, plan="p")
    provincial = target(52, 2022, plan="p", entity="region:62")
    assert interim(goal, [goal, provincial, foreign, base, own]) == (own,)


def test_before_the_base_year_there_is_no_path(target: Make) -> None:
    goal = target(60, base_year=2015, base_value=Decimal(50))
    assert required(goal, year(2014)) is None
    assert gap(goal, Decimal(70), year(2014)) is None
    assert on_path(goal, Decimal(70), year(2014)) is None


def test_a_change_starts_from_zero_and_a_level_without_a_base_is_required_all_the_way(target: Make) -> None:
    assert str(required(target(4, form="change_since", base_year=2015), year(2020))) == "2.000000"
    assert str(required(target(4), year(2020))) == "4.000000"


def test_an_average_growth_is_required_all_the_way_and_eased_where_it_is_about(target: Make) -> None:
    growth = target("7.5", 2020, "average_growth", window=5, about=True)
    assert str(required(growth, Period.parse("2016/2018"))) == "7.500000"
    assert on_path(growth, Decimal("7.2"), Period.parse("2016/2018"))
    assert not on_path(growth, Decimal("7.1"), Period.parse("2016/2018"))


def test_the_gap_of_a_band_is_the_way_to_its_nearer_edge(target: Make) -> None:
    band = target(75, form="band", upper=Decimal(85))
    assert [str(gap(band, Decimal(v), year(2025))) for v in (74, 79, 84, 87)] == ["-1.000000", "4.000000", "1.000000", "-2.000000"]


@given(st.dates().filter(lambda d: d.year > 1900))
def test_the_end_of_a_day_lies_in_its_own_year(day: Any) -> None:
    assert day.year - 1 < end_year(Period.parse(day.isoformat())) <= day.year


def test_an_average_growth_is_drawn_over_the_years_it_averages(target: Make) -> None:
    growth = target("7.5", 2020, "average_growth", window=5)
    assert [(int(x), y) for x, y in drawn(growth)] == [(year, Decimal("7.5")) for year in range(2015, 2021)]
