"""A clock that only moves when asked, and stores that use it."""

from __future__ import annotations

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


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Open]:
    """The store of a name, the same home again when asked again."""
    clock = ticking()
    yield lambda name="home": LocalStore(tmp_path / name, clock)
