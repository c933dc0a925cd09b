"""Homes to act from, made once and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.act import world
from zhizao.node.assemble import Node, open_node


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one press, its policy, and a proposal that nobody has spoken of; tests only read it."""
    folder = tmp_path_factory.mktemp("made") / "home"
    world.propose(world.home(folder), (world.retune(),))
    return folder


@pytest.fixture
def node(made_home: Path, tmp_path: Path) -> Node:
    """A copy of it, of the test's own."""
    return open_node(Path(shutil.copytree(made_home, tmp_path / "home")))
