"""The position in a folder: how far each of its files has been read, and what each is known by."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

GONE = 1000
"""Files that are no longer there, but are remembered, for they may come back."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a file has been read: an offset in its content (a row of a table by columns), and its lines up to there.

    ``known`` bytes of its content are what it is known by: their ``print``.
    """

    offset: int = 0
    line: int = 0
    known: int = 0
    print: str = ""


@dataclass(frozen=True)
class Places:
    """The places of all files by their names; ``since_us`` is when the first of them begins to be live.

    Example:
        >>> places = Places(7, {"a.csv": Place(10, 2, 10, "ab")})
        >>> str(places), Places.read(str(places)) == places, Places.read("")
        ('{"since":7,"files":{"a.csv":[10,2,10,"ab"]}}', True, Places(since_us=None, files={}))
    """

    since_us: int | None = None
    files: Mapping[str, Place] = field(default_factory=dict)

    @classmethod
    def read(cls, position: str) -> Places:
        """What a position means."""
        said = json.loads(position or "{}")
        return cls(said.get("since"), {name: Place(*parts) for name, parts in said.get("files", {}).items()})

    def __str__(self) -> str:
        files = {name: [p.offset, p.line, p.known, p.print] for name, p in self.files.items()}
        return json.dumps({"since": self.since_us, "files": files}, ensure_ascii=False, separators=(",", ":"))

    def of(self, name: str) -> Place:
        """How far a file has been read."""
        return self.files.get(name, Place())

    def at(self, name: str, place: Place) -> Places:
        """With a file read further."""
        return replace(self, files={**self.files, name: place})


def found_again(places: Places, there: Mapping[str, Path], same: Callable[[Path, Place], bool]) -> Places:
    """The places of the files that are there now: by their names, or, where a file was renamed or compressed, by their content.

    A file whose content is not what was read under its name is another one, and is read from its beginning.
    """
    kept = {name: place for name, place in places.files.items() if name in there and same(there[name], place)}
    moved = {name: place for name, place in places.files.items() if name not in kept}
    for name in sorted(there.keys() - kept.keys()):
        furthest = sorted(moved.items(), key=lambda item: -item[1].known)
        old = next((n for n, place in furthest if place.known and same(there[name], place)), None)
        if old is not None:
            kept[name] = moved.pop(old)
    gone = [(name, place) for name, place in moved.items() if name not in there]
    return replace(places, files={**dict(gone[-GONE:]), **kept})
