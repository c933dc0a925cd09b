"""Lint: everything that is wrong with content, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zhizao.model.finding import Finding
from zhizao.model.library import Library

__all__ = ["lint"]


def lint(given: Library | Sequence[Path]) -> tuple[Finding, ...]:
    """The findings about a library, or about the packs in some folders."""
    from zhizao.pack.load import load

    return given.findings if isinstance(given, Library) else load(given).findings
