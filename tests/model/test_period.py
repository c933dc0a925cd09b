"""Periods that no calendar and no range holds are refused where they are read."""

import pytest

from zhizao.model.period import Period, moment, parse_periods


@pytest.mark.parametrize("text", ["9999", "2020/2016", "2020-13", "2021-02-29", "autumn"])
def test_a_period_beyond_the_calendar_or_backward_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(text)


@pytest.mark.parametrize("text", ["2020..2019", "2016/2020..2018/2022", "2019..2020-Q1"])
def test_ends_that_do_not_fit_together_are_no_range(text: str) -> None:
    with pytest.raises(ValueError):
        parse_periods(text)


def test_steps_of_a_window_make_a_range() -> None:
    assert [str(p) for p in parse_periods("2016/2020..2021/2025")] == ["2016/2020", "2021/2025"]


def test_the_end_of_the_calendar_is_no_moment() -> None:
    with pytest.raises(ValueError):
        moment("9999")


@pytest.mark.parametrize("text", ["1900-01-01T00..9998-12-31T23", "0001-01-01..9999-12-30"])
def test_a_range_without_end_is_refused_before_it_fills_the_memory(text):
    with pytest.raises(ValueError, match="more than"):
        parse_periods(text)
