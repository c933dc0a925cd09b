"""Results kept between sessions: each lies under a name made from all it depends on, so it can be old but never wrong.

The folder may be emptied at any time. It is no part of what an evaluator trusts: whoever doubts it removes it and asks again.
"""

from __future__ import annotations

import hashlib
import os
import uuid
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
        """The file of a result, now its latest use; None where there is none, or none that is as it was written."""
        for file in self.folder.glob(f"{meaning}-*.parquet"):
            try:
                os.utime(file)
                if file.stem == f"{meaning}-{_digest(file)}":
                    return file
            except OSError:
                return None
            self.drop(file)
        return None

    def put(self, meaning: str, write: Callable[[Path], None]) -> None:
        """Keep what ``write`` puts into a file; where the disk does not take it, nothing is kept."""
        draft = self.folder / f"{meaning}.{uuid.uuid4().hex}"
        try:
            make_folder(self.folder)
            write(draft)
            flush(draft)
            draft.replace(self.folder / f"{meaning}-{_digest(draft)}.parquet")
            self._prune()
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def drop(self, file: Path) -> None:
        """Forget a result that cannot be read."""
        with suppress(OSError):
            file.unlink(missing_ok=True)

    def _prune(self) -> None:
        """Remove what was not used for longest, until the rest fits."""
        files = sorted(((s := f.stat()).st_mtime, s.st_size, f) for f in self.folder.iterdir() if f.is_file())
        excess = sum(size for _, size, _ in files) - self.most_bytes
        for _, size, file in files:
            if excess <= 0:
                return
            self.drop(file)
            excess -= size


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
