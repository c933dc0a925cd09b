"""What a value is: exact, the same at every level and in any order of import, and honest about what is missing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.measure.world import DIVISIONS, RATE, REGIONS, World
from zhizao.errors import InputError
from zhizao.measure.leaf import leaves
from zhizao.measure.states import empty, merge
from zhizao.model.expression import Barrier, FieldRef, Fold, Literal_, Number, Op, RowOp
from zhizao.model.period import moment
from zhizao.model.value import Known

SLOW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
AMOUNT = st.decimals(0, 10**8, places=4, allow_nan=False)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


@st.composite
def economies(draw: Any) -> list[dict[str, Any]]:
    """Enterprises with a region, a division and one return each; any answer may be missing."""
    number = draw(st.integers(1, 9))
    return [
        {
            "enterprise": f"enterprise:E{i}", "region": draw(st.sampled_from(REGIONS)), "division": draw(st.sampled_from(DIVISIONS)),
            "rd": draw(st.none() | AMOUNT), "revenue": draw(st.none() | AMOUNT),
            "processes": draw(st.none() | st.integers(0, 40)), "nc": draw(st.none() | st.integers(0, 40)),
        }
        for i in range(number)
    ]  # fmt: skip


def filled(rows: list[dict[str, Any]], order: Any = None) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "home")
        edges = [(r["enterprise"], "located_in", r["region"]) for r in rows] + [(r["enterprise"], "classified_as", r["division"]) for r in rows]
        facts = [{"year": "2020", **{k: v for k, v in r.items() if k not in ("region", "division")}} for r in rows]
        deliveries: list[Any] = [("place", edges), *(("add", [f]) for f in facts)] if order else [("place", edges), ("add", facts)]
        if order:
            order.shuffle(deliveries)
        for kind, content in deliveries:
            world.place(*content) if kind == "place" else world.add("annual_return", content)
        yield world


def exact_intensity(rows: list[dict[str, Any]]) -> Decimal | None:
    """The ratio of sums over the rows that report both, in fractions."""
    both = [r for r in rows if r["rd"] is not None and r["revenue"] is not None]
    bottom = sum((Fraction(r["revenue"]) for r in both), Fraction(0))
    if not bottom:
        return None
    ratio = sum((Fraction(r["rd"]) for r in both), Fraction(0)) / bottom
    return (Decimal(ratio.numerator) / Decimal(ratio.denominator)).quantize(Decimal("1e-9"))


@given(rows=economies())
@SLOW
def test_a_ratio_of_sums_equals_the_fraction_at_every_level(rows: list[dict[str, Any]]) -> None:
    for world in filled(rows):
        assert world.table("intensity", by=["nation"]).get("nation:CN") == exact_intensity(rows)
        for level, key in (("region", "region"), ("sector", "division")):
            for entity, value in world.table("intensity", by=[level]).items():
                assert value == exact_intensity([r for r in rows if r[key] == entity])


@given(rows=economies())
@SLOW
def test_merged_states_of_regions_sectors_and_nation_are_equal_bit_for_bit(rows: list[dict[str, Any]]) -> None:
    for world in filled(rows):
        for name in ("intensity", "rate"):
            parts = {leaf.key: leaf for leaf in leaves(world.library.indicators[name])}
            nation = world.states(name, "nation")
            for level in ("region", "sector", "section"):
                for key, states in world.states(name, level).items():
                    state = parts[key].state
                    assert reduce(lambda a, b, s=state: merge(s, a, b), states.values(), empty(state)) == nation[key]["nation:CN"]


@given(rows=economies(), order=st.randoms(use_true_random=False))
@settings(parent=SLOW, max_examples=4)
def test_any_order_of_import_gives_the_same_values(rows: list[dict[str, Any]], order: Any) -> None:
    for world in filled(rows):
        expected = {name: world.table(name, by=["region", "sector"]) for name in ("intensity", "rate")}
    for other in filled(rows, order):
        assert {name: other.table(name, by=["region", "sector"]) for name in expected} == expected


def test_an_enterprise_with_sites_in_three_regions_counts_once_in_the_nation(world: World) -> None:
    world.place(
        *((f"site:{s}", "part_of", "enterprise:A") for s in "123"), ("site:4", "part_of", "enterprise:B"),
        *((f"site:{s}", "located_in", r) for s, r in zip("123", REGIONS, strict=True)), ("site:4", "located_in", REGIONS[0]),
    )  # fmt: skip
    world.add("site_return", [{"site": f"site:{i}", "year": "2020", "processes": p, "nc": n} for i, (p, n) in enumerate([(10, 10), (5, 0), (5, 0), (4, 1)], 1)])
    # A runs 10 of 20 processes under numerical control: one half, once, beside B's quarter; the mean of fragments would be 0.3125.
    assert world.table("site_rate", by=["nation"]) == {"nation:CN": Decimal("0.375000000")}
    assert world.table("site_rate", by=["region"]) == {REGIONS[0]: Decimal("0.625000000"), REGIONS[1]: Decimal(0), REGIONS[2]: Decimal(0)}
    assert world.table("nested_rate", by=["nation"]) == {"nation:CN": (Decimal("0.625") / 3).quantize(Decimal("1e-9"))}
    counted = {entity: state[0] for entity, state in next(iter(world.states("site_rate", "region").values())).items()}
    assert (sum(counted.values()), next(iter(world.states("site_rate", "nation").values()))["nation:CN"][0]) == (4, 2)


def test_an_enterprise_without_key_processes_is_not_applicable_and_leaves_the_mean(world: World) -> None:
    world.place(*((f"enterprise:{e}", "located_in", REGIONS[0]) for e in "AB"))
    world.add("annual_return", [{"enterprise": "A", "year": 2020, "processes": 4, "nc": 1}, {"enterprise": "B", "year": 2020, "processes": 0, "nc": 0}])
    assert [(v.entity, v.status, v.value) for v in world.values("rate", by=["enterprise"])] == [
        ("enterprise:A", "ok", Decimal("0.250000000")), ("enterprise:B", "not_applicable", None),
    ]  # fmt: skip
    assert world.table("rate") == {"nation:CN": Decimal("0.250000000")}


def test_coverage_counts_the_units_due_and_weighs_the_silent_by_what_they_last_reported(world: World) -> None:
    world.library = replace(
        world.library, indicators={"intensity": replace(world.library.indicators["intensity"], weight="revenue")}
    )
    world.place(*((f"enterprise:{e}", "located_in", REGIONS[0]) for e in "ABCD"))
    world.add("annual_return", [{"enterprise": e, "year": 2019, "rd": 1, "revenue": 100} for e in "ABC"])
    world.add("annual_return", [{"enterprise": "A", "year": 2020, "rd": 1, "revenue": 200}, {"enterprise": "B", "year": 2020, "revenue": 100}])
    value = next(iter(world.values("intensity")))
    assert value.coverage.count == Decimal("0.250000")
    assert value.coverage.weight == Decimal("0.500000")


def test_a_unit_that_reported_nothing_is_not_reported_and_a_coming_year_is_not_due(world: World) -> None:
    world.place(("enterprise:A", "located_in", REGIONS[0]))
    assert [v.status for v in world.values("intensity", of=["enterprise:A"])] == ["not_reported"]
    assert [v.status for v in world.values("intensity", of=["enterprise:A"], period="2026")] == ["not_due"]
    assert [v.status for v in world.values("intensity", of=["enterprise:Z"])] == ["undefined"]


def test_a_membership_counts_on_the_last_day_of_the_period(world: World) -> None:
    world.place(
        ("enterprise:A", "located_in", REGIONS[0], "", "2020-07-01"), ("enterprise:A", "located_in", REGIONS[1], "2020-07-01"),
        ("enterprise:A", "classified_as", DIVISIONS[0]),
    )  # fmt: skip
    world.add("annual_return", [{"enterprise": "A", "year": y, "rd": 1, "revenue": 10} for y in (2019, 2020)])
    assert world.table("intensity", by=["region"], period="2019") == {REGIONS[0]: Decimal("0.1")}
    assert world.table("intensity", by=["region"], period="2020") == {REGIONS[1]: Decimal("0.1")}
    assert world.table("intensity", by=["sector"], period="2020") == {DIVISIONS[0]: Decimal("0.1")}


def test_a_correction_is_a_new_fact_and_as_of_gives_what_was_known(world: World) -> None:
    world.place(("enterprise:A", "located_in", REGIONS[0]))
    world.add("annual_return", [{"enterprise": "A", "year": 2020, "rd": 1, "revenue": 10}])
    before = Known(as_of=world.clock.at)
    world.add("annual_return", [{"enterprise": "A", "year": 2020, "rd": 3, "revenue": 10}])
    assert world.table("intensity") == {"nation:CN": Decimal("0.3")}
    assert world.table("intensity", known=before) == {"nation:CN": Decimal("0.1")}
    assert world.table("intensity", known=Known(stored_as_of=before.as_of)) == {"nation:CN": Decimal("0.1")}
    assert world.values("intensity", known=Known(as_of=moment("2020"))) == []


def test_time_functions_look_at_other_periods_of_the_same_entity(world: World) -> None:
    world.place(("enterprise:A", "located_in", REGIONS[0]))
    world.add("annual_return", [{"enterprise": "A", "year": 2019, "rd": 1, "revenue": 10}, {"enterprise": "A", "year": 2020, "rd": 2, "revenue": 15}])
    assert world.table("growth") == {"nation:CN": Decimal("0.5")}
    assert world.table("growth", period="2019") == {"nation:CN": None}
    assert world.table("since_2019") == {"nation:CN": (Decimal(2) / 15 - Decimal("0.1")).quantize(Decimal("1e-9"))}


def test_one_hierarchy_inside_another_gives_cells_that_name_both(world: World) -> None:
    world.place(("enterprise:A", "located_in", REGIONS[0]), ("enterprise:A", "classified_as", DIVISIONS[1]))
    world.add("annual_return", [{"enterprise": "A", "year": 2020, "rd": 1, "revenue": 10}])
    cell = f"{REGIONS[0]}+{DIVISIONS[1]}"
    assert world.table("intensity", by=["region", "sector"]) == {cell: Decimal("0.1")}
    assert world.table("intensity", of=[cell]) == {cell: Decimal("0.1")}


def test_a_later_membership_of_a_partition_ends_the_one_before_and_nobody_counts_twice(world: World) -> None:
    world.place(("enterprise:A", "located_in", REGIONS[0]), ("enterprise:A", "located_in", REGIONS[1], "2020-07-01"))
    world.add("annual_return", [{"enterprise": "A", "year": y, "rd": 1, "revenue": 10} for y in (2019, 2020)])
    assert world.table("revenue", by=["region"], period="2019") == {REGIONS[0]: Decimal(10)}
    assert world.table("revenue", by=["region"], period="2020") == {REGIONS[1]: Decimal(10)}
    assert world.table("revenue", period="2020") == {"nation:CN": Decimal(10)}


def test_of_two_places_that_hold_alike_one_is_taken_whatever_the_order_of_import(tmp_path: Path) -> None:
    for number, order in enumerate((REGIONS[:2], REGIONS[1::-1])):
        world = World(tmp_path / str(number))
        for region in order:
            world.place(("enterprise:A", "located_in", region))
        world.add("annual_return", [{"enterprise": "A", "year": 2020, "rd": 1, "revenue": 10}])
        assert world.table("revenue", by=["region"]) == {REGIONS[0]: Decimal(10)}
        assert world.table("revenue") == {"nation:CN": Decimal(10)}


def test_a_membership_in_something_off_the_hierarchy_does_not_move_an_entity(world: World) -> None:
    world.place(("enterprise:A", "located_in", "park:7"), ("enterprise:A", "located_in", REGIONS[2]))
    world.add("annual_return", [{"enterprise": "A", "year": 2020, "rd": 1, "revenue": 10}])
    assert world.table("revenue", by=["region"]) == {REGIONS[2]: Decimal(10)}


def test_a_site_that_is_sold_counts_for_its_new_enterprise_from_that_day(world: World) -> None:
    world.place(
        ("site:1", "part_of", "enterprise:A", "", "2020-03-01"), ("site:1", "part_of", "enterprise:B", "2020-03-01"),
        ("site:1", "located_in", REGIONS[0]),
    )  # fmt: skip
    world.add("site_return", [{"site": "site:1", "year": y, "processes": 4, "nc": 1} for y in (2019, 2020)])
    assert world.table("site_rate", by=["enterprise"], period="2019") == {"enterprise:A": Decimal("0.25")}
    assert world.table("site_rate", by=["enterprise"], period="2020") == {"enterprise:B": Decimal("0.25")}
    assert world.table("site_rate", period="2020") == {"nation:CN": Decimal("0.25")}


def test_by_region_a_site_counts_where_it_lies_or_where_its_legal_unit_sits(world: World) -> None:
    seated = replace(world.library.indicators["site_rate"], id="seated_rate", attribute="seat")
    world.library = replace(world.library, indicators={**world.library.indicators, "seated_rate": seated})
    world.place(
        ("site:1", "part_of", "enterprise:A"), ("site:1", "located_in", REGIONS[0]), ("enterprise:A", "located_in", REGIONS[1]),
        ("site:2", "part_of", "enterprise:A"),
    )  # fmt: skip
    world.add("site_return", [{"site": f"site:{i}", "year": 2020, "processes": 4, "nc": i} for i in (1, 2)])
    assert world.table("site_rate", by=["region"]) == {REGIONS[0]: Decimal("0.25"), REGIONS[1]: Decimal("0.5")}
    assert world.table("seated_rate", by=["region"]) == {REGIONS[1]: Decimal("0.375")}


def test_entities_of_several_levels_are_measured_in_one_question(world: World) -> None:
    world.place(("site:1", "part_of", "enterprise:A"), ("site:2", "part_of", "enterprise:A"), ("enterprise:A", "located_in", REGIONS[0]))
    world.add("site_return", [{"site": f"site:{i}", "year": 2020, "processes": 4, "nc": i} for i in (1, 2)])
    asked = ["site:1", "enterprise:A", REGIONS[0], "nation:CN"]
    found = world.table("site_rate", of=asked)
    assert found == {"site:1": Decimal("0.25"), **dict.fromkeys(asked[1:], Decimal("0.375"))}
    assert world.table("site_rate", of=["enterprise:A"], by=["enterprise"]) == {"enterprise:A": Decimal("0.375")}


def test_the_units_inside_a_unit_are_its_own(world: World) -> None:
    pooled = replace(world.library.indicators["pooled_rate"], id="site_pool", record="site_return")
    world.library = replace(world.library, indicators={**world.library.indicators, "site_pool": pooled})
    world.place(("site:1", "part_of", "enterprise:A"), ("site:2", "part_of", "enterprise:B"))
    world.add("site_return", [{"site": f"site:{i}", "year": 2020, "processes": 4, "nc": i} for i in (1, 2)])
    assert world.table("site_pool", of=["enterprise:A"], by=["site"]) == {"site:1": Decimal("0.25")}
    assert world.table("site_pool", of=["site:2", "enterprise:A"]) == {"site:2": Decimal("0.5"), "enterprise:A": Decimal("0.25")}


def test_several_units_in_one_question_are_each_counted_once(world: World) -> None:
    world.place(*((f"enterprise:{e}", "located_in", REGIONS[0]) for e in "ABC"))
    world.add("annual_return", [{"enterprise": e, "year": 2020, "revenue": 10} for e in "ABC"])
    assert world.table("revenue", of=["enterprise:A", "enterprise:B"]) == {"enterprise:A": Decimal(10), "enterprise:B": Decimal(10)}


def test_an_enterprise_placed_in_a_region_and_in_its_nation_counts_once(world: World) -> None:
    world.place(("enterprise:A", "located_in", "nation:CN"), ("enterprise:A", "located_in", REGIONS[1]))
    world.add("annual_return", [{"enterprise": "A", "year": 2020, "revenue": 10}])
    assert world.table("revenue") == {"nation:CN": Decimal(10)}
    assert world.table("revenue", by=["region"]) == {REGIONS[1]: Decimal(10)}


@pytest.mark.parametrize(("formula", "zero", "expected"), [("half", "undefined", "0.125"), ("square", "undefined", "0.0625"), ("rate", "zero", "0.125"), ("rate", "one", "0.625")])
def test_below_a_barrier_scales_and_the_zero_rule_hold(world: World, formula: str, zero: Any, expected: str) -> None:
    trees = {"half": Op("*", (RATE, Number(Decimal("0.5")))), "square": Op("*", (RATE, RATE)), "rate": RATE}
    chosen = replace(world.library.indicators["rate"], tree=Barrier("mean", "enterprise", trees[formula]), zero=zero)
    world.library = replace(world.library, indicators={"rate": chosen})
    world.place(*((f"enterprise:{e}", "located_in", REGIONS[0]) for e in "AB"))
    world.add("annual_return", [{"enterprise": "A", "year": 2020, "processes": 4, "nc": 1}, {"enterprise": "B", "year": 2020, "processes": 0, "nc": 0}])
    assert world.table("rate") == {"nation:CN": Decimal(expected)}


def test_a_condition_may_compare_with_a_fraction(world: World) -> None:
    counted = Fold("count", None, RowOp(">", (FieldRef("revenue"), Literal_(Decimal("10.5")))))
    world.library = replace(world.library, indicators={"large": replace(world.library.indicators["revenue"], tree=counted, id="large")})
    world.place(*((f"enterprise:{e}", "located_in", REGIONS[0]) for e in "AB"))
    world.add("annual_return", [{"enterprise": "A", "year": 2020, "revenue": "10.4"}, {"enterprise": "B", "year": 2020, "revenue": "10.6"}])
    assert world.table("large") == {"nation:CN": Decimal(1)}


def test_a_window_has_the_base_year_of_its_definition_and_no_mean_over_entities(world: World) -> None:
    world.place(("enterprise:A", "located_in", REGIONS[0]))
    world.add("annual_return", [{"enterprise": "A", "year": y, "rd": r, "revenue": 10, "processes": 2, "nc": 1} for y, r in ((2019, 1), (2020, 2), (2021, 4))])
    assert world.table("since_2019", period="2020/2021") == {"nation:CN": Decimal("0.2")}
    with pytest.raises(InputError):
        world.table("rate", period="2020/2021")


@pytest.fixture
def monthly(world: World) -> World:
    """Enterprises that report every month, measured by the year."""
    record = replace(world.library.records["annual_return"], id="monthly_return", period="month")
    rate = replace(world.library.indicators["rate"], record="monthly_return")
    last = replace(world.library.indicators["revenue"], id="last", record="monthly_return", tree=Fold("last", FieldRef("revenue")))
    records = {**world.library.records, "monthly_return": record}
    world.library = replace(world.library, records=records, indicators={"rate": rate, "last": last})
    world.place(*((f"enterprise:{e}", "located_in", REGIONS[0]) for e in "ABC"))
    return world


def test_a_mean_over_enterprises_counts_each_once_however_many_months_it_reports(monthly: World) -> None:
    rows = [{"enterprise": "A", "year": f"2020-{m:02d}", "processes": 2, "nc": 1} for m in range(1, 13)]
    monthly.add("monthly_return", [*rows, {"enterprise": "B", "year": "2020-01", "processes": 1, "nc": 1}])
    assert monthly.table("rate") == {"nation:CN": Decimal("0.75")}


def test_the_last_of_equal_dates_does_not_depend_on_the_order_of_import(tmp_path: Path, monthly: World) -> None:
    other = World(tmp_path / "other")
    other.library = monthly.library
    other.place(*((f"enterprise:{e}", "located_in", REGIONS[0]) for e in "AB"))
    facts = [{"enterprise": e, "year": "2020-12", "revenue": v} for e, v in (("A", 1), ("B", 2))]
    for world, order in ((monthly, facts), (other, facts[::-1])):
        for fact in order:
            world.add("monthly_return", [fact])
    assert monthly.table("last") == other.table("last") == {"nation:CN": Decimal(2)}


def test_a_monthly_report_is_due_twelve_times_a_year_and_a_silent_month_is_seen(world: World) -> None:
    world.place(("enterprise:A", "located_in", "region:32"), ("enterprise:B", "located_in", "region:32"))
    months = [f"2020-{m:02d}" for m in range(1, 13)]
    world.add("monthly_return", [{"enterprise": "enterprise:A", "month": m, "output": 10} for m in months])
    world.add("monthly_return", [{"enterprise": "enterprise:B", "month": m, "output": 30} for m in months[:3]])
    [value] = world.values("output", by=["region"])
    assert value.coverage.count == Decimal("0.625000")  # 15 of 24
    assert value.coverage.weight == Decimal("0.437500")  # 210 of 210 and nine missing months of 30


def test_several_rows_of_a_unit_are_one_report(world: World) -> None:
    world.place(("enterprise:A", "located_in", "region:32"), ("enterprise:B", "located_in", "region:32"))
    world.add("product_return", [{"enterprise": "enterprise:A", "year": "2020", "product": p, "output": 5} for p in ("x", "y", "z")])
    world.add("product_return", [{"enterprise": "enterprise:B", "year": "2019", "product": p, "output": 5} for p in ("x", "y", "z")])
    [value] = world.values("product_output", by=["region"])
    assert value.value == 15
    assert value.coverage.count == Decimal("0.500000")
    assert value.coverage.weight == Decimal("0.500000")


def test_a_silent_machine_of_a_plant_that_lies_in_no_territory_is_seen(world: World) -> None:
    world.place(("site:A1", "part_of", "enterprise:A"), ("site:A2", "part_of", "enterprise:A"), ("site:B1", "part_of", "enterprise:B"))
    world.add("site_return", [{"site": "site:A1", "year": "2020", "processes": 4, "nc": 3}, {"site": "site:A2", "year": "2019", "processes": 4, "nc": 3}])
    found = {v.entity: v for v in world.values("site_rate", by=["enterprise"])}
    assert found["enterprise:A"].coverage.count == Decimal("0.500000")
    assert (found["enterprise:B"].status, found["enterprise:B"].coverage.count) == ("not_reported", Decimal("0.000000"))
    sites = {v.entity: v.status for v in world.values("site_rate", by=["site"])}
    assert sites == {"site:A1": "ok", "site:A2": "not_reported", "site:B1": "not_reported"}


def test_a_part_owes_reports_while_it_is_one(world: World) -> None:
    world.place(("site:A1", "part_of", "enterprise:A"), ("site:A2", "part_of", "enterprise:A", "2020-06-01"), ("site:A3", "part_of", "enterprise:A", "", "2020-06-01"))
    world.add("site_return", [{"site": "site:A1", "year": y, "processes": 4, "nc": 3} for y in ("2019", "2020")])
    found = {str(v.period): v.coverage.count for v in world.values("site_rate", by=["enterprise"], period="2019..2020")}
    assert found == {"2019": Decimal("0.500000"), "2020": Decimal("0.500000")}


def test_a_question_with_too_large_an_answer_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhizao.measure.measure.MOST_VALUES", 3)
    world.place(*[(f"enterprise:{name}", "located_in", "region:32") for name in "AB"])
    world.add("annual_return", [{"enterprise": f"enterprise:{name}", "year": "2020", "rd": 1, "revenue": 2} for name in "AB"])
    assert len(world.values("intensity", by=["enterprise"], period="2020")) == 2
    for period in ("2019..2020", "2017..2020"):
        with pytest.raises(InputError):
            world.values("intensity", by=["enterprise"], period=period)
