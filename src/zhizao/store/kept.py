"""Results kept between sessions: each lies under a name made from all it depends on, so it can be old but never wrong.

The folder may be emptied at any time. It is no part of what an evaluator trusts: whoever doubts it removes it and asks again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zhizao.store.durable import flush, make_folder

MOST_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of results."""

    folder: Path
    most_bytes: int = MOST_BYTES

    def find(self, meaning: str) -> Path | None:
        """The file of a result, now its latest use; None where there is none."""
        file = self._file(meaning)
        try:
            os.utime(file)
        except OSError:
            return None
        return file

    def put(self, meaning: str, write: Callable[[Path], None]) -> None:
        """Keep what ``write`` puts into a file; where the disk does not take it, nothing is kept."""
        file = self._file(meaning)
        draft = file.with_suffix(f".{os.getpid()}")
        try:
            make_folder(self.folder)
            write(draft)
            flush(draft)
            draft.replace(file)
            self._prune()
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def drop(self, meaning: str) -> None:
        """Forget a result that cannot be read."""
        with suppress(OSError):
            self._file(meaning).unlink(missing_ok=True)

    def _file(self, meaning: str) -> Path:
        return self.folder / f"{meaning}.parquet"

    def _prune(self) -> None:
        """Remove what was not used for longest, until the rest fits."""
        files = sorted(((s := f.stat()).st_mtime, s.st_size, f) for f in self.folder.iterdir())
        excess = sum(size for _, size, _ in files) - self.most_bytes
        for _, size, file in files:
            if excess <= 0:
                return
            file.unlink(missing_ok=True)
            excess -= size
