"""The shipped content, read plainly, so that these tests do not lean on the loader they help to check."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKS = ROOT / "packs"
PLAN = PACKS / "made_in_china_2025"
SHARED = ROOT / ".." / "shared"
Rows = list[dict[str, str]]


def rows(path: Path) -> Rows:
    """The rows of a table, every cell as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def content(path: Path) -> Any:
    """What a YAML file says."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def indicators() -> dict[str, Any]:
    """Every indicator of the plan's pack, by id."""
    files = (f for f in sorted((PLAN / "indicators").glob("*.yaml")) if not f.name.endswith(".test.yaml"))
    return {f.stem: content(f) for f in files}


@pytest.fixture(scope="session")
def nodes() -> list[dict[str, Any]]:
    """The nodes of the plan, in its order."""
    found: list[dict[str, Any]] = content(PLAN / "plan.yaml")["nodes"]
    return found


@pytest.fixture(scope="session")
def published() -> Rows:
    """Every published figure the pack ships."""
    files = [d["file"] for d in content(PLAN / "data.yaml") if d["record"] == "published_figure"]
    return [row for file in files for row in rows(PLAN / "data" / file)]


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Rows]:
    """The tables the content was made from; they stand beside the checkout and are not everywhere."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the source tables are not beside this checkout")
    return lambda name: rows(SHARED / name)
