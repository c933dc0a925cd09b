"""The examples of docs/packs.md, put together, are a pack that lints and tests green."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pack.small_pack import codes
from zhizao.checks import rules
from zhizao.checks.packs import run
from zhizao.node.assemble import open_store
from zhizao.node.example import write as write_example
from zhizao.pack.load import load
from zhizao.pack.rules import RuleShape, ScreenShape
from zhizao.pack.shapes import FieldShape, HierarchyShape, IndicatorShape, NodeShape, ReconciliationShape, RecordShape

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
TABLES = {"hierarchies/territory.yaml": "hierarchies/territory.csv", "targets.csv": "targets.csv", "data.yaml": "data/plan_actuals.csv"}


def examples() -> dict[str, str]:
    """The files the page shows: the name stands in the heading above."""
    files: dict[str, str] = {}
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        name = re.sub(r".*`(.*)`", r"\1", heading)
        for language, text in re.findall(r"^```(yaml|csv)\n(.*?)^```", body, flags=re.MULTILINE | re.DOTALL):
            files[name if language == "yaml" else TABLES[name]] = text
    return files


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "my_pack"
    for name, text in examples().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_every_kind_of_file_has_an_example() -> None:
    shown = set(examples())
    assert {"pack.yaml", "quantities.yaml", "series.yaml", "plan.yaml", "data.yaml", "reconciliations.yaml", "targets.csv"} <= shown
    assert {name.split("/")[0] for name in shown if "/" in name} == {"records", "indicators", "hierarchies", "data", "rules"}
    assert len(re.findall(r"^```(?:yaml|csv)$", PAGE, flags=re.MULTILINE)) == len(shown)


def test_the_examples_lint_clean_but_for_the_name_they_share_with_the_kernel(pack: Path) -> None:
    library = load([pack])
    assert set(codes(library)) == {"same_name"}
    assert library.targets and library.data and library.reconciliations and library.packs["my_pack"].plan


def test_the_examples_test_green(pack: Path) -> None:
    outcomes = list(run(load([pack]), [pack], open_store))
    assert len(outcomes) == 4 and [o.message.en for o in outcomes if o.message] == []


def test_the_rules_of_the_examples_stay_silent_and_speak_in_time(pack: Path) -> None:
    outcomes = list(rules.run(load([pack]), [pack], open_store))
    assert len(outcomes) == 2 and [o.message.en for o in outcomes if o.message] == []


def test_every_key_of_the_language_is_on_the_page() -> None:
    shapes = (FieldShape, HierarchyShape, IndicatorShape, NodeShape, ReconciliationShape, RecordShape, RuleShape, ScreenShape)
    keys = {field.alias or name for shape in shapes for name, field in shape.model_fields.items()} - {"notes"}
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", PAGE)) == []


def test_the_pack_a_new_home_begins_with_lints_and_tests_green(tmp_path: Path) -> None:
    pack = write_example(tmp_path)
    library = load([pack])
    assert library.findings == ()
    outcomes = list(run(library, [pack], open_store))
    assert outcomes and all(outcome.passed for outcome in outcomes)
