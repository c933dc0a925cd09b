"""What is read of a file in one go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from zhizao.sense.connectors.file.places import Place
from zhizao.sense.spoken import Spoken, Unread

ROWS = 20_000
"""Of a table, read in one go."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a part of a file says, in how many lines, and the place where it ends."""

    said: list[Spoken | Unread]
    lines: int
    place: Place


class Reading(Protocol):
    """How a kind of file is read."""

    def batches(self, file: Path, place: Place, final: bool) -> Iterator[Batch]:
        """The whole lines of a file from a place on; ``final``: nothing will be appended, so its last line is whole too.

        Raises:
            OSError: it cannot be read.
        """
