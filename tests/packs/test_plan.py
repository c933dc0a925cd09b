"""The plan as a tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from .conftest import PACKS, PLAN, Rows, content

Nodes = list[dict[str, Any]]
COMMANDS = {"init", "lint", "test", "import", "export", "withdraw", "measure", "explain", "evaluate", "warnings", "plan", "connect", "run", "status", "derive", "verify"}


def systems(nodes: Nodes) -> Nodes:
    return [s for n in nodes for s in n.get("systems", [])]


def test_the_plan_has_nine_tasks_ten_fields_and_eight_supports(nodes: Nodes) -> None:
    assert Counter(n["kind"] for n in nodes) == {"goal": 11, "task": 9, "field": 10, "support": 8}


def test_node_and_system_ids_are_unique(nodes: Nodes) -> None:
    ids = Counter(n["id"] for n in [*nodes, *systems(nodes)])
    assert not [i for i, n in ids.items() if n > 1]


def test_the_153_systems_are_those_of_the_source_table(nodes: Nodes, shared: Callable[[str], Rows]) -> None:
    ours = {s["id"]: (s["section"], s["name"]["zh"], s["name"]["en"], s["cluster"]) for s in systems(nodes)}
    source = {r["id"]: (r["section"], r["phrase_zh"], r["name_en"], r["cluster"]) for r in shared("plan/systems.csv")}
    assert ours == source and len(ours) == 153


def test_a_system_stands_under_the_section_that_names_it_first(nodes: Nodes) -> None:
    for node in nodes:
        for system in node.get("systems", []):
            assert re.match(re.escape(node["section"]) + r"(?!\d)", system["section"]), system["id"]


def test_both_dates_of_the_third_step_stand(nodes: Nodes) -> None:
    assert {"goal_2020", "goal_2025", "goal_2035", "goal_2045", "goal_2049"} <= {n["id"] for n in nodes}


def test_indicators_and_nodes_name_each_other(nodes: Nodes, indicators: dict[str, Any]) -> None:
    down = {(n["id"], i) for n in nodes for i in n.get("indicators", [])}
    up = {(g, i) for i, d in indicators.items() for g in d["goals"]}
    assert down == up


def test_the_four_groups_hold_the_twelve_indicators_between_them(nodes: Nodes, indicators: dict[str, Any]) -> None:
    by_id = {n["id"]: n for n in nodes}
    for group in ("innovation", "quality", "integration", "green"):
        for name in by_id[group]["indicators"]:
            assert indicators[name]["group"]["zh"] == by_id[group]["name"]["zh"]
    held = [i for g in ("innovation", "quality", "integration", "green") for i in by_id[g]["indicators"]]
    assert held == by_id["main_indicators"]["indicators"] == by_id["goal_2025"]["indicators"]


def test_only_indicators_of_the_plan_have_a_number_and_ours_say_that_they_are_ours(indicators: dict[str, Any]) -> None:
    for name, indicator in indicators.items():
        if not indicator.get("number"):
            assert indicator["doubts"] and "group" not in indicator, name


def test_what_serves_a_system_exists(nodes: Nodes, indicators: dict[str, Any]) -> None:
    known = {
        "indicator": set(indicators),
        "record": {f.stem for f in PACKS.rglob("records/*.yaml")},
        "hierarchy": {f.stem for f in PACKS.rglob("hierarchies/*.yaml")},
        "command": COMMANDS,
        "conformance": {"store"},
    }
    for system in systems(nodes):
        for item in system["serves"]:
            kind, _, name = item.partition(":")
            assert name in known[kind], (system["id"], item)


def test_most_systems_are_honestly_served_by_nothing_yet_and_none_wholly(nodes: Nodes) -> None:
    served = {s["id"] for s in systems(nodes) if s["serves"]}
    assert served == {"S001", "S031", "S032", "S035", "S046", "S086", "S103", "S149", "S150", "S151"}
    assert not [s for s in systems(nodes) if s.get("whole")]


def test_reconciliations_name_what_exists() -> None:
    for reconciliation in content(PLAN / "reconciliations.yaml"):
        record = content(PLAN / "records" / f"{reconciliation['record']}.yaml")
        assert reconciliation["field"] in record["fields"]
