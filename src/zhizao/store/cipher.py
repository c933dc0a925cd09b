"""Personal values as they are stored: the slot of a key, then what only this key opens.

AES-SIV (RFC 5297) gives the same cell for the same value of one entity and field, so that what is delivered again is still a duplicate;
of two entities, two fields or two record types, equal values have unlike cells.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from zhizao.model.text import Text
from zhizao.store.damage import damaged
from zhizao.store.keyring import Keyring

if TYPE_CHECKING:
    import pyarrow as pa
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

PLACE = 4
"""Bytes of a cell that say in which slot its key lies."""
BLOCK = 16
"""Values are filled up to whole blocks: else a yes would be told from a no by its length."""
REMEMBERED = 200_000
"""Keys made ready at a time."""


class Cipher:
    """Conceals and reveals columns with the keys of a keyring.

    A column of fields is named by texts, one for every row, as the engine hands it over: ``TYPE.FIELD``.
    """

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys
        self._ready: Callable[[int], AESSIV | None] = lru_cache(REMEMBERED)(self._made_ready)

    def conceal(self, entities: pa.ChunkedArray, texts: pa.ChunkedArray, fields: pa.ChunkedArray) -> pa.Array:
        """Cells of texts, each with the key of its row's entity, which must have been issued."""
        import pyarrow as pa

        rows = zip(entities.to_pylist(), texts.to_pylist(), fields.to_pylist(), strict=True)
        return pa.array([None if text is None else self._cell(entity, text, field) for entity, text, field in rows], pa.binary())

    def reveal(self, cells: pa.ChunkedArray, fields: pa.ChunkedArray) -> pa.Array:
        """The texts in cells, null where the key was destroyed."""
        import pyarrow as pa

        rows = zip(cells.to_pylist(), fields.to_pylist(), strict=True)
        return pa.array([None if cell is None else self.text(cell, field) for cell, field in rows], pa.string())

    def legible(self, cells: pa.ChunkedArray) -> pa.Array:
        """The cells whose key is there, null for others."""
        import pyarrow as pa

        return pa.array([None if cell is None or self._keys.key(slot_in(cell)) is None else cell for cell in cells.to_pylist()], pa.binary())

    def text(self, cell: bytes, field: str) -> str | None:
        """The text in a cell, None where its key was destroyed.

        Raises:
            StoreDamaged: the key is missing, or not the one it was concealed with.
        """
        from cryptography.exceptions import InvalidTag

        if (key := self._ready(slot_in(cell))) is None:
            return None
        try:
            return _emptied(key.decrypt(cell[PLACE:], [field.encode()]))
        except InvalidTag as error:
            raise damaged(field, Text("个人信息与其密钥不符", "a personal value does not fit its key")) from error

    def _cell(self, entity: str, text: str, field: str) -> bytes:
        slot = self._keys.slot_of(entity)
        if (key := self._ready(slot)) is None:
            raise KeyError(entity)
        return slot.to_bytes(PLACE, "big") + key.encrypt(_filled(text), [field.encode()])

    def _made_ready(self, slot: int) -> AESSIV | None:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        key = self._keys.key(slot)
        return AESSIV(key) if key else None


def slot_in(cell: bytes) -> int:
    """The slot in which the key of a cell lies."""
    return int.from_bytes(cell[:PLACE], "big")


def _filled(text: str) -> bytes:
    content = text.encode() + b"\x80"
    return content + bytes(-len(content) % BLOCK)


def _emptied(content: bytes) -> str:
    return content.rstrip(b"\0")[:-1].decode()
