"""What every file of the shipped packs must be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import PACKS, PLAN, content, rows

YAML = sorted(PACKS.rglob("*.yaml"))
FILES = sorted(f for f in PACKS.rglob("*") if f.is_file() and f.suffix in (".yaml", ".csv", ".md"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def texts(value: Any) -> Iterator[dict[str, str]]:
    """Every mapping that has words in a language."""
    if isinstance(value, dict):
        if {"zh", "en"} & value.keys():
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts(item)


@pytest.mark.parametrize("file", YAML, ids=lambda f: str(f.relative_to(PACKS)))
def test_every_text_is_in_chinese_and_in_english(file: Path) -> None:
    for text in texts(content(file)):
        assert text.keys() == {"zh", "en"} and CHINESE.search(text["zh"]) and re.search("[A-Za-z]", text["en"]), text


@pytest.mark.parametrize("file", [f for f in YAML if not f.name.endswith(".test.yaml")], ids=lambda f: str(f.relative_to(PACKS)))
def test_every_named_thing_has_both_names(file: Path) -> None:
    found = content(file)
    for thing in found if isinstance(found, list) else [found]:
        if "id" in thing and file.name != "pack.yaml" and file.name != "plan.yaml":
            assert {"zh", "en"} <= thing["name"].keys()


def test_files_are_named_for_what_they_hold() -> None:
    for folder in ("records", "indicators", "hierarchies"):
        for file in (f for f in YAML if f.parent.name == folder and not f.name.endswith(".test.yaml")):
            assert content(file)["id"] == file.stem


def test_ids_are_unique_over_the_packs() -> None:
    for folder in ("records", "indicators", "hierarchies"):
        ids = Counter(content(f)["id"] for f in YAML if f.parent.name == folder and not f.name.endswith(".test.yaml"))
        assert not [i for i, n in ids.items() if n > 1]


def test_every_indicator_has_a_test_and_every_test_an_indicator() -> None:
    names = {f.name for f in (PLAN / "indicators").iterdir()}
    tests = {n for n in names if n.endswith(".test.yaml")}
    assert {n.replace(".yaml", ".test.yaml") for n in names - tests} == tests


def test_a_computed_indicator_is_tested_by_cases_and_a_published_one_by_its_series(indicators: dict[str, Any]) -> None:
    for name, indicator in indicators.items():
        test = content(PLAN / "indicators" / f"{name}.test.yaml")
        assert test.get("published" if indicator["formula"] is None else "cases"), name


def test_every_table_the_packs_name_is_there_and_every_table_there_is_named() -> None:
    named = {f.parent / "data" / d["file"] for f in PACKS.rglob("data.yaml") for d in content(f)} | {PLAN / "targets.csv"}
    named |= {f.parent / content(f)["members"] for f in YAML if f.parent.name == "hierarchies" and "members" in content(f)}
    assert named == set(PACKS.rglob("*.csv"))


def test_no_row_of_a_table_is_longer_or_shorter_than_its_head() -> None:
    for file in PACKS.rglob("*.csv"):
        for row in rows(file):
            assert None not in row and None not in row.values(), (file, row)


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKS)))
def test_no_file_names_a_folder_outside_the_packs(file: Path) -> None:
    assert not re.search(r"\bshared/|/work/|/tmp/|/home/|https?://", file.read_text(encoding="utf-8"))
