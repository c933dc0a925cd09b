"""What the program asks to be installed is what it uses."""

from __future__ import annotations

import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement

UNNAMED = {
    "pyarrow-hotfix": "ibis asks for it to speak with Arrow",
    "tzdata": "the time zones of zoneinfo, where the machine has none",
}
"""What is needed and never imported by name."""


def test_whatever_is_required_is_imported_by_name(root: Path, sources):
    required = {Requirement(line).name for line in tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]}
    makers = packages_distributions()
    used = {maker.lower().replace("_", "-") for s in sources for module, _ in s.imports() for maker in makers.get(module.split(".")[0], ())}
    assert required - used == UNNAMED.keys()
