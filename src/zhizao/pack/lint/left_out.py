"""Things whose files are there but could not be loaded: the fault is told in their own file, and not a second time elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from zhizao.model.library import Library
from zhizao.pack.folder import TEST


def left_out(library: Library, folder: Literal["indicators", "records"] = "indicators") -> frozenset[str]:
    """The names of things that have a file and are not in the library."""
    things = library.indicators.values() if folder == "indicators" else library.records.values()
    loaded = {thing.place.file for thing in things}
    there = (path for pack in library.packs.values() for path in Path(pack.folder, folder).glob("*.yaml"))
    return frozenset(path.stem for path in there if not path.name.endswith(TEST) and str(path) not in loaded)
