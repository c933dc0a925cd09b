"""The keys of personal values: one an entity, in one file of slots, each destroyed where it lies.

A slot never moves and is never used again, so that no draft or older copy of a key is ever left in the home.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from zhizao.model.text import Text
from zhizao.store.damage import damaged
from zhizao.store.durable import flush, make_folder

DIGEST, KEY = 32, 32
SLOT = DIGEST + KEY
"""Bytes of a slot: which entity, then its key. It divides a sector of the disk, so that none is ever half destroyed."""
BLANK = bytes(SLOT)
"""A slot whose key was destroyed."""


class Keyring:
    """The keys as they were when it was opened, and those issued since.

    Args:
        file: where they lie; made with the first key.
        gone: slots that count as destroyed, whatever they hold: their forgetting is sealed.
    """

    def __init__(self, file: Path, gone: Iterable[int] = ()) -> None:
        self._file, self._slots = file, bytearray(_read(file))
        self._places: Mapping[bytes, int] | None = None
        for slot in (s for s in gone if s < self.count):
            self._slots[slot * SLOT : (slot + 1) * SLOT] = BLANK

    @property
    def count(self) -> int:
        """How many slots there are."""
        return len(self._slots) // SLOT

    def key(self, slot: int) -> bytes | None:
        """The key in a slot, None where it was destroyed.

        Raises:
            StoreDamaged: there is no such slot; a destroyed one would be.
        """
        held = self._slots[slot * SLOT : (slot + 1) * SLOT]
        if not held:
            raise damaged(self._file, Text("个人信息的密钥缺失", "keys of personal values are missing"))
        return bytes(held[DIGEST:]) if held != BLANK else None

    @property
    def has_destroyed(self) -> bool:
        """Whether any key was destroyed."""
        return any(held == BLANK for _, held in self._all())

    def slots_of(self, entity: str) -> list[int]:
        """The slots that hold a key of an entity."""
        digest = _digest(entity)
        return [slot for slot, held in self._all() if held[:DIGEST] == digest]

    def slot_of(self, entity: str) -> int:
        """The slot of the key that new values of an entity are concealed with; it must have been issued."""
        return self._by_digest()[_digest(entity)]

    def issue(self, entities: Iterable[str]) -> None:
        """Make a key for every entity that has none, on the disk when it returns. Call it as the one writer."""
        digests = dict.fromkeys(_digest(entity) for entity in entities)
        new = b"".join(digest + secrets.token_bytes(KEY) for digest in digests if digest not in self._by_digest())
        if not new:
            return
        whole = len(self._slots)
        with _opened(self._file, fcntl.LOCK_EX) as handle:
            os.ftruncate(handle, whole)  # what a writer that died left of a slot
            _write(handle, new, whole)
        self._slots += new
        self._places = None

    def destroy(self, slots: Iterable[int]) -> None:
        """Overwrite keys, on the disk when it returns. Call it as the one writer."""
        with _opened(self._file, fcntl.LOCK_EX) as handle:
            for slot in slots:
                _write(handle, BLANK, slot * SLOT)
                self._slots[slot * SLOT : (slot + 1) * SLOT] = BLANK
        self._places = None

    def _by_digest(self) -> Mapping[bytes, int]:
        if self._places is None:
            self._places = {held[:DIGEST]: slot for slot, held in self._all() if held != BLANK}
        return self._places

    def _all(self) -> Iterator[tuple[int, bytes]]:
        whole = bytes(self._slots)
        return ((slot, whole[slot * SLOT : (slot + 1) * SLOT]) for slot in range(self.count))


def _digest(entity: str) -> bytes:
    return hashlib.sha256(entity.encode()).digest()


def _read(file: Path) -> bytes:
    """The whole slots of a file; of one that a writer is destroying, either the key or nothing."""
    if not file.is_file():
        return b""
    with file.open("rb") as content:
        fcntl.flock(content.fileno(), fcntl.LOCK_SH)
        found = content.read()
    return found[: len(found) // SLOT * SLOT]


@contextmanager
def _opened(file: Path, lock: int) -> Iterator[int]:
    """The file to be written, for its owner only; what was written is on the disk afterwards."""
    if not (is_there := file.is_file()):
        make_folder(file.parent)
        file.parent.chmod(0o700)
        file.parent.parent.chmod(0o700)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, lock)
        yield handle
        os.fsync(handle)
    finally:
        os.close(handle)
    if not is_there:
        flush(file.parent)


def _write(handle: int, content: bytes, place: int) -> None:
    while content:
        written = os.pwrite(handle, content, place)
        content, place = content[written:], place + written
