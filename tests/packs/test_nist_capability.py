"""The measured parts of the NIST test bed: performance indices of every characteristic as its inspection report prints them.

The report calls them Cp and Cpk. They are computed with the deviation of all samples (n - 1), which the standards name Pp and Ppk.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from zhizao.measure.measure import Measurement
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.value import Known
from zhizao.pack.load import load
from zhizao.store.contract import Source
from zhizao.store.local import LocalStore

from .conftest import PACKS, SHARED, Rows, rows

QIF = SHARED / "data/plant/machine/nist_sms/qif"
PARTS = ("cover", "plate")
pytestmark = pytest.mark.skipif(not QIF.is_dir(), reason="the recorded inspections are not beside this checkout")
YEAR = Period.parse("2017")
WITHIN = Decimal("0.001")
BONUS = {"plate/CYLINDER2/POSITION1", "cover/CYLINDER3/POSITION2"}
"""Positions with a tolerance at maximum material condition: the report adds to each sample what the size of its hole leaves over."""
INDICES = ("process_performance_index", "critical_process_performance_index", "upper_process_performance_index")


def name(row: dict[str, str]) -> str:
    return f"{row['part']}/{row['feature']}/{row['characteristic']}"


def limit(row: dict[str, str], key: str) -> str | None:
    return str(Decimal(row["nominal"]) + Decimal(row[key])) if row[key] else None


@pytest.fixture(scope="module")
def reported() -> dict[str, dict[str, str]]:
    """What the report prints, by characteristic."""
    return {name(r): r for part in PARTS for r in rows(QIF / f"{part}_capability_reported.csv")}


@pytest.fixture(scope="module")
def found(reported: dict[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Decimal | None]]:
    """The indices computed from every measured value, through the store."""
    library: Library = load([PACKS / "kernel", PACKS / "factory"])
    store = LocalStore(tmp_path_factory.mktemp("inspected"), lambda: datetime(2017, 8, 1, tzinfo=UTC))
    measured: Rows = [r for part in PARTS for r in rows(QIF / f"{part}_measurements_tidy.csv")]
    receipt = store.append(library.records["part_inspection"], pa.Table.from_pylist([inspected(r, reported[name(r)]) for r in measured]), Source("qif"))
    assert (receipt.stored, receipt.rejected) == (len(measured), 0)
    entities = [f"characteristic:{n}" for n in reported]
    with store.session() as session:
        values = Measurement(library, session, Known()).values(INDICES, of=entities, periods=[YEAR])
    yield {(v.indicator, v.entity.removeprefix("characteristic:")): v.value for v in values}


def inspected(row: dict[str, str], about: dict[str, str]) -> dict[str, Any]:
    """A measured value as the record of one part; the report says the day, the samples stand in their order."""
    at = datetime(2017, 7, 11, 9, 16, 18, tzinfo=UTC) + timedelta(minutes=int(row["sample"]))
    return {
        "characteristic": f"characteristic:{name(row)}", "inspected_at": at.isoformat(), "part": f"{row['part']}-{int(row['sample']):02d}of20", "product": row["part"],
        "value": row["value_mm"], "nominal": about["nominal"], "lower_limit": limit(about, "tol_lower"), "upper_limit": limit(about, "tol_upper"), "unit": "mm",
    }  # fmt: skip


def agrees(value: Decimal | None, printed: str) -> bool:
    """Whether a value is the printed one within a tenth of a percent, or the last digit printed."""
    wanted = Decimal(printed)
    return value is not None and abs(value - wanted) <= max(abs(wanted) * WITHIN, Decimal("0.0005"))


def test_pp_and_ppk_of_every_characteristic_with_two_limits_are_the_cp_and_cpk_of_the_report(reported: dict[str, dict[str, str]], found: dict[tuple[str, str], Decimal | None]) -> None:
    two = {n: r for n, r in reported.items() if r["tol_lower"]}
    pp = {n for n, r in two.items() if agrees(found[INDICES[0], n], r["Cp_reported"])}
    ppk = {n for n, r in two.items() if agrees(found[INDICES[1], n], r["Cpk_reported"])}
    assert (len(two), len(pp), len(ppk)) == (52, 52, 52), (sorted(set(two) - pp), sorted(set(two) - ppk))


def test_ppu_of_a_characteristic_with_an_upper_limit_only_is_the_cpk_of_the_report(reported: dict[str, dict[str, str]], found: dict[tuple[str, str], Decimal | None]) -> None:
    one = {n: r for n, r in reported.items() if not r["tol_lower"]}
    assert set(one) >= BONUS and len(one) == 6
    assert {n for n, r in one.items() if not agrees(found[INDICES[2], n], r["Cpk_reported"])} == BONUS
    assert all(found[INDICES[0], n] is None for n in one), "a Pp needs two limits"
