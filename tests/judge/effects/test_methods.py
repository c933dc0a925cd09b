"""The methods on examples worked by hand, and what holds of every one of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.worlds import World
from zhizao.judge.effects.before_after import before_after
from zhizao.judge.effects.contract import Found, Panel
from zhizao.judge.effects.difference import difference_in_differences
from zhizao.judge.effects.permutation import permutation
from zhizao.judge.effects.registry import BUILT_IN, methods
from zhizao.judge.effects.synthetic import mix, synthetic_control

NAMES = [entry.name for entry in BUILT_IN]
seeds = st.integers(0, 10_000)


def found(name: str, panel: Panel) -> Found:
    made = methods()[name](panel)
    assert isinstance(made, Found)
    return made


def panel(rows: list[list[float]], start: int, treated: int = 1, season: int = 0) -> Panel:
    values = np.array(rows, dtype=float)
    return Panel(values, (*[start] * treated, *[values.shape[1]] * (len(rows) - treated)), season)


# ── worked examples ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_two_by_two_of_the_minimum_wage_is_the_printed_one() -> None:
    """Card and Krueger 1994, table 3: New Jersey 20.44 to 21.03 staff a store, Pennsylvania 23.33 to 21.17; printed 2.76 of unrounded means."""
    made = difference_in_differences(panel([[20.44, 21.03], [23.33, 21.17], [23.33, 21.17], [23.33, 21.17]], 1))
    assert isinstance(made, Found)
    assert made.value == pytest.approx(2.75)


def test_an_interval_worked_by_hand() -> None:
    """Changes 5 against 1, 2, 3: apart 3, their scatter 1, so 1 x sqrt(1 + 1/3) by t with two degrees (2.920)."""
    made = difference_in_differences(panel([[0, 5], [0, 1], [0, 2], [0, 3]], 1))
    assert isinstance(made, Found)
    assert (made.value, made.df) == (3, 2)
    assert made.half == pytest.approx(2.919986 * (4 / 3) ** 0.5, rel=1e-6)


def test_four_against_four_have_each_their_own_scatter() -> None:
    """Welch: changes 2 4 6 8 against 0 0 1 1; variances 20/3 and 1/3, standard error sqrt(7/4), 3.299 degrees."""
    made = difference_in_differences(panel([[0, v] for v in (2, 4, 6, 8, 0, 0, 1, 1)], 1, treated=4))
    assert isinstance(made, Found)
    assert made.value == pytest.approx(4.5)
    assert made.df == pytest.approx((7 / 4) ** 2 / ((5 / 3) ** 2 / 3 + (1 / 12) ** 2 / 3))


def test_units_that_started_at_different_times_are_never_held_against_each_other() -> None:
    """The effect grows, so that a unit that started earlier would drag the later one down; by hand the mean of 2 and 3 is 2.5."""
    rows = [[0, 0, 1, 2, 3], [0, 0, 0, 0, 3], *[[5, 5, 5, 5, 5], [4, 5, 4, 5, 4.5], [6, 5, 6, 5, 5.5]]]
    made = difference_in_differences(Panel(np.array(rows, dtype=float), (2, 4, 5, 5, 5)))
    assert isinstance(made, Found)
    assert made.value == pytest.approx(2.5)


def test_a_convex_mix_is_found_again_exactly() -> None:
    lot = np.random.default_rng(3)
    others = lot.normal(0, 1, (6, 24))
    weights = np.array([0.5, 0.0, 0.3, 0.0, 0.2, 0.0])
    own = weights @ others + 7
    own[16:] -= 1.25
    whole = Panel(np.vstack([own, others]), (16, *[24] * 6))
    assert mix(whole) == pytest.approx(weights, abs=1e-4)
    made = synthetic_control(whole)
    assert isinstance(made, Found)
    assert made.value == pytest.approx(-1.25, abs=1e-3)
    assert made.half < 0.01


def test_a_step_on_a_line_with_a_weeks_pattern_is_found() -> None:
    at = np.arange(56)
    week = np.resize([0.0, 1, 0, -1, 2, 5, 4], 56)
    made = before_after(panel([list(10 + 0.1 * at + week + 3 * (at >= 42) + 0.01 * np.sin(at * 1.7))], 42, season=7))
    assert isinstance(made, Found)
    assert made.low < 3 < made.high
    assert made.half < 0.05


@given(st.lists(st.integers(-20, 20), min_size=2, max_size=2), st.lists(st.integers(-20, 20), min_size=6, max_size=6, unique=True))
@settings(max_examples=30, deadline=None)
def test_the_exact_interval_holds_just_the_effects_that_the_test_does_not_refuse(own: list[int], others: list[int]) -> None:
    made = permutation(panel([[0, v] for v in (*own, *others)], 1, treated=2))
    assert isinstance(made, Found)

    def p(effect: float) -> float:
        values = np.array([*[v - effect for v in own], *others], dtype=float)
        apart = [abs(values[list(c)].mean() - np.delete(values, list(c)).mean()) for c in combinations(range(8), 2)]
        return float(np.mean(np.array(apart) >= abs(values[:2].mean() - values[2:].mean()) - 1e-9))

    for end, way in ((made.low, -1), (made.high, 1)):
        assert p(end - way * 1e-6) > 0.1
        assert p(end + way * 1e-6) <= 0.1 or end == made.value


# ── laws ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
@given(seed=seeds, shift=st.integers(-1000, 1000))
@settings(max_examples=15, deadline=None)
def test_a_constant_added_to_all_changes_nothing(name: str, seed: int, shift: int) -> None:
    world = World(before=14, after=5, others=12).panel(seed)
    one, other = found(name, world), found(name, Panel(world.outcomes + shift, world.starts))
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), abs=1e-6)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "before_after"])
@given(seed=seeds, lot=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_units_changes_nothing(name: str, seed: int, lot) -> None:
    world = World(before=14, after=5, others=12, treated=2).panel(seed)
    order = list(range(14))
    lot.shuffle(order)
    one, other = found(name, world), found(name, world.only(order))
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
@given(seed=seeds, factor=st.sampled_from([-3.0, 0.01, 10.0]))
@settings(max_examples=15, deadline=None)
def test_another_unit_of_measure_scales_the_effect(name: str, seed: int, factor: float) -> None:
    world = World(before=14, after=5, others=12).panel(seed)
    one, other = found(name, world), found(name, Panel(world.outcomes * factor, world.starts))
    ends = sorted((one.low * factor, one.high * factor))
    assert (other.value, other.low, other.high) == pytest.approx((one.value * factor, *ends), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "before_after"])
@given(seed=seeds)
@settings(max_examples=15, deadline=None)
def test_what_happens_to_all_alike_is_no_effect(name: str, seed: int) -> None:
    world = World(before=14, after=5, others=12).panel(seed)
    shock = np.where(np.arange(19) >= 14, 50.0, 0.0)
    one, other = found(name, world), found(name, Panel(world.outcomes + shock, world.starts))
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_too_little_is_told_in_both_languages_instead_of_guessed(name: str) -> None:
    said = methods()[name](panel([[1, 2], [2, 2]], 1))
    assert not isinstance(said, Found)
    assert said.zh and said.en
