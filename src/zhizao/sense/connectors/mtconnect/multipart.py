"""A stream of documents: ``multipart/x-mixed-replace``, part after part, each with its length."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 64 * 1024**2
"""Bytes that a document may have."""

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)


def boundary_of(content_type: str) -> bytes | None:
    """What stands between the parts; None where the answer is a single document.

    Example:
        >>> boundary_of("multipart/x-mixed-replace;boundary=ab12"), boundary_of("text/xml")
        (b'--ab12', None)
    """
    found = _BOUNDARY.search(content_type) if content_type.lower().startswith("multipart/") else None
    return f"--{found[1].strip()}".encode() if found else None


class Multipart:
    """Cuts a stream into its parts, however it arrives.

    Example:
        >>> cut = Multipart(b"--x")
        >>> [*cut.fed(b"--x\\r\\nContent-length: 3\\r\\n\\r\\nab"), *cut.fed(b"c\\r\\n--x\\r\\nContent-length: 1\\r\\n\\r\\nd")]
        [b'abc', b'd']
    """

    def __init__(self, boundary: bytes) -> None:
        self._boundary, self._held = boundary, bytearray()

    def fed(self, data: bytes) -> Iterator[bytes]:
        """The documents that are whole now.

        Raises:
            ValueError: a part that is longer than a document may be, or without its length.
        """
        self._held += data
        while (part := self._next()) is not None:
            yield part

    def _next(self) -> bytes | None:
        start = self._held.find(self._boundary)
        head_end = self._held.find(b"\r\n\r\n", start) if start >= 0 else -1
        if head_end < 0:
            if len(self._held) > LONGEST:
                raise ValueError("a part without an end")
            return None
        length = _LENGTH.search(bytes(self._held[start:head_end]))
        if not length or int(length[1]) > LONGEST:
            raise ValueError("a part without its length, or too long")
        begin = head_end + 4
        end = begin + int(length[1])
        if len(self._held) < end:
            return None
        part = bytes(self._held[begin:end])
        del self._held[:end]
        return part
