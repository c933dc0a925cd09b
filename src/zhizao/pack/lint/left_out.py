"""Indicators whose files are there but could not be loaded: the fault is told in their own file, and not a second time elsewhere."""

from __future__ import annotations

from pathlib import Path

from zhizao.model.library import Library
from zhizao.pack.folder import TEST


def left_out(library: Library) -> frozenset[str]:
    """The names of indicators that have a file and are not in the library."""
    loaded = {i.place.file for i in library.indicators.values()}
    there = (path for pack in library.packs.values() for path in Path(pack.folder, "indicators").glob("*.yaml"))
    return frozenset(path.stem for path in there if not path.name.endswith(TEST) and str(path) not in loaded)
