"""From a panel to a verdict: what is believed, what is doubted, and what can be said in advance."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.worlds import World
from zhizao.judge.effects.account import Part, reconcile
from zhizao.judge.effects.contract import Panel
from zhizao.judge.effects.detectable import in_advance
from zhizao.judge.effects.difference import difference_in_differences
from zhizao.judge.effects.group import comparable
from zhizao.judge.effects.placebo import in_space, in_time
from zhizao.judge.effects.study import foresee, study
from zhizao.judge.effects.trend import trends, without
from zhizao.judge.effects.verdict import decide
from zhizao.model.effect import STOPPING, Estimate

PLAIN = World()


def test_a_large_effect_moved_the_figure_the_way_its_indicator_wants() -> None:
    panel = PLAIN.panel(1, effect=-3)
    assert study(panel, "down").verdict == "moved"
    assert study(panel, "up").verdict == "moved_back"


def test_nothing_is_no_effect_only_where_all_that_is_worth_having_is_excluded() -> None:
    sure = Estimate("m", 0.05, -0.2, 0.3)
    assert decide(sure, "up", 0.5, ()) == "no_effect"
    assert decide(sure, "up", 0.25, ()) == "cannot_tell"
    assert decide(sure, "up", None, ()) == "cannot_tell"


@pytest.mark.parametrize("doubt", STOPPING)
def test_a_stopping_doubt_leaves_nothing_but_cannot_tell(doubt) -> None:
    assert decide(Estimate("m", 3, 2, 4), "up", 1, (doubt,)) == "cannot_tell"


@given(st.floats(-5, 5), st.floats(0.01, 5), st.floats(0.01, 5))
def test_an_interval_that_holds_nothing_and_an_effect_worth_having_never_tells(value: float, half: float, worth: float) -> None:
    made = decide(Estimate("m", value, value - half, value + half), "up", worth, ())
    if value - half <= 0 <= value + half and (value - half <= -worth or value + half >= worth):
        assert made == "cannot_tell"


def test_trends_that_differed_before_are_no_effect() -> None:
    made = study(World(tilt=0.1).panel(5), "up")
    assert made.verdict == "cannot_tell"
    assert "pre_trends" in made.doubts


def test_alike_trends_are_not_doubted() -> None:
    found = trends(PLAIN.panel(2))
    assert found is not None
    assert found.chance > 0.05


def test_values_that_stop_coming_leave_nothing_to_tell() -> None:
    panel = PLAIN.panel(1, effect=-3)
    panel.outcomes[0, 32:] = np.nan
    made = study(panel, "down")
    assert ("coverage" in made.doubts, made.verdict) == (True, "cannot_tell")


def test_three_others_are_too_few_to_stand_on() -> None:
    made = study(World(others=3).panel(1, effect=9), "up", method="difference_in_differences")
    assert ("few_units" in made.doubts, made.verdict) == (True, "cannot_tell")


def test_with_nobody_to_compare_with_the_answer_says_so() -> None:
    made = study(World(others=0, common=0).panel(1, effect=9), "up")
    assert (made.method, made.verdict) == ("before_after", "moved")
    assert "no_comparison" in made.doubts


def test_a_real_effect_stands_out_of_its_placebos_and_nothing_does_not() -> None:
    real, none = (study(PLAIN.panel(4, effect=e), "up").estimate for e in (4.0, 0.0))
    assert (real.p_space, none.p_space) == (pytest.approx(1 / 21), pytest.approx(none.p_space))
    assert real.p_time is not None and none.p_space is not None
    assert real.p_time < 0.1 < none.p_space


def test_placebos_use_neither_the_treated_unit_nor_the_time_after() -> None:
    panel = PLAIN.panel(6)
    moved = Panel(panel.outcomes.copy(), panel.starts)
    moved.outcomes[0, 30:] += 100
    assert in_space(panel, difference_in_differences) == in_space(moved, difference_in_differences)
    assert in_time(panel, difference_in_differences) == in_time(moved, difference_in_differences)


def test_what_is_said_to_be_detectable_in_advance_is_detected_four_times_in_five() -> None:
    sizes = [size for seed in range(40) if (size := in_advance(_to_come(PLAIN.panel(seed)), difference_in_differences, 10)) is not None]
    size = float(np.median(sizes))
    told = [study(PLAIN.panel(seed, size), "up", beside=False) for seed in range(200)]
    assert 0.7 < np.mean([not s.estimate.holds(0) for s in told]) < 0.92


def test_every_method_says_in_advance_what_it_could_tell() -> None:
    name, found = foresee(_to_come(PLAIN.panel(3)), 10)
    assert name == "difference_in_differences"
    assert all(e.detectable is not None and e.detectable > 0 and e.value is None for e in found)


def test_the_line_without_the_action_follows_the_others() -> None:
    rows = np.vstack([np.r_[np.full(10, 5.0), np.full(5, 9.0)], *(np.r_[np.full(10, k), np.full(5, k + 1)] for k in (1.0, 2.0, 3.0))])
    line, half = without(Panel(rows, (10, 15, 15, 15)))
    assert line.tolist() == [5.0] * 10 + [6.0] * 5
    assert (half >= 0).all()


def test_those_most_like_the_treated_are_compared_with() -> None:
    lot = np.random.default_rng(0)
    near, far = lot.normal(0, 1, (30, 20)), lot.normal(50, 9, (30, 20))
    panel = Panel(np.vstack([lot.normal(0, 1, (1, 20)), near, far]), (12, *[20] * 60))
    assert set(comparable(panel, np.full(61, np.nan), most=20)) <= set(range(1, 31))


def test_the_choice_of_units_does_not_look_at_what_came_after() -> None:
    panel = World(others=60).panel(7)
    changed = Panel(panel.outcomes.copy(), panel.starts)
    changed.outcomes[1:, 30:] += np.random.default_rng(1).normal(0, 50, (60, 10))
    sizes = np.full(61, 1.0)
    assert comparable(panel, sizes, most=20) == comparable(changed, sizes, most=20)


# ── the account of a whole ──────────────────────────────────────────────────────────────────────────────────────────

numbers = st.decimals(-50, 50, places=3)


@given(numbers, numbers, st.lists(st.tuples(st.floats(-9, 9), st.floats(0, 5), st.none() | st.floats(0, 0.3)), max_size=6), st.integers(0, 4))
def test_actions_and_rest_add_up_to_the_change_exactly(before: Decimal, after: Decimal, found, decimals: int) -> None:
    parts = [Part((f"A-{i}",), f"site:{i}", "moved", Estimate("m", v, v - h, v + h), w) for i, (v, h, w) in enumerate(found)]
    made = reconcile("nation:SIM", before, after, parts, decimals)
    known = [s.amount for s in made.shares if s.amount is not None]
    assert sum(known, Decimal(0)) + made.rest == made.after - made.before == made.change
    assert all(-int(v.as_tuple().exponent) <= decimals for v in (*known, made.rest, made.change))
    assert made.low <= made.explained <= made.high


def test_a_unit_without_a_known_share_counts_for_nothing() -> None:
    made = reconcile("nation:SIM", Decimal("5.0"), Decimal("4.0"), [Part(("A-1",), "site:1", "moved", Estimate("m", -9, -10, -8), None)], 1)
    assert (made.explained, made.rest, made.shares[0].amount) == (0, Decimal("-1.0"), None)


def _to_come(panel: Panel) -> Panel:
    """The time before, as it looks when the action is about to begin."""
    before = panel.outcomes[:, :30]
    return Panel(np.hstack([before, np.full((len(before), 1), np.nan)]), (30, *[31] * (len(before) - 1)))
