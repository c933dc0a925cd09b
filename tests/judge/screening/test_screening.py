"""Screening cries wolf no more often than it says, and what it prints as p-values are such."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.screening import LAWS, screened, world
from zhizao.judge.screening.digits import compared
from zhizao.judge.screening.discovery import q_values
from zhizao.judge.screening.unusual import p_values

SEEDS = 20
MOST_ALARMS = 4
"""Of twenty worlds in which each has an alarm with a chance of 0.05, more than four have one with a chance of 0.003."""


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("periods", [10, 20])
def test_false_discoveries_stay_within_the_level(law, periods):
    found = screened(law, periods, SEEDS)
    assert found.any_alarm * SEEDS <= MOST_ALARMS
    assert found.false_share <= 0.1  # the mean of twenty shares, mostly nought; the bench has two hundred


@pytest.mark.parametrize("law", LAWS)
def test_p_values_are_uniform_where_nothing_happened_and_in_the_fitted_tail_none_too_small(law):
    p = np.concatenate([p_values(world(law, 12, seed)[0]) for seed in range(SEEDS)])
    for level in (0.02, 0.05, 0.25, 0.5, 0.75):
        assert abs((p <= level).mean() - level) < 0.15 * level
    for level in (0.01, 0.001):
        assert (p <= level).mean() <= 1.15 * level


def test_what_moved_is_found():
    assert screened("normal", 20, 5).found > 0.9


def test_too_short_a_history_says_nothing():
    assert np.isnan(p_values(np.array([[1.0, 2.0, 3.0]] * 50))).all()


def test_a_cell_without_a_latest_change_is_not_tested():
    changes = np.random.default_rng(2).normal(size=(100, 8))
    changes[3, -1] = np.nan
    p = p_values(changes)
    assert np.isnan(p[3]) and not np.isnan(np.delete(p, 3)).any()


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=40))
def test_naming_by_q_is_the_step_up_procedure(ps):
    p, level = np.array(ps), 0.1
    ranked = np.sort(p)
    fits = [i for i in range(len(p)) if ranked[i] <= level * (i + 1) / len(p)]
    named = set() if not fits else set(np.flatnonzero(p <= ranked[fits[-1]]))
    close = np.isclose(q_values(p), level)
    assert {*np.flatnonzero((q_values(p) <= level) & ~close)} == named - {*np.flatnonzero(close)}
    assert (q_values(p, dependent=True) >= q_values(p)).all()


def test_digits_of_one_population_stand_beside_those_of_the_others():
    rng = np.random.default_rng(5)
    honest = {str(n): [Decimal(f"{v:.1f}") for v in 10 ** rng.uniform(2, 4, 200)] for n in range(4)}
    assert min(d.p for d in compared(honest, "last").values()) > 0.001
    honest["0"] = [round(v, -1) + 5 for v in honest["0"]]
    assert compared(honest, "last")["0"].p < 1e-9


def test_errors_of_the_past_do_not_make_an_error_of_now_look_usual():
    rng = np.random.default_rng(4)
    changes = rng.normal(size=(2000, 12)) * 0.1
    for row in range(50):  # each put right in the period after it
        at = rng.integers(0, 10)
        changes[row, at], changes[row, at + 1] = 9.2, -9.2
    changes[500:506, -1] = 9.2
    named = set(np.flatnonzero(q_values(p_values(changes)) <= 0.05))
    assert {500, 501, 502, 503, 504, 505} <= named and len(named) <= 8
