"""The shipped packs as the program loads them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zhizao.model.library import Library
from zhizao.pack.load import load

from .conftest import PACKS, PLAN


@pytest.fixture(scope="module")
def library() -> Library:
    return load([PACKS / "kernel", PLAN])


def test_the_shipped_packs_have_no_blocking_finding(library: Library) -> None:
    assert [f.line("en") for f in library.blocking] == []


def test_every_definition_of_the_packs_is_loaded(library: Library) -> None:
    files = {f.stem for f in (PLAN / "indicators").glob("*.yaml") if not f.name.endswith(".test.yaml")}
    assert set(library.indicators) == files
    assert set(library.hierarchies) == {"territory", "macro_region", "industry", "organisation"}
    assert (len(library.targets), len(library.data), len(library.reconciliations)) == (32, 7, 4)


def test_ten_of_the_twelve_indicators_compute_and_the_other_two_say_why_not(library: Library) -> None:
    twelve = [i for i in library.indicators.values() if i.number]
    assert {i.id for i in twelve if not i.is_computed} == {"quality_index", "broadband_penetration"}
    assert all(i.because for i in twelve if not i.is_computed)


def test_units_turn_exactly(library: Library) -> None:
    factors = {i: library.indicators[i].factor for i in ("rd_intensity", "invention_patents_per_100m", "value_added_rate", "region_gerd")}
    assert factors == {
        "rd_intensity": Decimal(100),
        "invention_patents_per_100m": Decimal(10000),
        "value_added_rate": Decimal(100),
        "region_gerd": Decimal(1),
    }


def test_the_plan_holds_all_its_systems(library: Library) -> None:
    plan = library.packs["made_in_china_2025"].plan
    assert plan is not None and sum(node.kind == "system" for node in plan.walk()) == 153


def test_what_the_lint_doubts_are_the_known_faults_of_the_plan(library: Library) -> None:
    backward = [f.message.en for f in library.findings if f.code == "cumulative_backward"]
    assert [next(n for n in ("3.4", "4.0", "4.1") if f"printed {n}" in message) for message in backward] == ["3.4", "4.0", "4.1"]
    idle = [f.message.en.split()[1] for f in library.findings if f.code in ("goal_without_indicator", "task_without_indicator")]
    assert idle == ["resource_use", "task_3", "task_8", "task_9"]
    assert {f.severity for f in library.findings} == {"doubtful"} and len(library.findings) == 7
