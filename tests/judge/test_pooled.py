"""A pooled rate that moves against its parts is flagged."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from zhizao.judge.pooled import Ratio, pooled, pooled_against_within

counts = st.integers(1, 10_000)
parts = st.dictionaries(st.sampled_from("abcd"), st.builds(Ratio, counts, counts), min_size=1)
BEFORE = {"low": Ratio(10, 1000), "high": Ratio(50, 1000)}


def test_a_rate_that_falls_while_every_part_improves_is_flagged() -> None:
    found = pooled_against_within(BEFORE, {"low": Ratio(110, 10_000), "high": Ratio(52, 1000)})
    assert found is not None
    assert (found.moved, found.pooled) == ("down", Fraction(162, 11_000) - Fraction(60, 2000))
    assert found.parts == {"low": Fraction(1, 1000), "high": Fraction(2, 1000)}


def test_a_rate_that_rises_while_every_part_worsens_is_flagged_too() -> None:
    found = pooled_against_within(BEFORE, {"low": Ratio(9, 1000), "high": Ratio(490, 10_000)})
    assert found is not None
    assert found.moved == "up"


def test_nothing_is_flagged_where_one_part_moves_with_the_whole() -> None:
    assert pooled_against_within(BEFORE, {"low": Ratio(90, 10_000), "high": Ratio(52, 1000)}) is None


def test_parts_without_a_rate_at_both_times_are_not_compared() -> None:
    after = {"low": Ratio(110, 10_000), "high": Ratio(52, 1000), "new": Ratio(0, 500)}
    found = pooled_against_within(BEFORE, after)
    assert found is not None
    assert set(found.parts) == {"low", "high"}
    assert pooled_against_within({"a": Ratio(1, 0)}, {"a": Ratio(1, 0)}) is None


@given(parts, parts)
def test_with_one_part_there_is_nothing_to_contradict(before: dict[str, Ratio], after: dict[str, Ratio]) -> None:
    name = next(iter(before))
    assume(name in after)
    assert pooled_against_within({name: before[name]}, {name: after[name]}) is None


@given(parts)
def test_a_pooled_rate_lies_between_those_of_its_parts(of: dict[str, Ratio]) -> None:
    rates = [r.rate or Fraction(0) for r in of.values()]
    assert min(rates) <= (pooled(of) or Fraction(0)) <= max(rates)
