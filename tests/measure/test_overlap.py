"""Hierarchies whose members overlap: each total counts a unit once, or is refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.measure.world import World
from zhizao.errors import InputError
from zhizao.model.entity import Entity, Hierarchy, Level
from zhizao.model.text import same

CLUSTERS = Hierarchy(
    "clusters", same("clusters"), "owned_by", "overlap",
    (Level("cluster", same("cluster"), "cluster"), Level("league", same("league"), "league")), rule=same("not added up"),
    members=((Entity("league:L", same("L")), ""), (Entity("cluster:A", same("A")), "league:L"), (Entity("cluster:B", same("B")), "league:L")),
)  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "home")
    world.library = replace(world.library, hierarchies={**world.library.hierarchies, "clusters": CLUSTERS})
    world.place(("enterprise:A", "located_in", "region:32"), ("enterprise:A", "owned_by", "cluster:A"), ("enterprise:A", "owned_by", "cluster:B"))
    world.add("annual_return", [{"enterprise": "enterprise:A", "year": "2020", "revenue": 7}])
    return world


def test_a_region_counts_a_unit_of_two_clusters_once_whatever_is_asked_beside_it(world: World) -> None:
    assert world.table("revenue", of=["region:32", "cluster:A", "cluster:B"]) == dict.fromkeys(("region:32", "cluster:A", "cluster:B"), Decimal(7))


def test_a_total_above_an_overlap_is_refused(world: World) -> None:
    with pytest.raises(InputError) as told:
        world.table("revenue", by=["league"])
    assert "measure by cluster" in told.value.line("en")
