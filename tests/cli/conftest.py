"""The command line in this process: what it prints, and its exit code."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zhizao.cli.main import run


@dataclass(frozen=True)
class Done:
    """One line carried out."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What was printed, as JSON."""
        return json.loads(self.out)


Zhizao = Callable[..., Done]


@pytest.fixture
def zhizao(capfdbinary: pytest.CaptureFixture[bytes]) -> Zhizao:
    """Carry out a line in this process."""

    def carry_out(*line: str | Path) -> Done:
        code = run([str(word) for word in line])
        sys.stdout.flush()
        printed = capfdbinary.readouterr()
        return Done(code, printed.out.decode(), printed.err.decode())

    return carry_out


@pytest.fixture
def fresh_home(ready_home: Path, tmp_path: Path) -> Path:
    """A home of the test's own in which the facts the packs ship are stored."""
    return Path(shutil.copytree(ready_home, tmp_path / "fresh"))


@pytest.fixture(scope="session")
def ready_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the facts the packs ship are stored; tests only read it."""
    from zhizao.node.assemble import open_node

    home = tmp_path_factory.mktemp("ready") / "home"
    open_node(home)
    return home
