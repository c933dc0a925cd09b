"""A running node raises warnings by itself, targets that were set later included."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from zhizao.model.warning import Warning_
from zhizao.node.assemble import Node, load_library, open_store
from zhizao.node.loop import warnings, watching
from zhizao.node.run import _chores
from zhizao.pack.shipped import builtin_folders
from zhizao.store.contract import Source

NOW = datetime(2023, 6, 1, tzinfo=UTC)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    folders = tuple(builtin_folders())
    return Node(tmp_path, folders, load_library(tmp_path, folders), open_store(tmp_path))


def stored(node: Node, record: str, *rows: dict[str, object]) -> None:
    table = pa.table({name: [None if row.get(name) is None else str(row[name]) for row in rows] for name in rows[0]})
    assert node.store.append(node.library.records[record], table, Source("test")).rejected == 0


def found(node: Node, rule: str, **more: object) -> list[Warning_]:
    watching.look(node.library, node.store, NOW)
    return [w for w in warnings.found(node, **more) if w.rule == rule]  # type: ignore[arg-type]


def test_looking_is_a_chore_of_the_running_node(node):
    assert _chores(node)["warnings"].every_s == watching.LOOK_S


def test_a_province_that_falls_behind_the_target_set_for_it_is_in_danger(node):
    stored(node, "membership", {"entity": "enterprise:A", "relation": "located_in", "parent": "region:32"})
    intensity = dict(zip(range(2015, 2023), (1000, 900, 880, 870, 868, 867, 868, 866), strict=True))
    stored(node, "annual_return", *({"enterprise": "A", "year": y, "energy_tce": e, "value_added_2015": 100} for y, e in intensity.items()))
    assert not [w for w in found(node, "target_in_danger") if w.entity == "region:32"]
    stored(node, "target_revision", {"indicator": "energy_intensity_reduction", "entity": "region:32", "year": 2025, "value": 34, "unit": "percent", "by": "plan office"})
    mine = [w for w in found(node, "target_in_danger") if w.entity == "region:32"]
    assert [w.subject for w in mine] == ["energy_intensity_reduction@2025"] and mine[0].severity == "red"
    assert [w.entity for w in found(node, "target_in_danger", of=["nation:CN"]) if w.entity == "region:32"] == ["region:32"]
    assert not found(node, "target_in_danger", of=["region:33"])


def test_a_rule_that_cannot_be_judged_stops_no_other(node, monkeypatch):
    from zhizao.errors import InputError
    from zhizao.model.text import same

    def fails(*_):
        raise InputError(same("no"))

    monkeypatch.setitem(watching.WATCHES, "targets", fails)
    stored(node, "annual_return", {"enterprise": "A", "year": 2022, "key_processes": 3, "nc_key_processes": 4})
    looked = watching.look(node.library, node.store, NOW)
    assert set(looked.troubles) == {"target_in_danger"} and [e.rule for e in looked.events] == ["contradictory_return"]
