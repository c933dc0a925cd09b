"""The scorecard in the README is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import Zhizao

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_scorecard_in_the_readme_is_what_the_program_prints(zhizao: Zhizao, ready_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = next(block for block in README.read_text("utf-8").split("```\n") if block.startswith("Made in China 2025  "))
    as_of = re.search(r"as known on (\S+)", shown)
    assert as_of
    monkeypatch.setenv("COLUMNS", "108")
    printed = zhizao("evaluate", "--home", ready_home, "--lang", "en", "--as-of", as_of[1]).out
    assert [line.rstrip() for line in printed.rstrip().splitlines()] == shown.rstrip().splitlines()
