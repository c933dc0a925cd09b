"""Every check of content but formulas: the fault is told with file, line and cure, and doing what the cure says makes it go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.pack.small_pack import FILES, codes, loaded

RECORD, INDICATOR, TEST, PLAN = "records/plant_year.yaml", "indicators/spending_rate.yaml", "indicators/spending_rate.test.yaml", "plan.yaml"
PARKS, MEMBERS = "hierarchies/parks.yaml", "hierarchies/parks.csv"
EXTRA: Mapping[str, str] = {
    **FILES,
    PARKS: "id: parks\nname: {zh: 园区, en: Parks}\nrelation: located_in\ncover: partition\nmembers: parks.csv\nlevels:\n"
    "  - {id: park, prefix: park, pattern: '[a-z]', name: {zh: 园区, en: Park}}\n  - {id: zone, prefix: zone, name: {zh: 片区, en: Zone}}\n",
    MEMBERS: "id,parent,name_zh,name_en\npark:a,zone:x,甲,A\npark:b,zone:x,乙,B\nzone:x,,丙,X\n",
    "data.yaml": "- {record: plant_year, file: f.csv}\n",
    "data/f.csv": "enterprise,year,revenue\nA,2020,1\n",
    "reconciliations.yaml": "- {id: whole, name: {zh: 合计, en: Whole}, record: plant_year, field: revenue, parts_level: enterprise, whole: 'nation:CN', printed_unit: 1}\n",
    "quantities.yaml": 'power: {name: {zh: 功率, en: Power}, unit: kW, resolution: "0.1"}\n',
}

FAULTS = [
    # file, what is changed to what, code, severity, line, words of the cure, what mends it (as the cure says)
    (INDICATOR, "source: ours", "\tsource: ours", "yaml", "blocking", 11, "indent with spaces", "source: ours"),
    (INDICATOR, "source: ours", "source: &x ours", "yaml", "blocking", 11, "quotes", "source: '&x ours'"),
    (INDICATOR, "Spending rate", "Spending\x07 rate", "yaml", "blocking", 2, "remove the invisible", "Spending rate"),
    (INDICATOR, "source: ours", "unit: ratio", "repeated_key", "blocking", 11, "remove one", ""),
    (INDICATOR, "source: ours", "souce: ours", "shape", "blocking", 11, "write source", "source: ours"),
    (INDICATOR, "number: 1", "number: first", "shape", "blocking", 10, "a whole number", "number: 2"),
    (INDICATOR, "zh: 支出率, ", "", "no_zh", "blocking", 2, "add zh", "zh: 率, "),
    (INDICATOR, ", en: Spending rate", "", "no_en", "blocking", 2, "add en", ", en: Rate"),
    (INDICATOR, "id: spending_rate", "id: spending_part", "file_name", "doubtful", 1, "rename it", "id: spending_rate"),
    (INDICATOR, "goals: [t1]", "goals: [t1, t2]", "unknown_name", "blocking", 9, "t1", "goals: [t1]"),
    (INDICATOR, "record: plant_year", "record: plant_yaer", "unknown_name", "blocking", 6, "write plant_year", "record: plant_year"),
    (INDICATOR, "source: ours", "weight: revenu", "unknown_field", "blocking", 11, "write revenue", "weight: revenue"),
    (INDICATOR, "source: ours", "variant_of: spending_ratio", "unknown_name", "blocking", 11, "write spending_rate", "variant_of: spending_rate"),
    (INDICATOR, "zero: undefined\n", "", "zero_rule", "blocking", 7, "add zero: undefined", "zero: undefined\n"),
    (INDICATOR, "period: year", "period: month", "period", "blocking", 5, "period: year", "period: year"),
    (INDICATOR, "unit: percent", "unit: percents", "unit", "blocking", 3, "write percent", "unit: percent"),
    (RECORD, "unit: tce", "unit: tec", "unit", "blocking", 13, "write tce", "unit: tce"),
    (RECORD, "time: year", "time: yaer", "unknown_field", "blocking", 4, "write year", "time: year"),
    (RECORD, "level: enterprise", "level: enterprize", "unknown_level", "doubtful", 8, "write enterprise", "level: enterprise"),
    (RECORD, "year: {type: period", "year: {type: integer", "field_type", "blocking", 9, "type: period", "year: {type: period"),
    (RECORD, "enterprise: {type: entity, level: enterprise,", "enterprise: {type: text,", "field_type", "blocking", 8, "type: entity", "enterprise: {type: entity, level: enterprise,"),
    (RECORD, "unit: tce", "unit: tce, min: none", "shape", "blocking", 13, "such as 0", "unit: tce, min: 0"),
    (RECORD, "unit: tce", "unit: tce, min: 2, max: 1", "shape", "blocking", 13, "exchange", "unit: tce, min: 1, max: 2"),
    (RECORD, "values: [A, B]", "unit: tce", "shape", "doubtful", 16, "remove unit", "values: [A]"),
    (RECORD, "unit: tce", "unit: tce, price: current", "price_basis", "doubtful", 13, "remove price", "unit: tce"),
    (RECORD, 'price: "2015", ', "", "price_basis", "doubtful", 12, 'price: "2015"', 'price: "2015", '),
    (RECORD, "key: [enterprise, year]", "key: [enterprise, year, year]", "repeated_key", "blocking", 6, "remove one", "key: [enterprise, year]"),
    (RECORD, "period: year", "known_by: published_at", "unknown_field", "doubtful", 5, "remove known_by", ""),
    ("pack.yaml", "[kernel]", "[kernel, other]", "needs", "blocking", 4, "kernel", "[kernel]"),
    ("pack.yaml", "[kernel]", "[kernel, small]", "needs", "blocking", 4, "remove", "[kernel]"),
    (TEST, "spending: 10", "spendin: 10", "unknown_field", "blocking", 4, "write spending", "spending: 10"),
    (TEST, "plant_year:", "plant_yaer:", "unknown_name", "blocking", 4, "write plant_year", "plant_year:"),
    (PLAN, "kind: task", "kind: tsak", "shape", "blocking", 4, "write one of", "kind: task"),
    (PLAN, 'section: "1"', "indicators: [spendin_rate]", "unknown_name", "blocking", 4, "write spending_rate", "indicators: [spending_rate]"),
    (PLAN, 'section: "1"', "serves: ['record:plant_yaer']", "unknown_name", "blocking", 4, "write plant_year", "serves: ['record:plant_year']"),
    (PLAN, 'section: "1"', "serves: ['recrod:plant_year']", "unknown_name", "blocking", 4, "write record", "serves: ['record:plant_year']"),
    (PLAN, "nodes:\n", "nodes:\n  - {id: t1, kind: field, name: {zh: 一, en: One}}\n", "repeated_key", "blocking", 5, "of its own", "nodes:\n  - {id: t0, kind: field, name: {zh: 一, en: One}}\n"),
    (PLAN, "nodes:\n", "nodes:\n  - {id: g, kind: goal, name: {zh: 一, en: One}}\n", "goal_without_indicator", "doubtful", 4, "indicators: […]", "nodes:\n  - {id: g, kind: goal, indicators: [spending_rate], name: {zh: 一, en: One}}\n"),
    (PARKS, "cover: partition", "cover: overlap", "overlap_without_rule", "blocking", 4, "cover: partition", "cover: overlap\nrule: {zh: 不可相加, en: not added up}"),
    (PARKS, "members: parks.csv", "members: ../parks.csv", "no_file", "blocking", 5, "a file name", "members: parks.csv"),
    (PARKS, "'[a-z]'", "'([a-z]+)+'", "shape", "blocking", 7, "write for example", "'[a-z]+'"),
    (PARKS, "'[a-z]'", "'[a-'", "shape", "blocking", 7, "write for example", "'[a-z]'"),
    (MEMBERS, "zone:x,,丙", "zone:x,zone:x,丙", "circle", "blocking", 4, "change the parent", "zone:x,,丙"),
    (MEMBERS, "park:b,zone:x", "park:b,park:b", "circle", "blocking", 3, "change the parent", "park:b,zone:x"),
    (MEMBERS, "zone:x,,丙", "zone:x,park:a,丙", "level_order", "blocking", 4, "exchange", "zone:x,,丙"),
    (MEMBERS, "park:b,zone:x", "park:b,zone:z", "unknown_name", "blocking", 3, "write zone:x", "park:b,zone:x"),
    (MEMBERS, "park:b,", "park:7,", "unknown_level", "blocking", 3, "park:[a-z]", "park:c,"),
    (MEMBERS, "乙,B", "乙,", "no_en", "blocking", 3, "name_en", "乙,B"),
    (MEMBERS, "乙,B", '"乙,B', "shape", "blocking", 3, "quotation marks", '"乙",B'),
    ("data.yaml", "f.csv", "g.csv", "no_file", "blocking", 1, "its name", "f.csv"),
    ("data/f.csv", "revenue", "revenu", "unknown_field", "doubtful", 1, "write revenue", "revenue"),
    ("data/f.csv", "year,", "yaer,", "unknown_field", "blocking", 1, "add a column year", "year,"),
    ("reconciliations.yaml", "field: revenue", "field: grade", "unknown_field", "blocking", 1, "write", "field: spending"),
    ("reconciliations.yaml", "parts_level: enterprise", "parts_level: entreprise", "unknown_level", "blocking", 1, "write enterprise", "parts_level: enterprise"),
    ("reconciliations.yaml", "nation:CN", "China", "shape", "blocking", 1, "nation:CN", "nation:CN"),
    ("reconciliations.yaml", "printed_unit: 1", "printed_unit: '1e999999999'", "shape", "blocking", 1, "ordinary size", "printed_unit: '10'"),
    ("quantities.yaml", "unit: kW", "unit: kw", "unit", "blocking", 1, "write kW", "unit: kW"),
    ("quantities.yaml", "0.1", "1e-999999999", "shape", "blocking", 1, "ordinary size", "0.001"),
    ("targets.csv", "1.6,1.6,,,plan", "1.6,1.7,,,plan", "no_reason", "blocking", 3, "reason_zh", "1.6,1.7,印误,misprint,plan"),
    ("targets.csv", "1.6,1.6,,,plan", "1.6,1.6,,,", "target_without_source", "doubtful", 3, "source", "1.6,1.6,,,plan"),
    ("targets.csv", "spending_rate,2025", "spendin_rate,2025", "target_without_indicator", "blocking", 3, "write spending_rate", "spending_rate,2025"),
    ("targets.csv", "2025,level,up,percent,", "2025,level,up,percentage_point,", "percent_point", "blocking", 3, "write percent", "2025,level,up,percent,"),
    ("targets.csv", "2025,level,up", "2025,level,down", "direction", "blocking", 3, "same direction", "2025,level,up"),
    ("targets.csv", "1.2,1.2", "1.9,1.9", "interim_not_between", "doubtful", 2, "three figures", "1.3,1.3"),
    ("targets.csv", "2025,level", "2020,level", "repeated_id", "blocking", 3, "remove one row", "2025,level"),
    ("targets.csv", "1.6,1.6,", "1e9999999,,", "shape", "blocking", 3, "a number", "1.6,,"),
    ("targets.csv", "2025,level", "20250,level", "shape", "blocking", 3, "1000 to 9999", "2025,level"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "code", "severity", "line", "cure", "mended"), FAULTS)
def test_a_fault_has_its_place_and_its_cure_mends_it(
    tmp_path: Path, name: str, old: str, new: str, code: str, severity: str, line: int, cure: str, mended: str
) -> None:
    assert old in EXTRA[name]
    told = loaded(tmp_path / "a", {**EXTRA, name: EXTRA[name].replace(old, new, 1)}).findings
    assert (Path(name).name, line, severity) in [(Path(f.place.file).name, f.place.line, f.severity) for f in told if f.code == code]
    assert any(cure in f.cure.en for f in told if f.code == code)
    assert codes(loaded(tmp_path / "b", {**EXTRA, name: EXTRA[name].replace(old, mended, 1)})) == []


def test_the_pack_that_is_changed_has_no_finding(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path, EXTRA)) == []


def test_an_unreplaced_step_back_is_mended_by_a_figure_with_its_reason(tmp_path: Path) -> None:
    head = EXTRA["targets.csv"].splitlines()[0] + "\nspending_rate,2020,cut_since,up,percent,2015,,18,18,,,plan\nspending_rate,2025,cut_since,up,percent,2015,,"
    told = loaded(tmp_path / "a", {"targets.csv": head + "3.4,3.4,,,plan\n"}).findings
    assert [(f.code, f.severity, f.place.line) for f in told] == [("cumulative_backward", "blocking", 3)] and "used" in told[0].cure.en
    mended = loaded(tmp_path / "b", {"targets.csv": head + "3.4,34,漏印,a lost zero,plan\n"}).findings
    assert [(f.code, f.severity) for f in mended] == [("cumulative_backward", "doubtful")]


def test_nothing_can_be_due_in_each_period_of_an_instant(tmp_path: Path) -> None:
    owed = EXTRA[RECORD].replace("key: [enterprise, year]", "key: [enterprise, year]\ndue: each_period", 1)
    assert codes(loaded(tmp_path / "a", {**EXTRA, RECORD: owed})) == []
    told = loaded(tmp_path / "b", {**EXTRA, RECORD: owed.replace("year: {type: period", "year: {type: instant", 1)}).findings
    assert [(f.code, f.severity, f.place.line) for f in told if f.code == "due"] == [("due", "blocking", 7)]


@pytest.mark.parametrize("role", ["enterprise", "year", "grade", "published_at"])
def test_a_personal_field_must_not_be_what_the_record_hangs_on(tmp_path: Path, role: str) -> None:
    wider = EXTRA[RECORD].replace("key: [enterprise, year]", "key: [enterprise, year, grade]") + "  published_at: {type: text, name: {zh: 公布, en: Published}}\n"
    marked = wider.replace(f"  {role}: {{", f"  {role}: {{personal: true, ", 1)
    told = loaded(tmp_path, {**EXTRA, RECORD: marked}).findings
    assert [(f.severity, "pseudonym" in f.cure.en) for f in told if f.code == "personal"] == [("blocking", True)]


def test_any_other_field_may_be_personal(tmp_path: Path) -> None:
    marked = EXTRA[RECORD].replace("grade: {", "grade: {personal: true, ", 1).replace("staff: {", "staff: {personal: true, ", 1)
    library = loaded(tmp_path, {**EXTRA, RECORD: marked})
    assert codes(library) == []
    assert [f.id for f in library.records["plant_year"].personal] == ["staff", "grade"]
