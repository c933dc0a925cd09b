"""Territory, groups of provinces and industries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest

from .conftest import PACKS, PLAN, SHARED, Rows, content, rows

FOLDER = PACKS / "kernel" / "hierarchies"
TERRITORY, GROUPS, INDUSTRY = (rows(FOLDER / f"{name}.csv") for name in ("territory", "macro_region", "industry"))


def test_territory_holds_the_34_province_level_codes() -> None:
    regions = [r for r in TERRITORY if r["id"].startswith("region:")]
    assert len(regions) == 34 and {r["parent"] for r in regions} == {"nation:CN"}


def test_codes_and_full_names_are_those_of_the_national_standard() -> None:
    file = SHARED / "data/plant/supply_chain/gbt2260/202212.json"
    if not file.exists():
        pytest.skip("the code table is not beside this checkout")
    standard = {code[:2]: name for code, name in json.loads(file.read_text(encoding="utf-8")).items() if code.endswith("0000")}
    ours = {r["id"].removeprefix("region:"): r["aliases"].split("|")[0] for r in TERRITORY if r["id"].startswith("region:")}
    assert ours == standard


def test_groups_of_provinces_are_those_of_national_statistics(shared: Callable[[str], Rows]) -> None:
    named = {r["name_zh"]: r for r in GROUPS}
    word = {"Eastern": "macro:east", "Central": "macro:central", "Western": "macro:west", "Northeast": "macro:northeast"}
    for region in shared("data/regions.csv"):
        if region["region_zh"] != "全国" and not region["region_zh"].endswith("地区"):
            ours = named[region["region_zh"]]
            assert (ours["name_en"], ours["parent"]) == (region["region_en"], word[region["macro_region"]])


def test_no_group_of_provinces_has_the_nation_above_it_so_that_none_is_counted_twice() -> None:
    groups = {r["id"]: r["parent"] for r in GROUPS if r["id"].startswith("macro:")}
    assert len(groups) == 4 and set(groups.values()) == {""}
    assert content(FOLDER / "macro_region.yaml")["cover"] == "partial"


def test_industry_holds_sections_b_c_d_with_all_their_divisions() -> None:
    divisions = [r["id"].removeprefix("sector:") for r in INDUSTRY if len(r["id"]) == len("sector:C35")]
    expected = [f"B{n:02d}" for n in range(6, 13)] + [f"C{n}" for n in range(13, 44)] + ["D44", "D45", "D46"]
    assert divisions == expected
    assert all(r["parent"] == f"sector:{r['id'][7]}" for r in INDUSTRY if len(r["id"]) == len("sector:C35"))


def test_published_sector_names_are_ours(shared: Callable[[str], Rows]) -> None:
    names = {r["name_zh"] for r in INDUSTRY}
    assert {r["sector_zh"] for r in shared("data/sector_rd_2019_2022.csv") if r["level"] != "total"} == names - {"中国"}


def test_an_entity_in_two_hierarchies_is_described_the_same_in_both() -> None:
    described: dict[str, tuple[str, str, str]] = {}
    for row in [*TERRITORY, *GROUPS, *INDUSTRY]:
        words = (row["name_zh"], row["name_en"], row["aliases"])
        assert described.setdefault(row["id"], words) == words


def test_no_name_or_alias_means_two_things() -> None:
    people = {r["id"]: r for r in [*TERRITORY, *GROUPS, *INDUSTRY]}
    names = Counter(n for r in people.values() for n in {r["name_zh"], r["name_en"], *r["aliases"].split("|")} if n)
    assert not [n for n, count in names.items() if count > 1]


def test_made_up_economies_are_nations_of_their_own() -> None:
    tops = {r["id"]: r["name_en"] for r in TERRITORY if not r["parent"]}
    assert tops["nation:SIM"] == "Simulated economy" and "nation:TEST" in tops


def test_every_fact_is_about_a_known_entity(published: Rows) -> None:
    known = {r["id"] for r in [*TERRITORY, *GROUPS, *INDUSTRY]}
    about = {r["entity"] for r in published}
    for table, column in (("sector_rd", "sector"), ("region_gerd", "region"), ("region_hightech", "region"), ("region_patents", "region")):
        about |= {r[column] for r in rows(PLAN / "data" / f"{table}.csv")}
    assert about <= known
