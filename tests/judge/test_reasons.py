"""Why a bound did not decide: the reason that is true of it, in both directions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from zhizao.judge.verdict import judge

AFTER = datetime(2026, 11, 23, tzinfo=UTC)
OTHER_PERIOD, STILL_REACHES, MAY_FALL_SHORT, RULE = "not the whole of 2025", "may still reach it", "may fall short", "only an exact figure shows a miss"

CASES = (
    ("up", "upper", "2019", 40, OTHER_PERIOD),
    ("up", "upper", "2025", 40, RULE),
    ("up", "lower", "2019", 40, STILL_REACHES),
    ("up", "lower", "2025", 40, STILL_REACHES),
    ("up", "upper", "2019", 60, MAY_FALL_SHORT),
    ("up", "upper", "2025", 60, MAY_FALL_SHORT),
    ("down", "lower", "2019", 60, OTHER_PERIOD),
    ("down", "lower", "2025", 60, RULE),
    ("down", "upper", "2019", 60, STILL_REACHES),
    ("down", "upper", "2025", 60, STILL_REACHES),
    ("down", "lower", "2019", 40, MAY_FALL_SHORT),
    ("down", "lower", "2025", 40, MAY_FALL_SHORT),
)


@pytest.mark.parametrize(("direction", "bound", "period", "value", "expected"), CASES)
def test_a_bound_that_decides_nothing_says_whether_it_is_its_period_or_its_side(
    target: Callable[..., Any], reading: Callable[..., Any], direction: str, bound: str, period: str, value: int, expected: str
) -> None:
    judged = judge(target(50, direction=direction), [reading(period, value, bound=bound)], order=(), as_of=AFTER, plan_entity="nation:CN")
    assert judged.verdict == "not_published"
    assert expected in judged.alternatives[0].why.en


def test_a_bound_of_another_period_says_in_both_languages_what_it_shows(target: Callable[..., Any], reading: Callable[..., Any]) -> None:
    judged = judge(target(2, form="change_since", base_year=2015), [reading("2019", 0, bound="upper")], order=(), as_of=AFTER, plan_entity="nation:CN")
    why = judged.alternatives[0].why
    assert why.en == "an upper bound of 0 shows 2019 short of the target of 2, but that is not the whole of 2025"
    assert why.zh == "上限 0 说明 2019 年未达到目标 2，但那不是 2025 年全年的数"


def test_a_sign_that_turns_a_reading_turns_its_bound_in_the_reason_too(target: Callable[..., Any], reading: Callable[..., Any]) -> None:
    judged = judge(target(50), [reading("2019", -40, bound="lower", sign=-1)], order=(), as_of=AFTER, plan_entity="nation:CN")
    assert "an upper bound of 40 shows 2019 short" in judged.alternatives[0].why.en
