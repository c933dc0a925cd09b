"""The plan lint: what is wrong between targets, plan, indicators and data."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.pack.small_pack import FILES, codes, loaded
from zhizao.model.finding import Finding
from zhizao.pack.load import builtin_folders, load

ROOT = Path(__file__).resolve().parents[2]
HEAD = FILES["targets.csv"].splitlines()[0] + "\n"


def targets(*rows: str) -> dict[str, str | None]:
    return {"targets.csv": HEAD + "\n".join(rows) + "\n"}


def found(tmp_path: Path, *rows: str) -> list[tuple[str, str, int]]:
    return [(f.code, f.severity, f.place.line) for f in loaded(tmp_path, targets(*rows)).findings]


@pytest.mark.parametrize(
    ("row", "code", "severity"),
    [
        ("spendin_rate,2020,level,up,percent,,,1,1,,,plan", "target_without_indicator", "blocking"),
        ("spending_rate,2020,level,up,percent,,,1,1,,,", "target_without_source", "doubtful"),
        ("spending_rate,2020,level,down,percent,,,1,1,,,plan", "direction", "blocking"),
        ("spending_rate,2020,level,up,percent,2015,2,1,1,,,plan", "direction", "doubtful"),
        ("spending_rate,2020,level,up,percentage_point,,,1,1,,,plan", "percent_point", "blocking"),
        ("spending_rate,2020,level,up,tce,,,1,1,,,plan", "unit", "blocking"),
        ("spending_rate,2020,level,up,tonnes,,,1,1,,,plan", "unit", "blocking"),
        ("spending_rate,2020,level,up,percent,,,1,2,,,plan", "no_reason", "blocking"),
        ("spending_rate,2020,level,up,percent,,,1,2,因为,,plan", "no_en", "blocking"),
        ("spending_rate,2020,levle,up,percent,,,1,1,,,plan", "shape", "blocking"),
        ("spending_rate,2020,level,up,percent,,,one,1,,,plan", "shape", "blocking"),
        ("spending_rate,,level,up,percent,,,1,1,,,plan", "shape", "blocking"),
        ("spending_rate,2020,band,up,percent,,,1,1,,,plan", "shape", "blocking"),
    ],
)
def test_a_faulty_target_is_found(tmp_path: Path, row: str, code: str, severity: str) -> None:
    assert found(tmp_path, row) == [(code, severity, 2)]


@pytest.mark.parametrize("form", ["cut_since", "change_since"])
def test_a_cumulative_target_that_runs_backward_is_blocking_where_the_printed_figure_is_used(tmp_path: Path, form: str) -> None:
    rows = [f"spending_rate,2020,{form},up,percent,2015,,18,18,,,plan", f"spending_rate,2025,{form},up,percent,2015,,3.4,3.4,,,plan"]
    assert found(tmp_path, *rows) == [("cumulative_backward", "blocking", 3)]


def test_a_cumulative_target_that_runs_backward_is_doubtful_where_it_is_replaced_with_a_reason(tmp_path: Path) -> None:
    rows = ["spending_rate,2020,cut_since,up,percent,2015,,18,18,,,plan", "spending_rate,2025,cut_since,up,percent,2015,,3.4,34,漏印,a lost zero,plan"]
    assert found(tmp_path, *rows) == [("cumulative_backward", "doubtful", 3)]


def test_an_average_growth_that_slows_is_no_step_back(tmp_path: Path) -> None:
    rows = ["spending_rate,2020,average_growth,up,percent,,,7.5,7.5,,,plan", "spending_rate,2025,average_growth,up,percent,,,6.5,6.5,,,plan"]
    assert found(tmp_path, *rows) == []


def test_an_interim_target_outside_its_path_is_doubted(tmp_path: Path) -> None:
    rows = ["spending_rate,2020,level,up,percent,2015,0.9,2.5,2.5,,,plan", "spending_rate,2025,level,up,percent,2015,0.9,1.6,1.6,,,plan"]
    assert found(tmp_path, *rows) == [("interim_not_between", "doubtful", 2)]


def test_the_same_target_twice_is_found(tmp_path: Path) -> None:
    row = "spending_rate,2020,level,up,percent,2015,0.9,1,1,,,plan"
    assert ("repeated_id", "blocking", 3) in found(tmp_path, row, row)


def test_a_task_a_goal_and_an_indicator_without_each_other_are_doubted(tmp_path: Path) -> None:
    plan = FILES["plan.yaml"] + "  - {id: g1, kind: goal, name: {zh: 目标, en: Goal}}\n"
    indicator = FILES["indicators/spending_rate.yaml"].replace("goals: [t1]\n", "")
    library = loaded(tmp_path, {"plan.yaml": plan, "indicators/spending_rate.yaml": indicator})
    assert sorted(codes(library)) == ["goal_without_indicator", "indicator_without_task", "task_without_indicator"]
    assert all(f.severity == "doubtful" for f in library.findings)


def test_an_indicator_listed_in_the_plan_serves_its_task(tmp_path: Path) -> None:
    plan = FILES["plan.yaml"].replace("section:", "indicators: [spending_rate], section:")
    indicator = FILES["indicators/spending_rate.yaml"].replace("goals: [t1]\n", "")
    assert codes(loaded(tmp_path, {"plan.yaml": plan, "indicators/spending_rate.yaml": indicator})) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("plan.yaml", "section:", "indicators: [nothing], section:", "unknown_name"),
        ("plan.yaml", "section:", "serves: ['record:nothing'], section:", "unknown_name"),
        ("indicators/spending_rate.yaml", "goals: [t1]", "goals: [t1, t9]", "unknown_name"),
        ("indicators/spending_rate.yaml", "record: plant_year", "record: plant_yaer", "unknown_name"),
        ("indicators/spending_rate.yaml", "source: ours", "weight: grade", "unknown_field"),
        ("indicators/spending_rate.yaml", "source: ours", "variant_of: nothing", "unknown_name"),
        ("records/plant_year.yaml", "time: year", "time: yaer", "unknown_field"),
        ("records/plant_year.yaml", "unit: tce", "unit: tec", "unit"),
        ("records/plant_year.yaml", "level: enterprise", "level: enterprize", "unknown_level"),
        ("indicators/spending_rate.test.yaml", "plant_year:", "plant_yaer:", "unknown_name"),
        ("indicators/spending_rate.test.yaml", "spending: 10", "spendin: 10", "unknown_field"),
        ("indicators/spending_rate.test.yaml", "expect:", "expects:", "shape"),
    ],
)  # fmt: skip
def test_a_name_of_something_that_does_not_exist_is_found(tmp_path: Path, name: str, old: str, new: str, code: str) -> None:
    library = loaded(tmp_path, {name: FILES[name].replace(old, new)})
    assert code in [f.code for f in library.findings if f.place.file.endswith(name)]


def test_an_overlap_needs_a_rule(tmp_path: Path) -> None:
    text = "id: clusters\nname: {zh: 集群, en: Clusters}\nrelation: located_in\ncover: overlap\nlevels:\n"
    text += "  - {id: cluster, prefix: cluster, name: {zh: 集群, en: Cluster}}\n"
    assert codes(loaded(tmp_path / "a", {"hierarchies/clusters.yaml": text})) == ["overlap_without_rule"]
    with_rule = text + "rule: {zh: 不可相加, en: not to be added}\n"
    assert codes(loaded(tmp_path / "b", {"hierarchies/clusters.yaml": with_rule})) == []


def test_members_of_a_hierarchy_are_held_against_its_levels(tmp_path: Path) -> None:
    text = "id: parks\nname: {zh: 园区, en: Parks}\nrelation: located_in\ncover: partition\nmembers: parks.csv\nlevels:\n"
    text += "  - {id: park, prefix: park, pattern: '\\d+', name: {zh: 园区, en: Park}}\n"
    rows = "id,parent,name_zh,name_en,aliases\npark:1,,一,One,\npark:x,,二,Two,\npark:1,park:2,三,Three,\npark:3,park:9,四,Four,\nnope,,五,Five,\n"
    library = loaded(tmp_path, {"hierarchies/parks.yaml": text, "hierarchies/parks.csv": rows})
    assert sorted(codes(library)) == ["shape", "unknown_level", "unknown_name", "unknown_name"]
    assert [entity.id for entity, _ in library.hierarchies["parks"].members] == ["park:1"]


def test_data_columns_are_held_against_the_record_type(tmp_path: Path) -> None:
    change = {"data.yaml": "- {record: plant_year, file: f.csv}\n- {record: plant_year, file: gone.csv}\n", "data/f.csv": "enterprise,revenu\nA,1\n"}
    library = loaded(tmp_path, change)
    assert sorted((f.code, f.severity) for f in library.findings) == [
        ("no_file", "blocking"), ("unknown_field", "blocking"), ("unknown_field", "doubtful"),
    ]  # fmt: skip


def test_an_ordered_series_must_be_published(tmp_path: Path) -> None:
    library = loaded(tmp_path, {"series.yaml": "order:\n  spending_rate: [spending_rate.nbs]\n  nothing: [x]\n"})
    assert sorted((f.code, f.place.line) for f in library.findings) == [("unknown_name", 3), ("unknown_series", 2)]


def test_data_never_leaves_the_pack(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n", encoding="utf-8")
    library = loaded(tmp_path / "p", {"data.yaml": "- {record: plant_year, file: ../../secret.csv}\n"})
    assert codes(library) == ["no_file"] and library.data == ()


def test_a_file_nobody_reads_is_doubted(tmp_path: Path) -> None:
    library = loaded(tmp_path, {"indicator/x.yaml": "id: x\n"})
    assert [(f.code, f.cure.en) for f in library.findings] == [("stray_file", "write indicators")]


def damaged() -> list[Finding]:
    return [f for f in load(builtin_folders()).findings if f.code == "cumulative_backward"]


def test_the_three_damaged_figures_of_the_plan_are_named_and_doubtful_since_they_are_replaced() -> None:
    assert sorted(re.findall(r"printed ([\d.]+)", " ".join(f.message.en for f in damaged()))) == ["3.4", "4.0", "4.1"]
    assert {f.severity for f in damaged()} == {"doubtful"}


@pytest.mark.skipif(not (ROOT.parent / "shared" / "data").is_dir(), reason="the reference data lies beside the checkout")
def test_the_plan_as_printed_runs_backward_in_exactly_three_places(tmp_path: Path) -> None:
    with (ROOT.parent / "shared" / "data" / "plan_targets.csv").open(encoding="utf-8-sig", newline="") as file:
        cuts = [row for row in csv.DictReader(file) if row["target_form"].startswith(("cut", "change"))]
    rows = [
        f"spending_rate,{year},cut_since,up,percent,2015,,{row[f'printed_{year}']},{row[f'printed_{year}']},,,{row['indicator']}"
        for row in cuts
        for year in (2020, 2025)
    ]
    plans = [row + f",{row.rsplit(',', 1)[1]}" for row in rows]
    library = loaded(tmp_path, {"targets.csv": HEAD.strip() + ",plan\n" + "\n".join(plans) + "\n"})
    backward = [f for f in library.findings if f.code == "cumulative_backward"]
    assert [re.findall(r"printed ([\d.]+)", f.message.en) for f in backward] == [["3.4"], ["4.0"], ["4.1"]]
    assert {f.severity for f in backward} == {"blocking"}


def test_every_code_is_in_the_documents_table() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/zhizao/pack").rglob("*.py"))
    written = set(re.findall(r"(?:blocking|doubtful|note)\(\s*\"([a-z_]+)\"", sources)) | set(re.findall(r"code=\"([a-z_]+)\"", sources))
    table = (ROOT / "docs/packs.md").read_text(encoding="utf-8")
    assert len(written) > 25 and sorted(code for code in written if f"`{code}`" not in table) == []


def test_every_finding_speaks_both_languages_and_has_a_cure(tmp_path: Path) -> None:
    library = loaded(tmp_path, {name: text.replace("revenue", "revenu", 1) for name, text in FILES.items()})
    for finding in library.findings:
        assert finding.message.zh and finding.message.en and finding.cure.zh and finding.cure.en and finding.place.line
