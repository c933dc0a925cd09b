"""Every shipped definition has its test, and every shipped file says where its figures come from."""

from __future__ import annotations

from tests.house.conftest import ROOT, SRC

FOLDERS = [ROOT / "packs", SRC / "node" / "example_pack"]


def test_every_indicator_has_a_test_and_every_test_an_indicator():
    files = {f for folder in FOLDERS for f in folder.rglob("indicators/*.yaml")}
    tests = {f for f in files if f.name.endswith(".test.yaml")}
    expected = {f.with_name(f.name.replace(".yaml", ".test.yaml")) for f in files - tests}
    assert files, "no indicator is shipped"
    assert tests == expected


def test_no_pack_holds_code():
    assert not [f for folder in FOLDERS for f in folder.rglob("*.py")]


def test_every_pack_with_published_data_names_its_sources():
    packs = {f.parent for f in (ROOT / "packs").rglob("data.yaml")}
    assert not [p.name for p in packs if not (p / "data" / "SOURCES.md").is_file()]
