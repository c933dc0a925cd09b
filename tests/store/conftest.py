"""A clock that only moves when asked, and stores that use it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from zhizao.store.local import LocalStore

Open = Callable[..., LocalStore]


def ticking() -> Callable[[], datetime]:
    """A second later at each look."""
    seconds = count()
    return lambda: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=next(seconds))


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another Python process that finds what this one finds."""
    path = os.pathsep.join(p for p in [str(Path(__file__).resolve().parents[2]), *sys.path] if p)
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True)


DYING = """
import os, signal, sys
from pathlib import Path
import {module}
from tests.store.conftest import ticking
from zhizao.store.local import LocalStore

left, act = int(sys.argv[2]), {module}.{name}
def dying(*args, **options):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return act(*args, **options)
store = LocalStore(Path(sys.argv[1]), ticking())
{module}.{name} = dying
"""


def dying(folder: Path, module: str, name: str, at: int, code: str) -> subprocess.Popen[str]:
    """Another process that works on the store of a folder and is killed at its n-th call of a function."""
    return child(DYING.format(module=module, name=name) + code, folder, at)


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Open]:
    """The store of a name, the same home again when asked again."""
    clock = ticking()
    yield lambda name="home": LocalStore(tmp_path / name, clock)
