"""Content with a blocking finding is refused where it would be used, and only there."""

from __future__ import annotations

from pathlib import Path

from zhizao.errors import InputError
from zhizao.model.finding import Finding, Place
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.record import RecordType
from zhizao.model.text import Text


def require_usable(library: Library, *things: Indicator | RecordType) -> None:
    """Refuse content that has a blocking finding.

    Raises:
        InputError: names the first finding and its place.
    """
    for thing in things:
        found = blocking(library, thing.place)
        if found:
            raise _refusal(thing.id, found)


def refuse_broken(library: Library, folder: str, name: str) -> None:
    """Refuse a name that is defined in a file too broken to be loaded.

    Raises:
        InputError: names the first finding and its place.
    """
    for found in library.blocking:
        file = Path(found.place.file)
        if file.parent.name == folder and file.stem == name:
            raise _refusal(name, found)


def _refusal(name: str, found: Finding) -> InputError:
    what = Text(f"{name} 有未解决的问题，不能使用：{found.message.zh}", f"{name} cannot be used: {found.message.en}")
    return InputError(what, where=str(found.place), cure=found.cure)


def blocking(library: Library, place: Place) -> Finding | None:
    """The first blocking finding in the file in which something is defined."""
    return next((f for f in library.blocking if place.file and f.place.file == place.file), None)
