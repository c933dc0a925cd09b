"""The spool: the files of the log whose rows are in no segment yet, held open as they were at one moment.

A file that is drained meanwhile is still read to its end; what is appended to it meanwhile is not seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from zhizao.store.stream.frame import Frame, frames
from zhizao.store.stream.log import file_of, files_in, read_content


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """A file of the log as it was when it was opened: its number, and what there is of it."""

    number: int
    path: Path
    handle: int
    size: int

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Its whole frames, the first one included, or those from a place on where one begins."""
        content = os.pread(self.handle, self.size - start, start)
        return frames(content) if start else read_content(self.path, content)


@dataclass(frozen=True, slots=True)
class Spool:
    """Files of the log, oldest first."""

    files: tuple[SpoolFile, ...] = ()

    @classmethod
    def of(cls, folder: Path, numbers: Iterable[int]) -> Self:
        """Open files of a log.

        Raises:
            FileNotFoundError: one of them has gone, because a segment holds what was in it.
        """
        with ExitStack() as opened:
            files = []
            for number in numbers:
                path = file_of(folder, number)
                handle = os.open(path, os.O_RDONLY)
                opened.callback(os.close, handle)
                files.append(SpoolFile(number, path, handle, os.fstat(handle).st_size))
            opened.pop_all()
        return cls(tuple(files))

    def close(self) -> None:
        """Let the files go."""
        for file in self.files:
            os.close(file.handle)


EMPTY = Spool()
"""Where nothing waits in a log."""


def mark(folder: Path) -> str:
    """A word that changes with every delivery in a log; '' where there is none."""
    for number in reversed(files_in(folder)):
        try:
            return f"{number}/{file_of(folder, number).stat().st_size}"
        except FileNotFoundError:  # drained a moment ago
            continue
    return ""
