"""A wrong key or type hides nothing: the rest of the file, and of the pack, is looked at all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pack.small_pack import FILES, codes, loaded
from zhizao.pack.content import Content
from zhizao.pack.found import Found
from zhizao.pack.shaped import shaped
from zhizao.pack.shapes import HierarchyShape, IndicatorShape, PackShape, PlanShape, RecordShape

RECORD, INDICATOR, TEST = "records/plant_year.yaml", "indicators/spending_rate.yaml", "indicators/spending_rate.test.yaml"


def changed(name: str, *changes: tuple[str, str]) -> dict[str, str | None]:
    text = FILES[name]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return {name: text}


def test_a_wrong_key_does_not_hide_the_formula_or_a_missing_language(tmp_path: Path) -> None:
    change = changed(INDICATOR, ("source: ours", "wieght: revenue"), ("sum(revenue)", "sum(revenu)"), (", en: Spending rate", ""))
    library = loaded(tmp_path, {**change, "targets.csv": None})
    assert [(f.code, f.place.line) for f in library.findings] == [("no_en", 2), ("unknown_field", 7), ("shape", 11)]
    assert "spending_rate" not in library.indicators


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("unit: percent", "unit: [percent]", ["shape", "unknown_field"]),
        ("unit: percent\n", "", ["shape", "unknown_field"]),
        ("period: year", "period: yaer", ["shape", "unknown_field"]),
        ("direction: up", "direction: upward", ["shape", "unknown_field"]),
        ("zero: undefined", "zero: nothing", ["shape", "unknown_field"]),
        ("number: 1", "number: one", ["shape", "unknown_field"]),
        ("goals: [t1]", "goals: t1", ["shape", "unknown_field"]),
        ("record: plant_year", "record: {a: b}", ["shape"]),
    ],
)  # fmt: skip
def test_what_stands_in_for_a_wrong_value_makes_no_finding_of_its_own(tmp_path: Path, old: str, new: str, told: list[str]) -> None:
    change = changed(INDICATOR, (old, new), ("sum(revenue)", "sum(revenu)"))
    library = loaded(tmp_path, {**change, "targets.csv": None, "plan.yaml": None} | ({} if "goals" in old else changed_goals(change)))
    assert sorted(codes(library)) == sorted(told)
    assert "spending_rate" not in library.indicators


def changed_goals(change: dict[str, str | None]) -> dict[str, str | None]:
    return {INDICATOR: str(change[INDICATOR]).replace("goals: [t1]\n", "")}


def test_every_wrong_field_is_told_and_formulas_on_it_are_not_blamed(tmp_path: Path) -> None:
    change = changed(RECORD, ("revenue: {type: decimal", "revenue: {type: number"), ("unit: tce", "unti: tce"), ("unit: person", "unit: persn"))
    library = loaded(tmp_path, change)
    assert sorted((f.code, f.place.line) for f in library.findings) == [("shape", 10), ("shape", 13), ("unit", 14)]
    assert "plant_year" not in library.records and "spending_rate" not in library.indicators


def test_a_weight_and_a_reconciliation_on_a_wrong_field_are_not_blamed(tmp_path: Path) -> None:
    made = "- {id: r, name: {zh: 一, en: One}, record: plant_year, field: revenue, parts_level: enterprise, whole: 'nation:CN', printed_unit: 1}\n"
    change = {**changed(RECORD, ("revenue: {type: decimal", "revenue: {type: number")), **changed(INDICATOR, ("source: ours", "weight: revenue"))}
    assert codes(loaded(tmp_path, {**change, "reconciliations.yaml": made})) == ["shape"]


def test_a_record_type_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path, {RECORD: "{ broken", "targets.csv": None})) == ["yaml"]


def test_a_wrong_key_of_a_test_does_not_hide_its_rows(tmp_path: Path) -> None:
    change = changed(TEST, ("expect:", "expects:"), ("spending: 10", "spendin: 10"))
    assert sorted(codes(loaded(tmp_path, change))) == ["shape", "shape", "unknown_field"]


def test_a_wrong_key_of_the_pack_does_not_hide_the_pack(tmp_path: Path) -> None:
    library = loaded(tmp_path, {**changed("pack.yaml", ("version", "author: me\nversion")), **changed(RECORD, ("unit: tce", "unit: tec"))})
    assert codes(library) == ["shape", "unit"] and "small" in library.packs


def test_a_wrong_key_of_the_plan_does_not_hide_its_other_nodes(tmp_path: Path) -> None:
    plan = FILES["plan.yaml"] + "  - {id: t2, kind: task, sectoin: '2', name: {zh: 任务, en: Task}}\n  - {id: t3, kind: task, name: {zh: 任务}}\n"
    library = loaded(tmp_path, {"plan.yaml": plan})
    assert [f.code for f in library.blocking] == ["shape", "no_en"] and library.packs["small"].plan is None


def test_wrong_entries_of_a_list_are_left_out_and_the_others_stay(tmp_path: Path) -> None:
    change = {
        "data.yaml": "- {record: plant_year, flie: a.csv}\n- {record: plant_year, file: f.csv}\n", "data/f.csv": "enterprise,year\nA,2020\n",
        "quantities.yaml": "a: {name: {zh: 甲, en: A}, unit: kW, behavior: gauge}\nb: {name: {zh: 乙, en: B}, unit: kW}\n",
    }  # fmt: skip
    library = loaded(tmp_path, change)
    assert codes(library) == ["shape", "shape", "shape"] and len(library.data) == 1
    assert "b" in library.quantities and "a" not in library.quantities


_WORDS = st.sampled_from(["id", "zh", "en", "name", "unit", "formula", "fields", "type", "levels", "nodes", "year", "decimal", "a", "0"])
_TREES: st.SearchStrategy[Any] = st.recursive(
    _WORDS | st.integers(-9, 9) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(shape=st.sampled_from([PackShape, RecordShape, IndicatorShape, HierarchyShape, PlanShape]), tree=_TREES)
def test_any_tree_fits_or_gives_findings(shape: Any, tree: Any) -> None:
    found, content = Found(), Content("f.yaml", tree)
    fitted = shaped(content, shape, found)
    assert bool(found) == bool(content.faulty) and (fitted is not None or found)
    assert all(f.message.zh and f.cure.en for f in found)
