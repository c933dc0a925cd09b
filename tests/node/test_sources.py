"""What the sources of a home bring: quantities for its library, entities and what they are part of for its store."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from zhizao.model.text import Text
from zhizao.node import sources
from zhizao.node.assemble import open_node
from zhizao.sense import mapping
from zhizao.sense.mapping import Placed

AT = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
FILE = """
url: test://h
entities:
  site:S1: {name: {zh: 一厂, en: First site}}
  machine:M1: {name: {zh: 磨床, en: Grinder}, part_of: site:S1}
quantities:
  coolant_level: {name: {zh: 冷却液位, en: Coolant level}, unit: mm, behaviour: gauge}
  active_power: {name: {zh: 别的, en: Other}, unit: W}
signals:
  "P": {entity: machine:M1, quantity: active_power}
"""


@pytest.fixture(scope="module")
def _opened(tmp_path_factory):
    home = tmp_path_factory.mktemp("sources") / "home"
    open_node(home)
    return home


@pytest.fixture
def home(_opened, tmp_path):
    home = Path(shutil.copytree(_opened, tmp_path / "home"))
    (home / "sources").mkdir()
    (home / "sources" / "press.yaml").write_text(FILE, "utf-8")
    return home


def told(node, record):
    with node.store.session() as session:
        rows = session.relation(node.library.records[record])
        return session.fetch(rows.filter(rows.entity.isin(["site:S1", "machine:M1"])).order_by("_fact")).to_pylist()


def test_quantities_of_a_source_are_known_beside_those_of_the_packs_which_go_before(home):
    found = open_node(home).library.quantities
    assert found["coolant_level"].name == Text("冷却液位", "Coolant level")
    assert found["active_power"].unit == "kW"


def test_entities_are_introduced_once_with_their_names_and_places(home):
    node, files = open_node(home), sources.find(home).files
    sources.introduce(node.library, node.store, files, AT)
    before = node.store.fingerprint()
    sources.introduce(node.library, node.store, files, AT)
    assert node.store.fingerprint() == before
    assert [(r["entity"], r["name_zh"]) for r in told(node, "entity")] == [("site:S1", "一厂"), ("machine:M1", "磨床")]
    assert [(r["entity"], r["parent"], r["valid_from"]) for r in told(node, "membership")] == [("machine:M1", "site:S1", None)]


def test_a_machine_that_moves_in_its_file_moves_from_that_day_on(home):
    node, files = open_node(home), sources.find(home).files
    sources.introduce(node.library, node.store, files, AT)
    moved = replace(files["press"], entities=(Placed("machine:M1", Text("磨床", "Grinder"), "line:L2"),))
    sources.introduce(node.library, node.store, {"press": moved}, AT)
    edges = {r["parent"]: (str(r["valid_from"])[:10], str(r["valid_to"])[:10]) for r in told(node, "membership")}
    assert edges == {"site:S1": ("None", "2026-11-24"), "line:L2": ("2026-11-24", "None")}


def test_a_broken_file_is_told_and_the_others_are_read(home):
    (home / "sources" / "bad.yaml").write_text("url: [", "utf-8")
    found = sources.find(home)
    assert set(found.files) == {"press"} and set(found.broken) == {"bad"}
    assert open_node(home).library.quantities["coolant_level"]


def test_drafts_in_the_folder_are_no_sources(home):
    (home / "sources" / ".press.yaml.12").write_text("half", "utf-8")
    assert list(mapping.files_in(home)) == ["press"]
