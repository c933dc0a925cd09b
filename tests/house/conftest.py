"""The program's own sources, read once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "zhizao"


@dataclass(frozen=True)
class SourceFile:
    """One module: its path below the package, its text, its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path below the package, as text."""
        return self.path.as_posix()

    @property
    def stage(self) -> str:
        """The folder or file directly below the package."""
        return self.path.parts[0].removesuffix(".py")

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every imported module with its line, wherever in the file it is imported."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module, node.lineno
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def sources() -> list[SourceFile]:
    """Every module of the package."""
    return [SourceFile(p.relative_to(SRC), text := p.read_text("utf-8"), ast.parse(text)) for p in sorted(SRC.rglob("*.py"))]
