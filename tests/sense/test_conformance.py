"""Every connector goes through the same checks, its tier is what they say, and what they say is recorded beside it."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from importlib.resources import files

import pytest

from tests.house.conftest import ROOT
from tests.sense.rigs.every import PACKAGE, RIGS
from zhizao.checks.connectors import CHECKS, Evidence, examined
from zhizao.checks.evidence import FILE, package_of, passed, record, recorded, tier_of
from zhizao.sense.connectors.shdr.connector import PROMISE


@pytest.mark.parametrize("name", RIGS)
def test_a_connector_passes_the_checks_and_reaches_its_tier_as_recorded(name, tmp_path):
    make, connector, expected = RIGS[name]
    evidence = examined(make, tmp_path)
    assert not evidence.failed
    assert evidence.tier == expected
    assert recorded(f"{PACKAGE}.{connector}")[name] == passed(evidence)
    assert tier_of(f"{PACKAGE}.{connector}", evidence.promise) == expected


def test_a_record_of_every_rig_lies_beside_every_connector():
    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["zhizao.connectors"]
    packages = {package_of(EntryPoint(name, value, "").load()) for name, value in points.items()}
    assert packages == {f"{PACKAGE}.{connector}" for _, connector, _ in RIGS.values()}
    assert {(p, rig) for p in packages for rig in recorded(p)} == {(f"{PACKAGE}.{connector}", rig) for rig, (_, connector, _) in RIGS.items()}


def test_a_record_has_what_was_passed_and_what_a_rig_did_not_pass_counts_for_all(tmp_path, monkeypatch):
    (tmp_path / "strangers").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "strangers" / "__init__.py").touch()
    missed = CHECKS[-1].__name__
    record(tmp_path / "strangers", {"one": Evidence(PROMISE, {}), "another": Evidence(PROMISE, {missed: "no"})})
    assert {rig: len(names) for rig, names in recorded("strangers").items()} == {"one": len(CHECKS), "another": len(CHECKS) - 1}
    assert tier_of("strangers", PROMISE) == "bronze"


@pytest.mark.parametrize("content", [None, "", "- a", "a: 1", "a: [", "\x00"])
def test_without_a_record_that_can_be_read_a_connector_has_no_tier(content, tmp_path, monkeypatch):
    package = tmp_path / f"odd{abs(hash(content))}"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    if content is not None:
        (package / FILE).write_text(content)
    assert files(package.name).is_dir()
    assert tier_of(package.name, PROMISE) is None
