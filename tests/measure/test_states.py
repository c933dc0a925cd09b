"""Every state keeps the laws: order and tree of merging never change a bit."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhizao.checks.states import check_laws, state_of_values
from zhizao.measure.over import Over
from zhizao.measure.states import State, empty, finish, merge, state_of

NUMBERS = st.one_of(st.none(), st.decimals(-10**9, 10**9, allow_nan=False, places=6))
STATES: dict[str, State] = {
    "count": state_of("count"),
    "sum": state_of("sum"),
    "min": state_of("min"),
    "max": state_of("max"),
    "moments": state_of("moments"),
    "histogram": state_of("histogram", {"width": Decimal("0.25")}),
    "distinct": state_of("distinct", {"k": Decimal(8)}),
    "over": Over("mean", weighted=False),
}


@pytest.mark.parametrize("kind", STATES)
@given(parts=st.tuples(*[st.lists(NUMBERS, max_size=12)] * 3))
@settings(max_examples=60, deadline=None)
def test_order_tree_and_nothing_never_change_a_state(kind: str, parts: tuple[list[Decimal | None], ...]) -> None:
    state = STATES[kind]
    a, b, c = (state_of_values(state, values) for values in parts)
    check_laws(state, a, b, c)


@pytest.mark.parametrize("kind", STATES)
@given(values=st.lists(NUMBERS, max_size=20), cuts=st.lists(st.integers(0, 20), max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_total_is_the_merge_of_its_parts(kind: str, values: list[Decimal | None], cuts: list[int]) -> None:
    state = STATES[kind]
    edges = [0, *sorted(min(c, len(values)) for c in cuts), len(values)]
    whole = empty(state)
    for start, end in zip(edges, edges[1:], strict=False):
        whole = merge(state, whole, state_of_values(state, values[start:end]))
    assert whole == state_of_values(state, values)


@given(values=st.lists(st.tuples(st.integers(0, 50), NUMBERS), max_size=12, unique_by=lambda v: v[0]), seed=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_last_value_is_the_latest_in_whatever_order_facts_came(values: list[tuple[int, Decimal | None]], seed: object) -> None:
    state = state_of("last")
    singles = [state.single(value, f"{at:03d}") for at, value in values]
    seed.shuffle(singles)  # type: ignore[attr-defined]
    merged = empty(state)
    for single in singles:
        merged = merge(state, merged, single)
    reported = [(at, value) for at, value in values if value is not None]
    assert finish(state, merged) == (max(reported)[1] if reported else None)


def test_distinct_is_exact_up_to_k_and_an_estimate_above() -> None:
    state = state_of("distinct", {"k": Decimal(1024)})
    few = state_of_values(state, [str(i % 50) for i in range(500)])
    assert finish(state, few) == 50
    many = finish(state, state_of_values(state, [str(i) for i in range(4000)]))
    assert many is not None
    assert abs(many - 4000) < 4000 * Decimal("0.1")
