"""The content of a file, compressed or not, read piece by piece, and how it is known again under another name."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, cast

from zhizao.sense.connectors.file.places import Place

COMPRESSED = ".gz"
ENDS = 1024
"""Bytes at the beginning and before an offset by which a file is known again."""
PIECE = 2 * 1024**2
"""Bytes read in one go."""
LONGEST = 4 * 1024**2
"""Bytes that may be held back because their line has no end."""


def kind_of(file: Path) -> str:
    """The ending of a file's name that says what is in it; a number that rotation appended, or a compression, is none.

    Example:
        >>> [kind_of(Path(name)) for name in ("a.csv", "day.shdr.txt.gz", "m.log.1", "b.PARQUET")]
        ['csv', 'txt', 'log', 'parquet']
    """
    parts = [part.lower() for part in file.name.split(".")[1:]]
    while parts and (parts[-1].isdigit() or parts[-1] == COMPRESSED[1:]):
        parts.pop()
    return parts[-1] if parts else ""


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """Read a file's content, from its beginning.

    Raises:
        OSError: it is gone, may not be read, or is no compressed file.
    """
    try:
        with gzip.open(file) if file.suffix == COMPRESSED else file.open("rb") as content:
            yield cast(BinaryIO, content)
    except (EOFError, zlib.error) as error:
        raise OSError(f"not compressed to its end: {error}") from error


class Trail:
    """What a content has been read of: the bytes at its beginning and the last ones, by which it is known again.

    Example:
        >>> from io import BytesIO
        >>> trail = Trail(BytesIO(b"time,value"), 4)
        >>> before = trail.print
        >>> trail.passed(b",val")
        >>> trail.offset, trail.print == Trail(BytesIO(b"time,value"), 8).print, trail.print == before
        (8, True, False)
    """

    def __init__(self, content: BinaryIO, offset: int) -> None:
        content.seek(0)
        self._head = content.read(min(offset, ENDS))
        content.seek(max(0, offset - ENDS))
        self._tail = content.read(min(offset, ENDS))
        self.offset = offset if len(self._tail) == min(offset, ENDS) else content.tell()

    def passed(self, data: bytes) -> None:
        """Read on."""
        self._head += data[: ENDS - len(self._head)]
        self._tail = (self._tail + data)[-ENDS:]
        self.offset += len(data)

    @property
    def print(self) -> str:
        """What a content is known by, read up to the offset."""
        return blake2b(self._head + self._tail, digest_size=8).hexdigest()


def pieces(content: BinaryIO, place: Place, cut: Callable[[bytes], int], final: bool) -> Iterator[tuple[bytes, Place]]:
    """The whole lines of a content from a place on, with the place after them.

    Args:
        cut: how much of some bytes is whole.
        final: nothing will be appended: what is left at the end is whole as well.
    """
    trail, line, held = Trail(content, place.offset), place.line, b""
    while data := content.read(PIECE):
        held += data
        whole = cut(held) or (len(held) if len(held) > LONGEST else 0)
        if whole:
            yield _piece(held[:whole], trail, line)
            line, held = line + _lines(held[:whole]), held[whole:]
    if held and final:
        yield _piece(held, trail, line)


def _piece(data: bytes, trail: Trail, line: int) -> tuple[bytes, Place]:
    trail.passed(data)
    return data, Place(trail.offset, line + _lines(data), trail.offset, trail.print)


def _lines(data: bytes) -> int:
    return data.count(b"\n") + (not data.endswith(b"\n"))


def same(file: Path, place: Place) -> bool:
    """Whether a file is the one that was read up to a place, as far as it can be read at all."""
    try:
        with opened(file) as content:
            trail = Trail(content, place.known)
            return trail.offset == place.known and trail.print == place.print
    except OSError:
        return False
