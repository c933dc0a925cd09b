"""The forecast models: worked examples, and what holds of every one of them."""

from __future__ import annotations

import warnings
from importlib.metadata import EntryPoint

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.judge.forecasts import registry
from zhizao.judge.forecasts.contract import History, Prediction
from zhizao.judge.forecasts.linear import linear
from zhizao.judge.forecasts.registry import BUILT_IN, models
from zhizao.judge.forecasts.scale import PLAIN, Scale

NAMES = [entry.name for entry in BUILT_IN]
PERCENT = Scale(0, 100)
histories = st.lists(st.integers(1, 90), min_size=3, max_size=12).flatmap(
    lambda values: st.lists(st.integers(1, 40), min_size=len(values), max_size=len(values)).map(
        lambda gaps: History(tuple(2000 + sum(gaps[: i + 1]) / 4 for i in range(len(gaps))), tuple(map(float, values)), 0.3)
    )
)


@pytest.fixture(scope="module")
def nc() -> History:
    """The worked example: a rising rate, 2013 to 2021."""
    return History(tuple(range(2013, 2022)), (33, 36.5, 39, 42.1, 44.8, 48.0, 50.1, 52.1, 55.3))


def test_the_linear_example_gives_the_printed_digits(nc: History) -> None:
    made = linear(nc, 2025)
    interval = (made.quantile(0.025), made.quantile(0.975))
    assert (round(made.centre, 4), round(made.spread, 5), made.df) == (66.4244, 0.68964, 7)
    assert tuple(round(v, 4) for v in interval) == (64.7937, 68.0552)
    assert round(1 - made.below(64), 6) == 0.995107


def test_the_damped_example_gives_the_printed_chance_by_t_with_four_degrees() -> None:
    assert round(1 - Prediction(84.037856, 0.674512, 4).below(85.5), 5) == 0.04803


def test_there_are_the_naive_yardstick_and_at_least_four_more_models() -> None:
    assert NAMES[0] == "naive"
    assert len(NAMES) >= 5
    assert list(models())[: len(NAMES)] == NAMES


@pytest.mark.parametrize("name", NAMES)
@given(history=histories, ahead=st.floats(0.1, 10))
def test_every_forecast_is_a_spread_around_its_middle(name: str, history: History, ahead: float) -> None:
    made = models()[name](history, history.years[-1] + ahead, PERCENT)
    assert made is not None
    low, middle, high = (made.quantile(p) for p in (0.025, 0.5, 0.975))
    assert low <= middle <= high
    assert made.spread > 0
    assert made.df >= 1


@pytest.mark.parametrize("name", NAMES)
@given(history=histories, shift=st.integers(-50, 50))
def test_the_calendar_does_not_matter_only_the_gaps_do(name: str, history: History, shift: int) -> None:
    later = History(tuple(y + shift for y in history.years), history.values, history.rounding)
    here, there = (models()[name](h, h.years[-1] + 2, PERCENT) for h in (history, later))
    assert here is not None and there is not None
    assert here.centre == pytest.approx(there.centre, abs=1e-6)
    assert here.spread == pytest.approx(there.spread, rel=1e-6)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "bounded"])
@given(history=histories)
def test_a_unit_ten_times_smaller_gives_ten_times_the_figure(name: str, history: History) -> None:
    finer = History(history.years, tuple(10 * v for v in history.values), 10 * history.rounding)
    here, there = (models()[name](h, h.years[-1] + 2, PLAIN) for h in (history, finer))
    assert here is not None and there is not None
    assert there.centre == pytest.approx(10 * here.centre, abs=1e-6)
    assert there.spread == pytest.approx(10 * here.spread, rel=1e-6)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("naive", "damped", "bounded")])
def test_a_straight_line_is_continued_yet_never_with_certainty(name: str) -> None:
    made = models()[name](History((2016, 2018, 2019, 2021, 2022), (10.0, 14.0, 16.0, 20.0, 22.0), 0.03), 2025, PLAIN)
    assert made is not None
    assert made.centre == pytest.approx(28)
    assert made.quantile(0.025) < 28 < made.quantile(0.975)


def test_the_damped_trend_falls_behind_a_straight_line() -> None:
    made = models()["damped"](History((2016, 2017, 2018, 2019, 2020), (10.0, 12.0, 14.0, 16.0, 18.0), 0.03), 2025, PLAIN)
    assert made is not None
    assert 18 < made.quantile(0.5) < 28


def test_one_odd_year_bends_the_line_and_not_the_robust_one() -> None:
    odd = History(tuple(range(2014, 2022)), (10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 40.0), 0.03)
    robust, line = (models()[n](odd, 2025, PLAIN) for n in ("theil_sen", "linear"))
    assert robust is not None and line is not None
    assert abs(robust.centre - 21) < 0.01 < abs(line.centre - 21)


def test_the_bounded_trend_stays_within_its_bounds_and_speaks_only_where_there_are_any() -> None:
    share = History((2020, 2021, 2022, 2023, 2024), (80.0, 88.0, 93.0, 96.0, 98.0), 0.03)
    made = models()["bounded"](share, 2035, PERCENT)
    assert made is not None
    assert 98 < made.quantile(0.5) < made.quantile(0.975) <= 100
    assert made.below(100) == 1
    assert made.below(0) == 0
    assert models()["bounded"](share, 2035, PLAIN) is None


@given(st.sampled_from([PERCENT, Scale(0, None), Scale(None, 100), PLAIN]), st.floats(0.01, 99.99))
def test_a_scale_leads_there_and_back(scale: Scale, value: float) -> None:
    assert scale.back(scale.forward(value)) == pytest.approx(value)


def test_a_strangers_broken_model_is_named_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("broken", "no_such_package:model", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [broken])
    models.cache_clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert list(models()) == NAMES
    models.cache_clear()
    assert "broken" in str(caught[0].message)
