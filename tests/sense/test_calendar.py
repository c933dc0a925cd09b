"""Shift calendars become signals that follow the clocks of the site."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.errors import InputError
from zhizao.model.shift import shifts
from zhizao.sense.calendar import PLANNED, SHIFT, plans, signals

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
NIGHT = {"shift": "night", "valid_from": date(2026, 1, 1), "weekdays": "mon-sun", "starts": "22:00", "ends": "06:00"}
EARLY = {"shift": "early", "valid_from": date(2026, 1, 1), "weekdays": "mon-fri", "starts": "06:00", "ends": "14:00", "breaks": "10:00-10:15|12:00-12:30"}


def seconds(rows: list[dict[str, Any]], zone: ZoneInfo, start: datetime, end: datetime, **wanted: str) -> float:
    """How long a shift, or a plan, holds in a window."""
    told = [*plans(shifts(rows), zone, start, end)]
    ends = [p.at for p in told[1:]] + [end]
    return sum((b - p.at).total_seconds() for p, b in zip(told, ends, strict=True) if all(getattr(p, k) == v for k, v in wanted.items()))


def local(zone: ZoneInfo, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=zone).astimezone(UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 28), 7), ((2026, 10, 24), 9), ((2026, 6, 1), 8)], ids=["spring", "autumn", "summer"])
def test_a_night_shift_is_as_long_as_the_clocks_make_it(day: tuple[int, int, int], hours: int) -> None:
    noon = local(BERLIN, *day, 12)
    assert seconds([NIGHT], BERLIN, noon, noon + timedelta(hours=24), shift="night") == hours * 3600


def test_breaks_are_in_the_shift_but_not_planned_busy() -> None:
    monday = local(SHANGHAI, 2026, 3, 2)
    window = (monday, monday + timedelta(days=1))
    assert seconds([EARLY], SHANGHAI, *window, shift="early") == 8 * 3600
    assert seconds([EARLY], SHANGHAI, *window, planned="busy") == 7.25 * 3600


def test_planned_maintenance_is_planned_down_also_after_midnight() -> None:
    row = {**NIGHT, "planned_down": "02:00-03:00", "breaks": "23:30-00:30"}
    noon = local(SHANGHAI, 2026, 3, 2, 12)
    found = {p: seconds([row], SHANGHAI, noon, noon + timedelta(days=1), planned=p) / 3600 for p in ("busy", "down", "off")}
    assert found == {"busy": 6, "down": 1, "off": 17}


def test_a_later_row_replaces_a_shift_and_one_without_weekdays_ends_it() -> None:
    rows = [EARLY, {**EARLY, "valid_from": date(2026, 3, 3), "ends": "12:00", "breaks": ""}, {**EARLY, "valid_from": date(2026, 3, 4), "weekdays": ""}]
    days = [local(SHANGHAI, 2026, 3, d) for d in (2, 3, 4, 5)]
    assert [seconds(rows, SHANGHAI, a, b, shift="early") / 3600 for a, b in pairwise(days)] == [8, 6, 0]


def test_a_window_that_begins_inside_a_shift_begins_with_it() -> None:
    first, *_ = plans(shifts([NIGHT]), SHANGHAI, local(SHANGHAI, 2026, 3, 3, 1), local(SHANGHAI, 2026, 3, 3, 2))
    assert (first.at, first.shift, first.planned) == (local(SHANGHAI, 2026, 3, 3, 1), "night", "busy")


def test_every_machine_is_told_shift_and_plan() -> None:
    monday = local(SHANGHAI, 2026, 3, 2)
    batch = signals([*plans(shifts([EARLY]), SHANGHAI, monday, monday + timedelta(days=1))], ["machine:A", "machine:B"])
    said = [(r["entity"], r["quantity"], r["text"]) for r in batch.to_pylist() if r["time"] == local(SHANGHAI, 2026, 3, 2, 6)]
    assert said == [(m, q, t) for m in ("machine:A", "machine:B") for q, t in ((SHIFT, "early"), (PLANNED, "busy"))]


@pytest.mark.parametrize("fault", [{"starts": "6 am"}, {"weekdays": "mon-frei"}, {"breaks": "10:00"}, {"ends": "25:00"}], ids=str)
def test_what_cannot_be_read_is_told_with_the_shift(fault: dict[str, str]) -> None:
    with pytest.raises(InputError, match="early"):
        shifts([{**EARLY, **fault}])


@given(st.integers(0, 400), st.integers(1, 96), st.integers(1, 96))
def test_two_windows_say_the_same_as_the_window_over_both(day: int, hours: int, more: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    middle, end = start + timedelta(hours=hours), start + timedelta(hours=hours + more)
    whole = seconds([NIGHT, EARLY], BERLIN, start, end, planned="busy")
    assert whole == seconds([NIGHT, EARLY], BERLIN, start, middle, planned="busy") + seconds([NIGHT, EARLY], BERLIN, middle, end, planned="busy")
