"""The line of a key in the file of something that is loaded already: nouns keep only where they begin."""

from __future__ import annotations

from pathlib import Path

from zhizao.model.finding import Place
from zhizao.pack.content import Key, read_content
from zhizao.pack.found import Found


def written_at(place: Place, *path: Key) -> Place:
    """Where a key stands in the file of a place; the place itself where the file cannot be read any more."""
    content = read_content(Path(place.file), Found())
    return content.place(*path) if content else place
