"""An explanation rests on everything its value rests on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.measure.world import NOW, World, total
from zhizao.measure import explain
from zhizao.measure.explain import Explainer
from zhizao.measure.measure import Measurement
from zhizao.model.expression import Call, Expr, FieldRef, Fold, Literal_, Op, RowOp
from zhizao.model.period import Period
from zhizao.model.value import Explanation


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two enterprises in two regions and divisions, over two years."""
    world = World(tmp_path / "home")
    world.place(
        ("enterprise:A", "located_in", "region:11"), ("enterprise:A", "classified_as", "sector:C34"),
        ("enterprise:B", "located_in", "region:32"), ("enterprise:B", "classified_as", "sector:C35"),
    )  # fmt: skip
    world.add("annual_return", [annual(e, year, 1, 10) for e in "AB" for year in (2019, 2020)])
    return world


def annual(enterprise: str, year: int, rd: int, revenue: int) -> dict[str, object]:
    return {"enterprise": f"enterprise:{enterprise}", "year": year, "rd": rd, "revenue": revenue}


def explained(world: World, indicator: str, of: str = "nation:CN", period: str = "2020") -> Explanation:
    with world.store.session() as session:
        measurement = Measurement(world.library, session, now=NOW)
        return Explainer(measurement, world.store.find).explain(indicator, of, Period.parse(period))


def define(world: World, tree: Expr) -> None:
    world.library.indicators["mine"] = replace(world.library.indicators["revenue"], id="mine", tree=tree)


def test_a_difference_to_a_base_year_rests_on_the_facts_of_both_years(world: World) -> None:
    found = explained(world, "since_2019")
    assert found.facts_total == 4
    assert [dict(f.fields)["year"] for f in found.facts] == ["2020", "2020", "2019", "2019"]


def test_states_of_several_periods_are_named_with_their_period(world: World) -> None:
    states = dict(explained(world, "growth").states)
    assert {"sum(revenue).sum 2020", "sum(revenue).sum 2019"} <= states.keys()


def test_two_states_that_differ_in_their_condition_alone_are_named_apart(world: World) -> None:
    busy, idle = (Fold("sum", FieldRef("revenue"), RowOp(op, (FieldRef("rd"), Literal_(Decimal(1))))) for op in (">=", "<="))
    define(world, Op("-", (busy, idle)))
    states = dict(explained(world, "mine").states)
    assert Decimal(states["sum(revenue where rd >= 1).sum"]) == 20
    assert {name for name in states if name.endswith(".sum")} == {"sum(revenue where rd >= 1).sum", "sum(revenue where rd <= 1).sum"}


def test_states_of_one_period_are_named_without_it(world: World) -> None:
    assert "sum(revenue).sum" in dict(explained(world, "revenue").states)


def test_a_corrected_base_year_changes_the_digest_though_the_value_stays(world: World) -> None:
    before = explained(world, "since_2019")
    world.add("annual_return", [annual("A", 2019, 2, 20)])
    after = explained(world, "since_2019")
    assert (before.value.value, after.value.value) == (Decimal(0), Decimal(0))
    assert before.digest != after.digest


@pytest.mark.parametrize(
    "tree",
    [Call("base", (total("revenue"),), (("year", Decimal(2019)),)), Call("rolling", (total("revenue"),), (("n", Decimal(2)),))],
    ids=["base", "rolling"],
)
def test_any_look_at_another_period_is_part_of_the_explanation(world: World, tree: Expr) -> None:
    define(world, tree)
    before = explained(world, "mine")
    world.add("annual_return", [annual("A", 2019, 1, 11)])
    assert explained(world, "mine").digest != before.digest
    assert any("2019" in dict(f.fields)["year"] for f in before.facts)


def test_a_value_over_a_window_rests_on_each_of_its_years(world: World) -> None:
    found = explained(world, "revenue", period="2019/2020")
    assert found.facts_total == 4
    assert {name.rpartition(" ")[2] for name, _ in found.states} == {"2019", "2020"}


def test_a_nation_shows_its_parts_in_every_partition(world: World) -> None:
    parts = {child.entity: child.value for child in explained(world, "revenue").children}
    assert parts == {"region:11": Decimal(10), "region:32": Decimal(10), "sector:C": Decimal(20)}


def test_below_the_lowest_level_the_parts_are_the_units(world: World) -> None:
    assert [child.entity for child in explained(world, "revenue", of="region:32").children] == ["enterprise:B"]


def test_no_partition_crowds_out_another_where_few_parts_are_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain, "CHILDREN_SHOWN", 2)
    assert [child.entity for child in explained(world, "revenue").children] == ["region:11", "sector:C"]
