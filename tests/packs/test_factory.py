"""The factory pack: the indicators of ISO 22400-2, each with its worked examples."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhizao.checks.packs import run
from zhizao.measure.measure import Measurement
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.pack.load import load
from zhizao.store.contract import Source
from zhizao.store.local import LocalStore

from .conftest import PACKS

FACTORY = PACKS / "factory"
DAY = Period.parse("2026-03-02")


def opened(home: Path) -> LocalStore:
    """A store whose clock stands still."""
    return LocalStore(home, lambda: datetime(2026, 3, 3, tzinfo=UTC))


ISO_22400 = {
    "worker_efficiency", "allocation_ratio", "throughput_rate", "reported_allocation_efficiency", "reported_utilisation_efficiency", "reported_oee",
    "reported_nee", "reported_availability", "reported_effectiveness", "quality_ratio", "reported_setup_ratio", "reported_technical_efficiency",
    "production_process_ratio", "actual_to_planned_scrap_ratio", "reported_first_pass_yield", "scrap_ratio", "rework_ratio", "fall_off_ratio",
    "machine_capability_index", "critical_machine_capability_index", "process_capability_index", "critical_process_capability_index",
    "inventory_turns", "finished_goods_ratio", "integrated_goods_ratio", "production_loss_ratio", "storage_transport_loss_ratio", "other_loss_ratio",
    "equipment_load_ratio", "mtbf", "mttf", "mttr", "corrective_maintenance_ratio",
}  # fmt: skip


@pytest.fixture(scope="module")
def library() -> Library:
    return load([PACKS / "kernel", FACTORY])


def test_the_factory_pack_has_no_finding(library: Library) -> None:
    assert [f.line("en") for f in library.findings] == []


def test_the_indicators_of_the_standard_are_all_there(library: Library) -> None:
    assert set(library.indicators) >= ISO_22400
    assert all(library.indicators[i].is_computed for i in ISO_22400)


def test_every_worked_example_comes_out(library: Library) -> None:
    outcomes = list(run(library, [FACTORY], opened))
    assert len(outcomes) > 100
    assert [f"{o.indicator} {o.case}: {o.message.en}" for o in outcomes if o.message] == []


def test_every_reason_of_downtime_belongs_to_a_time_element(library: Library, tmp_path: Path) -> None:
    with (FACTORY / "data/downtime_reasons.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    receipt = opened(tmp_path).append(library.records["downtime_reason"], pa.Table.from_pylist(rows), Source("reasons"))
    assert (receipt.stored, receipt.rejected) == (len(rows), 0)


# ── identities ──────────────────────────────────────────────────────────────────────────────────────────────────

seconds = st.integers(0, 40_000)


def reports(lines: list[tuple[int, int, int, int, int, int]]) -> list[dict[str, Any]]:
    """Reports of one machine each, that keep the time identities: production, set-up, delay, down, produced and good."""
    return [
        {"machine": f"machine:M{n}", "started_at": "2026-03-02T06:00:00Z", "production_time": str(a), "setup_time": str(s), "delay_time": str(d),
         "down_time": str(o), "processing_time": str(a + s), "busy_time": str(a + s + d), "planned_busy_time": str(a + s + d + o),
         "planned_operation_time": str(a + s + d + o), "planned_down_time": "0", "produced": str(p), "good": str(g), "ideal_time_produced": str(7 * p), "ideal_time_good": str(7 * g)}
        for n, (a, s, d, o, p, g) in enumerate(lines)
    ]  # fmt: skip


def measured(library: Library, store: LocalStore, of: str) -> dict[str, Decimal]:
    """The reported indicators of an entity on the day."""
    names = [i.id for i in library.indicators.values() if i.record == "unit_report"]
    with store.session() as session:
        found = Measurement(library, session).values(names, of=[of], periods=[DAY])
    return {v.indicator: v.value for v in found if v.value is not None}


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40_000), seconds, seconds, seconds, st.integers(1, 500), st.integers(0, 500)), min_size=1, max_size=5))
def test_on_a_line_the_parts_of_oee_multiply_to_it(library: Library, tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[int, int, int, int, int, int]]) -> None:
    store = opened(tmp_path_factory.mktemp("plant"))
    rows = reports([(*line[:5], min(line[4], line[5])) for line in lines])
    store.append(library.records["unit_report"], pa.Table.from_pylist(rows), Source("reports"))
    edges = [{"entity": row["machine"], "relation": "part_of", "parent": "line:L"} for row in rows]
    store.append(library.records["membership"], pa.Table.from_pylist(edges), Source("plant"))
    found = {name: value / 100 for name, value in measured(library, store, "line:L").items()}
    factors = found["reported_availability"] * found["reported_effectiveness"] * found["reported_quality_ratio"]
    rounding = Decimal("1e-7") * (1 + found["reported_effectiveness"] + found["reported_availability"])
    assert abs(factors - found["reported_oee"]) < rounding
    assert found["reported_nee"] + rounding >= found["reported_oee"]
    assert found["reported_allocation_efficiency"] >= found["reported_availability"]
    assert found["broken_time_identities"] == 0
