"""The recorded parts of the NIST test bed: every run of a program becomes one process run, as an independent reading of the lines says."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from zhizao.model.library import Library
from zhizao.pack.load import load
from zhizao.sense.derive.derive import derived
from zhizao.sense.derive.series import Observed

from .conftest import PACKS, SHARED

SLICES = sorted((SHARED / "data/plant/machine/nist_sms/partdata").glob("*.txt.gz"))
pytestmark = pytest.mark.skipif(not SLICES, reason="the recorded parts are not beside this checkout")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CUT = timedelta(hours=2)
"""A slice is put together from excerpts, one an operation; between two of them, at least this far apart, the machine made other parts."""
QUANTITIES = {
    "Program_Status": "execution", "Program_Name_Running": "program", "Program_Name_Editing": "program_edited", "Program_Runtime_Seconds": "program_run_time",
}  # fmt: skip
Line = tuple[datetime, str, str]
RUNS = {"Box": 4, "Cover": 3, "Plate": 2}
"""Operations of a part that were recorded to their end."""
GIVEN_UP = {"Box-Hurco02-01of20": 1, "Plate-Hurco04-07of20": 1, "Plate-Hurco04-19of20": 1}
"""Slices in which an operation was stopped and its program started again."""


@pytest.fixture(scope="module")
def library() -> Library:
    return load([PACKS / "kernel", PACKS / "factory"])


@cache
def lines(path: Path) -> list[Line]:
    """The lines of a slice that can be read; a few were cut short when they were recorded."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        parts = [line.rstrip("\n").split("|") for line in file]
    return [(datetime.fromisoformat(p[0][:26]).replace(tzinfo=UTC), p[1], p[2]) for p in parts if len(p) == 3 and p[2]]


def us(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def observed(said: list[Line]) -> list[Observed]:
    """A slice as a source would deliver it: what is unknown between two excerpts is told by stale marks."""
    found, before = [], said[0][0]
    for at, key, value in said:
        if at - before >= CUT:
            found += [Observed(us(before) + 1, q, quality="stale") for q in QUANTITIES.values()]
        if key in QUANTITIES:
            number = float(value) if key == "Program_Runtime_Seconds" else None
            found.append(Observed(us(at), QUANTITIES[key], number, None if number is not None else value))
        before = at
    return found


def runs(path: Path, library: Library) -> list[dict[str, Any]]:
    """The process runs of a slice, found once."""
    if path not in _FOUND:
        _FOUND[path] = _runs(path, library)
    return _FOUND[path]


_FOUND: dict[Path, list[dict[str, Any]]] = {}


def _runs(path: Path, library: Library) -> list[dict[str, Any]]:
    said = lines(path)
    machine = f"machine:{path.name.split('-')[1]}"
    return derived(library.derivations["process_run"], library, machine, observed(said), us(said[-1][0]) + 10_000_000)


def name(path: Path) -> str:
    return path.name.removesuffix(".txt.gz")


# ── read once more, with nothing of the engine ──────────────────────────────────────────────────────────────────


def completed_by_hand(said: list[Line]) -> list[tuple[datetime, datetime]]:
    """Beginning and end of every completed run, from the status alone: of this controller only a feed hold goes on where it was."""
    found = []
    started: datetime | None = None
    before = ""
    for at, value in ((at, value) for at, key, value in said if key == "Program_Status"):
        if value == "ACTIVE" and before != "FEED_HOLD":
            started = at
        if value == "PROGRAM_COMPLETED" and started:
            found.append((started, at))
            started = None
        before = value
    return found


@pytest.mark.parametrize("path", SLICES, ids=name)
def test_every_completed_run_of_a_part_is_one_process_run(path: Path, library: Library) -> None:
    made = [r for r in runs(path, library) if r["outcome"] == "completed"]
    assert [(r["started_at"], r["ended_at"]) for r in made] == completed_by_hand(lines(path))
    assert len(made) == RUNS[path.name.split("-")[0]] + (path.name.startswith("Box-Hurco02-01"))
    assert all(r["produced"] == 1 and r["machine"] == f"machine:{path.name.split('-')[1]}" for r in made)


@pytest.mark.parametrize("path", SLICES, ids=name)
def test_a_run_that_was_stopped_and_started_again_was_given_up(path: Path, library: Library) -> None:
    made = [r for r in runs(path, library) if r["outcome"] == "aborted"]
    assert len(made) == GIVEN_UP.get(name(path), 0)
    assert all(r["produced"] == 0 for r in made)


def test_a_run_lasts_at_least_as_long_as_its_controller_counted(library: Library) -> None:
    """The controller counts the seconds of a program itself, and stands still while the program waits, for whatever reason."""
    close = []
    for path in SLICES:
        said = lines(path)
        for run in runs(path, library):
            first = run["started_at"] + timedelta(seconds=2)
            counted = Decimal(max((float(v) for at, key, v in said if key == "Program_Runtime_Seconds" and first < at <= run["ended_at"]), default=0))
            assert counted <= run["run_time"] * Decimal("1.001") + 2
            close.append(run["run_time"] - counted < 5)
    assert (sum(close), len(close)) == (59, 70)
