"""A mean over one entity is that entity's own value, to its last printed digit, whatever the size and the units of what is divided."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measure.world import RATE, World, total
from zhizao.model.expression import Barrier, Op

PER_YI = Decimal(10) ** 8
"""From a ratio per yuan to one per 100 million yuan."""
REVENUES = st.one_of(st.integers(1, 10**12), st.decimals("0.000001", "99999999999", places=6))


def world_of(home: Path) -> World:
    world = World(home)
    plain = replace(world.library.indicators["pooled_rate"], decimals=6, factor=PER_YI, tree=Op("/", (total("nc"), total("revenue"))))
    over = replace(plain, id="rate", tree=Barrier("mean", "enterprise", plain.tree))
    twice = replace(plain, id="nested_rate", tree=Barrier("mean", "region", Barrier("mean", "enterprise", plain.tree)))
    world.library = replace(world.library, indicators={**world.library.indicators, "pooled_rate": plain, "rate": over, "nested_rate": twice})
    return world


@given(nc=st.integers(0, 10**6), revenue=REVENUES)
@settings(max_examples=15, deadline=None)
def test_a_mean_over_one_is_its_own_value(nc, revenue, tmp_path_factory):
    world = world_of(tmp_path_factory.mktemp("world"))
    world.place(("enterprise:A", "located_in", "region:11"))
    world.add("annual_return", [{"enterprise": "enterprise:A", "year": 2020, "nc": nc, "revenue": revenue}])
    own = world.table("pooled_rate", by=["enterprise"])["enterprise:A"]
    assert world.table("rate", by=["enterprise"])["enterprise:A"] == own
    assert world.table("rate", by=["nation"])["nation:CN"] == own
    assert world.table("nested_rate", by=["nation"])["nation:CN"] == own


@pytest.mark.parametrize("processes", [999_999, 1_000_000, 2_900_001, 10**12 - 1])
def test_large_figures_are_divided_below_a_barrier_as_above_it(processes, tmp_path):
    world = World(tmp_path / "home")
    world.library = replace(world.library, indicators={**world.library.indicators, "pooled_rate": replace(world.library.indicators["pooled_rate"], tree=RATE)})
    world.add("annual_return", [{"enterprise": "enterprise:A", "year": 2020, "nc": 37, "processes": processes, "revenue": processes}])
    assert world.table("rate", by=["enterprise"]) == world.table("pooled_rate", by=["enterprise"])
