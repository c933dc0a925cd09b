"""The figures the plan's pack ships, against their source tables and against each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from .conftest import PACKS, PLAN, Rows, content, rows

Shared = Callable[[str], Rows]
DATA = PLAN / "data"
SAME = "indicator series scope basis_note period value kind bound confidence published_at proxy_for sign source note".split()
TABLES = ("sector_rd", "region_gerd", "region_hightech", "region_patents")
SECTORS, GERD, HIGHTECH, PATENTS = (rows(DATA / f"{name}.csv") for name in TABLES)


def test_every_reading_is_kept_as_it_was(shared: Shared) -> None:
    source, ours = shared("data/plan_actuals.csv"), rows(DATA / "plan_actuals.csv")
    assert len(ours) == 156
    assert [[r[c] for c in SAME] for r in ours] == [[r[c] for c in SAME] for r in source]
    assert [r["final"] for r in ours] == [{"yes": "true", "no": "false"}[r["final"]] for r in source]
    assert {r["entity"] for r in ours} == {"nation:CN"}


def test_every_published_figure_has_a_publisher_a_source_and_the_columns_of_its_type(published: Rows) -> None:
    fields = content(PACKS / "kernel/records/published_figure.yaml")["fields"]
    for row in published:
        assert list(row) == [f for f in fields] and row["publisher"] and row["source"]
        assert all(row[f] in map(str, spec["values"]) for f, spec in fields.items() if row[f] and "values" in spec)
        assert all(row[f] for f, spec in fields.items() if spec.get("required"))


def test_an_office_holder_is_not_a_publisher(published: Rows) -> None:
    assert not [r["publisher"] for r in published if "(" in r["publisher"] or r["publisher"] == "Qiu Ping"]


def test_no_two_figures_have_one_key(published: Rows) -> None:
    keys = Counter((r["indicator"], r["series"], r["entity"], r["period"]) for r in published)
    assert not [k for k, n in keys.items() if n > 1]


def test_a_series_has_one_indicator_scope_unit_and_sign(published: Rows) -> None:
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for r in published:
        seen[r["series"]].add((r["indicator"], r["scope"], r["unit"], r["sign"]))
    assert not {s: v for s, v in seen.items() if len(v) > 1}


def test_figures_of_an_indicator_are_in_its_unit(published: Rows, indicators: dict[str, Any]) -> None:
    units = {i: d["unit"] for i, d in indicators.items()}
    assert not {(r["indicator"], r["unit"]) for r in published if r["unit"] != units.get(r["indicator"], r["unit"])}


def test_the_order_of_series_names_every_series_of_an_indicator_and_no_other(published: Rows, indicators: dict[str, Any]) -> None:
    held: dict[str, set[str]] = defaultdict(set)
    for r in published:
        for name in filter(None, (r["indicator"], r["proxy_for"])):
            held[name].add(r["series"])
    order = content(PLAN / "series.yaml")["order"]
    assert {i: set(s) for i, s in order.items()} == {i: s for i, s in held.items() if i in indicators}


def test_published_tests_quote_figures_that_are_there(published: Rows, indicators: dict[str, Any]) -> None:
    held = {(r["series"], r["entity"], r["period"]): Decimal(r["value"]) for r in published}
    for name in indicators:
        for line in content(PLAN / "indicators" / f"{name}.test.yaml").get("published", []):
            assert held[line["series"], line.get("of", "nation:CN"), str(line["period"])] == Decimal(line["value"])


def test_each_report_on_the_power_index_is_a_series_of_its_own(shared: Shared) -> None:
    ours = rows(DATA / "manufacturing_power_index.csv")
    source = [r for r in shared("data/manufacturing_power_index.csv") if r["value"]]
    theirs = [(r["year"], r["value"], r["vintage"][:4], r["source"]) for r in source]
    assert [(r["period"], r["value"], r["series"][-4:], r["source"]) for r in ours] == theirs
    assert len({r["entity"] for r in ours}) == 9


def _parts(table: Rows, field: str) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = defaultdict(list)
    for row in table:
        if row[field]:
            found[row["year"]].append(Decimal(row[field]))
    return found


@pytest.mark.parametrize("reconciliation", content(PLAN / "reconciliations.yaml"), ids=lambda r: str(r["id"]))
def test_parts_agree_with_their_total_within_half_a_printed_unit_each(reconciliation: dict[str, str], published: Rows) -> None:
    parts = _parts(rows(DATA / f"{reconciliation['record']}.csv"), reconciliation["field"])
    whole = (reconciliation["id"], reconciliation["whole"])
    totals = {r["period"]: Decimal(r["value"]) for r in published if (r["indicator"], r["entity"]) == whole}
    assert totals
    for period, total in totals.items():
        allowed = (len(parts[period]) + 1) * Decimal(reconciliation["printed_unit"]) / 2
        assert abs(sum(parts[period]) - total) <= allowed, period


def test_tables_by_province_hold_31_provinces_each_year_and_no_total() -> None:
    for table, years in ((GERD, 13), (HIGHTECH, 14), (PATENTS, 14)):
        per_year = Counter(r["year"] for r in table)
        assert set(per_year.values()) == {31} and len(per_year) == years
        assert all(r["region"].startswith("region:") for r in table)


SOURCE_COLUMNS = {
    "region_gerd": ("region_gerd_2011_2023", {"gerd": "gerd_100m_yuan", "gerd_share_of_gdp": "gerd_pct_of_gdp"}),
    "region_patents": (
        "region_valid_patents_2010_2023",
        {"valid_patents": "valid_patents_total"} | {c: c for c in ("valid_invention_patents", "valid_utility_models", "valid_designs")},
    ),
    "region_hightech": (
        "region_hightech_manufacturing_2010_2023",
        {"revenue": "hightech_revenue_100m_yuan", "profit": "hightech_profit_100m_yuan"}
        | {"rd_expenditure": "hightech_rd_10k_yuan", "rd_personnel": "hightech_rd_fte_personyears"}
        | {c: f"hightech_{c}" for c in ("firms", "valid_invention_patents", "patent_applications", "invention_applications")},
    ),
}


@pytest.mark.parametrize("table", SOURCE_COLUMNS)
def test_figures_by_province_are_those_of_the_source(table: str, shared: Shared) -> None:
    path, columns = SOURCE_COLUMNS[table]
    names = {r["id"]: r["name_zh"] for r in rows(PACKS / "kernel/hierarchies/territory.csv")}
    source = {(r["year"], r["region_zh"]): r for r in shared(f"data/{path}.csv")}
    for row in rows(DATA / f"{table}.csv"):
        theirs = source[row["year"], names[row["region"]]]
        assert all(_number(row[a]) == _number(theirs[b]) for a, b in columns.items())


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def test_figures_by_division_are_those_of_the_source(shared: Shared) -> None:
    names = {r["id"]: r["name_zh"] for r in rows(PACKS / "kernel/hierarchies/industry.csv")}
    source = {(r["year"], r["sector_zh"]): r for r in shared("data/sector_rd_2019_2022.csv") if r["level"] == "division"}
    assert len(source) == len(SECTORS) == 161
    for row in SECTORS:
        theirs = source[row["year"], names[row["sector"]]]
        assert Decimal(row["rd_expenditure"]) == Decimal(theirs["rd_expenditure_100m_yuan"])
        assert Decimal(row["rd_intensity"]) == Decimal(theirs["rd_intensity_pct_of_business_revenue"])
        assert Decimal(row["revenue"]) == Decimal(theirs["implied_revenue_100m_yuan"])


def _manufacturing(year: str, field: str) -> Decimal:
    return sum((Decimal(r[field]) for r in SECTORS if r["year"] == year and r["sector"].startswith("sector:C")), Decimal(0))


INTENSITIES = [("2019", "1.4497", "1.45"), ("2020", "1.5367", "1.54"), ("2021", "1.4599", "1.46"), ("2022", "1.5435", "1.55")]


@pytest.mark.parametrize(("year", "value", "printed"), INTENSITIES)
def test_divisions_allow_the_published_intensity_of_manufacturing(year: str, value: str, printed: str, published: Rows) -> None:
    spent = _manufacturing(year, "rd_expenditure") * 100
    middle, low, high = (spent / _manufacturing(year, field) for field in ("revenue", "revenue_high", "revenue_low"))
    half = Decimal("0.005")
    assert round(middle, 4) == Decimal(value)
    assert low <= middle <= high and low <= Decimal(printed) + half and Decimal(printed) - half <= high
    held = [r["value"] for r in published if (r["indicator"], r["entity"], r["period"]) == ("sector_rd_intensity", "sector:C", year)]
    assert held == [printed]


def test_the_divisions_of_2022_allow_1_5355_to_1_5514() -> None:
    spent = _manufacturing("2022", "rd_expenditure") * 100
    assert [str(round(spent / _manufacturing("2022", field), 4)) for field in ("revenue_high", "revenue_low")] == ["1.5355", "1.5514"]
