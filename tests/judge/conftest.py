"""Made-up targets and readings, and the published ones where the shared folder exists."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.target import Target

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
FORMS = {"change_since_2015": "change_since", "cut_since_2015": "cut_since"}


def make_reading(period: str, value: str | int, series: str = "x.a", **given: Any) -> Reading:
    fields = {"scope": "plan", "entity": "nation:CN", "unit": "percent", "kind": "actual", "final": True, "indicator": "x", **given}
    return Reading(series=series, period=Period.parse(period), value=Decimal(value), **fields)


def make_target(used: str | int, year: int = 2025, form: Any = "level", direction: Any = "up", **given: Any) -> Target:
    fields = {"indicator": "x", "unit": "percent", "printed": Decimal(used), **given}
    return Target(year=year, form=form, direction=direction, used=Decimal(used), **fields)


@pytest.fixture(scope="session")
def reading() -> Callable[..., Reading]:
    """Makes a reading of indicator x in the plan's scope."""
    return make_reading


@pytest.fixture(scope="session")
def target() -> Callable[..., Target]:
    """Makes a target of indicator x."""
    return make_target


@pytest.fixture(scope="session")
def after() -> datetime:
    """A time after every target's period."""
    return datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="session")
def rows() -> Callable[[str], list[dict[str, str]]]:
    """Reads a shared table; the test is left out where there is none."""

    def read(name: str) -> list[dict[str, str]]:
        if not SHARED.is_dir():
            pytest.skip("the shared data folder is not beside this checkout")
        with (SHARED / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read


@pytest.fixture(scope="session")
def published(rows: Callable[[str], list[dict[str, str]]]) -> list[Reading]:
    """Every published reading."""
    return [
        make_reading(
            r["period"], r["value"], r["series"], indicator=r["indicator"], scope=r["scope"], unit=r["unit"], kind=r["kind"],
            final=r["final"] == "yes", bound=r["bound"], published_at=r["published_at"], proxy_for=r["proxy_for"], sign=int(r["sign"]),
        )
        for r in rows("plan_actuals.csv")
    ]  # fmt: skip


@pytest.fixture(scope="session")
def plan(rows: Callable[[str], list[dict[str, str]]]) -> list[Target]:
    """The plan's 24 targets."""
    return [_plan_target(r, year) for year in (2020, 2025) for r in rows("plan_targets.csv")]


def _plan_target(r: dict[str, str], year: int) -> Target:
    form = FORMS.get(r["target_form"], r["target_form"])
    average = form == "average_growth"
    return make_target(
        r[f"used_{year}"], year, form, r["direction"], indicator=r["indicator"], unit=r["unit"], printed=Decimal(r[f"printed_{year}"]),
        base_year=None if average else 2015, base_value=Decimal(r["base_2015"]) if r["base_2015"] else None,
        window=5 if average else 0, about=average,
    )  # fmt: skip
