"""Coverage: only reports that are due may answer, whatever period was asked for, and what is silent is named."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.measure.world import NOW, World, total
from zhizao.measure.measure import Measurement
from zhizao.model.expression import Call
from zhizao.model.period import Period
from zhizao.model.value import Known, Value

HALF, WHOLE, NONE = Decimal("0.500000"), Decimal("1.000000"), Decimal("0.000000")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two enterprises in one region; a year's output is also asked for as it was at the end."""
    world = World(tmp_path / "home")
    at_end = replace(world.library.indicators["output"], id="at_end", tree=Call("at_end", (total("output"),)))
    world.library = replace(world.library, indicators={**world.library.indicators, "at_end": at_end})
    world.place(("enterprise:A", "located_in", "region:32"), ("enterprise:B", "located_in", "region:32"))
    return world


def report(world: World, enterprise: str, *months: str, output: int | None = 10) -> None:
    world.add("monthly_return", [{"enterprise": f"enterprise:{enterprise}", "month": m, "output": output} for m in months])


def months(year: int) -> list[str]:
    return [f"{year}-{m:02d}" for m in range(1, 13)]


def shares(value: Value) -> tuple[Decimal | None, Decimal | None]:
    return value.coverage.count, value.coverage.weight


def test_an_early_report_does_not_hide_a_missing_one(world: World) -> None:
    report(world, "B", *months(2025))
    report(world, "A", *months(2025), *months(2026))
    [window] = world.values("output", by=["region"], period="2025/2026")
    assert shares(window) == (WHOLE, WHOLE)
    report(world, "A", *months(2024))
    report(world, "B", *months(2024)[:6])
    [window] = world.values("output", by=["region"], period="2024/2026")
    assert shares(window) == (Decimal("0.875000"), Decimal("0.875000"))  # 42 of 48


def test_an_early_month_does_not_hide_a_missing_one_of_the_same_year(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.measure.world.NOW", Period.parse("2026-06").end)
    report(world, "A", *months(2026))
    report(world, "B", "2025-12")
    [region] = world.values("output", by=["region"], period="2026")
    assert (region.value, *shares(region)) == (120, HALF, HALF)


def test_of_a_period_that_is_not_over_nothing_is_due_yet_and_units_are_named(world: World) -> None:
    report(world, "A", "2026-01")
    found = world.values("output", by=["enterprise"], period="2026-01")
    assert [(v.entity, v.status, *shares(v)) for v in found] == [("enterprise:A", "ok", None, None), ("enterprise:B", "not_due", None, None)]


def test_a_report_of_a_unit_that_belongs_nowhere_was_not_due(world: World) -> None:
    report(world, "A", *months(2020))
    report(world, "B", "2019-12")
    report(world, "C", *months(2020))
    [region] = world.values("output", by=["region"])
    assert shares(region) == (HALF, HALF)
    assert {v.entity: shares(v) for v in world.values("output", by=["enterprise"])} == {
        "enterprise:A": (WHOLE, WHOLE), "enterprise:B": (NONE, NONE), "enterprise:C": (None, None),
    }  # fmt: skip


def test_a_value_at_the_end_of_a_year_is_covered_by_the_last_reports_and_names_the_silent(world: World) -> None:
    report(world, "A", "2020-12")
    report(world, "B", "2020-11")
    [region] = world.values("at_end", by=["region"])
    assert (region.value, *shares(region)) == (10, HALF, HALF)
    found = {v.entity: (v.status, *shares(v)) for v in world.values("at_end", by=["enterprise"])}
    assert found == {"enterprise:A": ("ok", WHOLE, WHOLE), "enterprise:B": ("not_reported", NONE, NONE)}
    [both] = world.values("at_end", by=["region"], period="2016/2020")
    assert shares(both) == (HALF, HALF)


def test_what_another_indicator_reads_does_not_change_coverage(world: World) -> None:
    report(world, "A", *months(2020))
    report(world, "B", "2020-12")
    with world.store.session() as session:
        found = Measurement(world.library, session, Known(), NOW).values(["output", "at_end"], by=["region"], periods=[Period.parse("2020")])
    assert [v.coverage.count for v in found] == [Decimal("0.541667"), WHOLE]


def test_a_window_is_covered_by_its_years_and_names_the_silent(world: World) -> None:
    report(world, "A", *months(2019), *months(2020))
    [region] = world.values("output", by=["region"], period="2019/2020")
    assert (region.value, region.coverage.count) == (240, HALF)
    found = {v.entity: (v.status, v.coverage.count) for v in world.values("output", by=["enterprise"], period="2019/2020")}
    assert found == {"enterprise:A": ("ok", WHOLE), "enterprise:B": ("not_reported", NONE)}


def test_a_row_whose_needed_fields_are_empty_is_not_reported_and_a_zero_denominator_undefined(world: World) -> None:
    world.add("annual_return", [{"enterprise": "A", "year": 2020, "processes": 3}, {"enterprise": "B", "year": 2020, "rd": 1, "revenue": 0}])
    found = {v.entity: (v.status, v.coverage.count) for v in world.values("intensity", by=["enterprise"])}
    assert found == {"enterprise:A": ("not_reported", NONE), "enterprise:B": ("undefined", WHOLE)}
    assert {v.entity: v.status for v in world.values("rate", by=["enterprise"])} == dict.fromkeys(found, "not_reported")
