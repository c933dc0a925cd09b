"""Which series is forecast, how the models are back-tested, and when there is nothing to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

import pytest

from zhizao.judge.forecasts.backtest import backtest
from zhizao.judge.forecasts.contract import History
from zhizao.judge.forecasts.naive import naive
from zhizao.judge.forecasts.scale import PLAIN
from zhizao.judge.verdict import judge
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.verdict import Outlook

Make = Callable[..., Any]
YEARS = range(2013, 2022)
VALUES = ("33", "36.5", "39", "42.1", "44.8", "48.0", "50.1", "52.1", "55.3")


def outlook(target: Target, readings: Sequence[Reading]) -> Outlook:
    return judge(target, readings, order=("x.a", "x.b"), as_of=datetime(2023, 1, 1, tzinfo=UTC), plan_entity="nation:CN").outlook


@pytest.fixture
def rising(reading: Make) -> list[Reading]:
    return [reading(str(y), v) for y, v in zip(YEARS, VALUES, strict=True)]


def test_every_model_speaks_of_the_target_year_with_its_points_and_tests(target: Make, rising: list[Reading]) -> None:
    told = outlook(target(64), rising)
    line = next(f for f in told.forecasts if f.model == "linear")
    assert told.why_none is None
    assert {"naive", "drift", "linear", "damped", "theil_sen", "bounded"} <= {f.model for f in told.forecasts}
    assert (line.n, line.backtests, round(line.value, 2)) == (9, 3, 66.42)
    assert 0.75 < line.p_attain < 0.995  # the line alone would say 0.995; how far the models are apart makes it less sure
    assert all(f.low <= f.value <= f.high and 0 <= f.p_attain <= 1 for f in told.forecasts)


def test_under_five_points_it_says_not_enough_data(target: Make, rising: list[Reading]) -> None:
    told = outlook(target(64), rising[-4:])
    assert told.forecasts == ()
    assert told.why_none is not None
    assert told.why_none.en.startswith("not enough data: 4 of at least 5")


def test_five_points_are_enough_but_their_two_back_tests_give_no_error(target: Make, rising: list[Reading]) -> None:
    told = outlook(target(64, 2022), rising[-5:])
    assert {(f.n, f.backtests, f.error) for f in told.forecasts} == {(5, 2, None)}


def test_series_are_never_joined(target: Make, reading: Make, rising: list[Reading]) -> None:
    split = [*rising[:4], *(reading(str(y), v, "x.b") for y, v in zip(YEARS[4:8], VALUES[4:8], strict=True))]
    assert outlook(target(64), split).forecasts == ()


def test_base_values_and_bounds_are_no_points(target: Make, reading: Make, rising: list[Reading]) -> None:
    extra = [reading("2010", 20, kind="base"), reading("2022", 40, bound="lower")]
    assert {f.n for f in outlook(target(64), [*rising, *extra]).forecasts} == {9}


def test_a_longer_series_speaks_where_the_judged_one_is_short(target: Make, reading: Make, rising: list[Reading]) -> None:
    short = reading("2021", 55, "x.b", kind="derived")
    told = outlook(target(54), [*(r for r in rising if r.period.year < 2021), short])
    assert told.series == "x.a"
    assert told.forecasts


def test_a_series_that_ended_before_the_base_year_is_not_forecast(target: Make, reading: Make) -> None:
    old = [reading(str(y), y - 1990) for y in range(2005, 2010)]
    assert outlook(target(64, base_year=2015, base_value=33), old).forecasts == ()


def test_a_published_final_figure_leaves_nothing_to_forecast(target: Make, rising: list[Reading]) -> None:
    told = outlook(target(50, 2021), rising)
    assert told.forecasts == ()
    assert told.why_none is not None
    assert "2021" in told.why_none.en


def test_the_chance_of_a_falling_target_is_the_chance_to_stay_below(target: Make, reading: Make) -> None:
    falling = [reading(str(y), 2060 - y) for y in range(2015, 2023)]
    up, down = (outlook(target(37, direction=d), falling).forecasts for d in ("up", "down"))
    assert all(a.p_attain + b.p_attain == pytest.approx(1) for a, b in zip(up, down, strict=True))
    assert next(f for f in down if f.model == "linear").p_attain > 0.9


def test_no_share_is_forecast_above_a_hundred(target: Make, reading: Make) -> None:
    steep = [reading(str(y), v) for y, v in zip(range(2015, 2021), (60, 68, 76, 84, 92, 99), strict=True)]
    assert all(f.high <= 100 for f in outlook(target(99), steep).forecasts)


def test_back_tests_forecast_the_horizon_of_the_forecast_itself() -> None:
    history = History(tuple(range(2010, 2020)), tuple(float(v * v) for v in range(10)))
    tests, error = backtest(naive, history, 2022, PLAIN)
    assert (tests, error) == (5, fmean(history.values[i + 3] - history.values[i] for i in range(2, 7)))


def test_a_horizon_longer_than_the_history_is_tested_at_the_longest_there_is() -> None:
    history = History(tuple(range(2010, 2017)), tuple(map(float, range(7))))
    assert backtest(naive, history, 2030, PLAIN) == (1, None)
