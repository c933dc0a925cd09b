"""One hash over every file of the loaded packs: what caches of a library are known by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def fingerprint(folders: Iterable[Path]) -> str:
    """A hash that changes with the content, the name or the place inside its pack of any file.

    Where the packs lie on the machine makes no difference; their order does, as it decides between equal names.

    Example:
        >>> len(fingerprint([]))
        64
    """
    total = hashlib.sha256()
    for folder in folders:
        total.update(f"pack {Path(folder).name}\n".encode())
        for path in files(Path(folder)):
            total.update(f"{path.relative_to(folder).as_posix()} {sha256(path)}\n".encode())
    return total.hexdigest()


def files(folder: Path) -> Iterator[Path]:
    """The files of a pack in the order of their names; hidden ones and compiled code are no content."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in parts):
            yield path


def sha256(path: Path) -> str:
    """The fingerprint of one file; one that cannot be read has that of an empty one."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return hashlib.sha256(b"").hexdigest()
