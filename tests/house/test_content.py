"""The engine names no content: what a pack defines is found through nouns, so that another plan needs no change of code."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.house.conftest import ROOT, SourceFile

PACKS = ROOT / "packs"
ENGINES_OWN = {"kernel", "shift_calendar", "source_report", "published_figure", "entity", "membership", "observation", "warning_event", "action_event", "target_revision", "territory", "industry", "organisation", "macro_region", "quality"}
ENGINES_OWN |= {"proposal", "approval_event", "write_event", "stop_event", "effect_estimate"}
"""What the pack everything stands on defines, the fields of an observation included: the engine may name it, since it never works without."""

WORLDS = {"nation:SIM", "nation:TEST"}
"""Economies that are not real: the engine keeps their figures apart from published ones, whatever the pack."""

YEARS = {2013, 2015, 2020, 2025, 2035, 2045, 2049}
"""Years the plan counts from or to."""


def test_no_string_of_the_engine_is_the_name_of_content(sources: list[SourceFile]) -> None:
    names = set(content_names())
    assert {"rd_intensity", "rd_intensity.nbs", "sector:C", "nation:CN", "made_in_china_2025", "goal_2035", "annual_return"} <= names
    found = [f"{s.name}:{node.lineno} {node.value}" for s in sources for node in constants(s.tree) if node.value in names]
    assert not found, found


def test_no_year_of_the_plan_stands_in_the_engine(sources: list[SourceFile]) -> None:
    found = [f"{s.name}:{node.lineno} {node.value}" for s in sources for node in constants(s.tree) if node.value in YEARS]
    assert not found, found


def test_no_words_of_the_engine_count_from_a_year_of_the_plan(sources: list[SourceFile]) -> None:
    """An example in a message may hold a year; what is shown as a name or a unit may not."""
    year = re.compile(r"\b(?:since|below|above|by|in) (?:20(?:15|20|25|35|49))\b|20(?:15|20|25|35|49) 年")
    found = [
        f"{s.name}:{node.lineno} {node.value}"
        for s in sources
        if s.stage in ("judge", "show", "node")
        for node in constants(s.tree)
        if isinstance(node.value, str) and year.search(node.value)
    ]
    assert not found, found


def constants(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every constant but the docstrings, whose examples may name anything."""
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    return (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in words)


def content_names() -> Iterator[str]:
    """Ids of packs, indicators, record types, plan nodes and entities, and the series of published figures."""
    for file in PACKS.rglob("*.yaml"):
        if not file.name.endswith(".test.yaml"):
            yield from (name for name in ids(yaml.safe_load(file.read_text("utf-8"))) if len(name) > 4 and name not in ENGINES_OWN)
    for file in PACKS.rglob("*.csv"):
        with file.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                yield from (row[c] for c in ("indicator", "series", "id", "region", "sector") if row.get(c) and row[c] not in WORLDS)


def ids(content: Any) -> Iterator[str]:
    """Every id in a file; levels and fields are words of the language, not content."""
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, dict):
            yield from (item[key] for key in ("id",) if isinstance(item.get(key), str))
            yield from ids([*item.get("nodes", []), *item.get("systems", [])])
