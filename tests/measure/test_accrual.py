"""What is held is not summed over time, whatever period is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.measure.world import World, total
from zhizao.errors import InputError
from zhizao.model.expression import Barrier, Call, Expr, FieldRef, Fold, Op
from zhizao.model.period import PeriodKind


def held(home: Path, record: str, tree: Expr) -> World:
    """A world whose figures are all stocks, and an indicator ``held`` of them."""
    world = World(home)
    kind = world.library.records[record]
    fields = tuple(replace(f, accrual="stock") if f.type in ("decimal", "integer") else f for f in kind.fields)
    plain = world.library.indicators["output"]
    indicator = replace(plain, id="held", record=record, tree=tree, weight="", period=kind.period)
    world.library.records[record] = replace(kind, fields=fields)
    world.library.indicators["held"] = indicator
    return world


def monthly(home: Path, tree: Expr) -> World:
    world = held(home, "monthly_return", tree)
    world.place(("enterprise:A", "located_in", "region:32"))
    world.add("monthly_return", [{"enterprise": "enterprise:A", "month": f"2020-{m:02d}", "output": m} for m in range(1, 13)])
    return world


def yearly(home: Path, tree: Expr) -> World:
    world = held(home, "annual_return", tree)
    world.place(("enterprise:A", "located_in", "region:32"))
    world.add("annual_return", [{"enterprise": "enterprise:A", "year": y, "revenue": y - 2000, "rd": 1} for y in range(2016, 2021)])
    return world


def test_a_stock_held_each_month_is_not_summed_over_a_year(tmp_path: Path) -> None:
    world = monthly(tmp_path, total("output"))
    with pytest.raises(InputError) as refused:
        world.values("held", period="2020")
    assert refused.value.where == "--period"
    assert refused.value.cure and "month" in refused.value.cure.en and "at_end(sum(...))" in refused.value.cure.en
    assert "at_end(sum(...))" in refused.value.cure.zh
    assert world.table("held", of=["region:32"], period="2020-05") == {"region:32": Decimal(5)}


def test_a_stock_of_a_year_is_not_summed_over_a_window_of_years(tmp_path: Path) -> None:
    world = yearly(tmp_path, total("revenue"))
    with pytest.raises(InputError):
        world.values("held", period="2016/2020")
    assert world.table("held", of=["region:32"], period="2020") == {"region:32": Decimal(20)}


def test_a_ratio_of_two_stocks_summed_over_time_is_the_same_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        yearly(tmp_path, Op("/", (total("rd"), total("revenue")))).values("held", period="2016/2020")


def test_a_stock_summed_below_a_barrier_is_the_same_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        monthly(tmp_path, Barrier("mean", "enterprise", total("output"))).values("held", period="2020-Q1")


def test_at_end_asks_for_the_stock_of_the_last_part_and_may_be_asked_for_any_period(tmp_path: Path) -> None:
    world = monthly(tmp_path, Call("at_end", (total("output"),)))
    assert world.table("held", of=["region:32"], period="2020") == {"region:32": Decimal(12)}
    assert world.table("held", of=["region:32"], period="2020-Q1") == {"region:32": Decimal(3)}


def test_the_growth_of_a_stock_over_a_window_compares_two_years_and_sums_nothing(tmp_path: Path) -> None:
    world = yearly(tmp_path, Call("growth", (total("revenue"),), (("years", Decimal(4)),)))
    assert len(world.values("held", of=["region:32"], period="2016/2020")) == 1


def test_the_mean_of_a_stock_may_be_taken_over_time(tmp_path: Path) -> None:
    world = yearly(tmp_path, Call("mean", (Fold("moments", FieldRef("revenue")),)))
    assert world.table("held", of=["region:32"], period="2016/2020") == {"region:32": Decimal(18)}


def test_what_flows_adds_up_over_time(tmp_path: Path) -> None:
    world = monthly(tmp_path, total("output"))
    world.library.records["monthly_return"] = World(tmp_path / "other").library.records["monthly_return"]
    assert world.table("held", of=["region:32"], period="2020") == {"region:32": Decimal(78)}


@pytest.mark.parametrize(("kind", "time"), [("day", "%Y-%m-%d"), ("hour", "%Y-%m-%dT%H")])
def test_days_and_hours_add_up_to_the_week_that_crosses_a_year(tmp_path: Path, kind: PeriodKind, time: str) -> None:
    world, days = World(tmp_path), [date(2020, 12, 27) + timedelta(days=i) for i in range(9)]
    world.library.records["monthly_return"] = replace(world.library.records["monthly_return"], period=kind)
    world.place(("enterprise:A", "located_in", "region:32"))
    world.add("monthly_return", [{"enterprise": "enterprise:A", "month": day.strftime(time), "output": 1} for day in days])
    assert world.table("output", of=["region:32"], period="2020-W53") == {"region:32": Decimal(7)}
