"""What the plan's pack puts beside its figures: intervals, context, names of publishers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zhizao.model.library import Library
from zhizao.pack.load import load

from .conftest import PACKS, PLAN, Rows, rows

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLAIN = re.compile(r"[\d\s.()*/+-]+")
"""Arithmetic reads the same in both languages."""


@pytest.fixture(scope="module")
def library() -> Library:
    return load([PACKS / "kernel", PLAN])


def test_the_intensity_of_manufacturing_is_held_beside_its_interval(library: Library) -> None:
    (made,) = library.roundings
    assert (made.figure, made.entity, str(made.printed_unit)) == ("sector_rd_intensity", "sector:C", "0.01")


def test_the_context_holds_sectors_provinces_and_nations(library: Library) -> None:
    shown = {(c.indicator, c.by) for c in library.contexts}
    assert {("manufacturing_power_index", "nation"), ("sector_rd_expenditure", "sector"), ("region_gerd", "region"),
            ("region_valid_patents", "region"), ("hightech_revenue", "region")} <= shown  # fmt: skip


def test_the_plan_says_whom_it_is_about(library: Library) -> None:
    plan = library.packs["made_in_china_2025"].plan
    assert plan is not None and plan.entity == "nation:CN"


def test_every_publisher_and_remark_of_the_data_has_a_chinese_name(library: Library, published: Rows) -> None:
    said = [library.wording.publisher(r["publisher"]).zh for r in published]
    said += [library.wording.phrase(r["note"]).zh for r in published if r["note"] and not PLAIN.fullmatch(r["note"])]
    assert not {text for text in said if not CHINESE.search(text)}


def test_every_source_begins_with_its_publisher_in_chinese(library: Library, published: Rows) -> None:
    """Only the name of one author is not known in Chinese."""
    shown = {library.wording.source(r["source"]).zh for r in published if not r["source"].startswith("Qiu Ping")}
    assert not {text for text in shown if not CHINESE.search(text[:6])}


def test_the_plans_beside_ours_are_named_in_chinese(library: Library) -> None:
    others = {r["plan"] for r in rows(PLAN / "targets.csv") if r["plan"]}
    assert others and not {plan for plan in others if not CHINESE.search(library.wording.phrase(plan).zh)}


def test_english_reads_as_the_data_are_written(library: Library, published: Rows) -> None:
    changed = {r["source"] for r in published if library.wording.source(r["source"]).en != r["source"]}
    assert {source.partition(" ")[0].strip(",") for source in changed} <= {"CAE"}


# ── what is wrong in these files is told ────────────────────────────────────────────────────────────────────────


def broken(folder: Path, name: str, text: str) -> list[str]:
    (folder / "pack.yaml").write_text("id: made\nversion: 1.0.0\ntitle: {zh: 甲, en: A}\nneeds: [made_in_china_2025]\n", "utf-8")
    (folder / name).write_text(text, "utf-8")
    library = load([PACKS / "kernel", PLAN, folder])
    return [f.code for f in library.findings if f.place.file == str(folder / name)]


def test_a_rounding_of_what_nobody_computes_is_told(tmp_path: Path) -> None:
    line = "- {id: a, name: {zh: 甲, en: A}, figure: quality_index, low: nothing, high: rd_intensity, entity: China, printed_unit: 1}"
    assert broken(tmp_path, "rounding.yaml", line) == ["unknown_name", "unknown_name", "shape"]


def test_a_context_of_what_does_not_exist_is_told(tmp_path: Path) -> None:
    assert broken(tmp_path, "context.yaml", "- {indicator: nothing, by: nowhere}") == ["unknown_name", "unknown_level"]


def test_a_name_in_one_language_only_is_told(tmp_path: Path) -> None:
    assert broken(tmp_path, "names.yaml", "publishers: {A: {en: A}}") == ["no_zh"]
