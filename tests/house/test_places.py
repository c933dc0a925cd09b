"""No tracked file names a place of one machine or the address of a package index, and every dependency is pinned."""

from __future__ import annotations

import re
import subprocess
import tomllib

from tests.house.conftest import ROOT

MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|work|tmp|opt)/[\w.-]+")
INDEX = re.compile(r"(?:index|extra-index|find-links)-?url?\s*[=: ]|python" r"hosted|/simple\b", re.IGNORECASE)
PINNED = re.compile(r"[\w.-]+(?:\[[\w,]+\])?==[\w.+]+")
BINARY = {".png", ".ico", ".parquet", ".xlsx", ".woff2", ".ttf", ".otf"}


def tracked():
    """The files that are, or are about to be, in the repository."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file() and (ROOT / name).suffix not in BINARY]


def found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in tracked()
        if file.name != "test_places.py"
        for match in pattern.finditer(file.read_text("utf-8", errors="replace"))
    ]


def test_no_file_names_a_place_of_one_machine():
    assert not found(MACHINE)


def test_no_file_names_a_package_index():
    assert not found(INDEX)


def test_every_dependency_is_pinned_exactly():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    named = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    named += [d for extra in project["project"]["optional-dependencies"].values() for d in extra]
    assert not [d for d in named if not PINNED.fullmatch(d)]


def test_the_locks_pin_everything_and_agree_with_the_project():
    locked = {line for name in ("run.txt", "test.txt") for line in (ROOT / "requirements" / name).read_text("utf-8").splitlines()}
    locked = {line for line in locked if line and not line.startswith(("#", "-r"))}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert not [line for line in locked if not PINNED.fullmatch(line)]
    assert {d.lower() for d in [*project["project"]["dependencies"], *project["build-system"]["requires"]]} <= locked
