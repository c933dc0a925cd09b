"""Whether the keys of personal values are as the notes say: destroyed where an entity was forgotten, there and fitting everywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zhizao.errors import StoreDamaged
from zhizao.model.text import Text
from zhizao.store import segment
from zhizao.store.batch import Batch
from zhizao.store.cipher import Cipher, slot_in
from zhizao.store.damage import damaged
from zhizao.store.forgotten import noted, notes
from zhizao.store.history import History
from zhizao.store.home import Home
from zhizao.store.keyring import Keyring


def check_personal(home: Home, history: History, batches: Sequence[Batch]) -> None:
    """Check one value of every key and segment, and every note.

    Raises:
        StoreDamaged: a key is lost that nobody destroyed, does not fit, or is back.
    """
    keys = Keyring(home.personal_keys)
    cipher, told = Cipher(keys), noted(home, notes(history.all()))  # read after the keys: a note comes before its key goes
    for batch in batches:
        file = home.facts / batch.record / batch.segment
        for slot, (cell, column) in (_cells(file) if batch.segment and file.is_file() else {}).items():
            if cipher.text(cell, f"{batch.record}.{column}") is None and slot not in told:
                raise damaged(file, Text("个人信息的密钥缺失，而没有抹去的记录", "a key of personal values is gone, and no note says that it was to be forgotten"))
    for entity in _still_there(home, told):
        raise _not_forgotten(entity)


def _cells(file: Path) -> dict[int, tuple[bytes, str]]:
    """One value of every key, with the column it stands in."""
    names = segment.personal_columns(file)
    rows = segment.read(file, columns=names) if names else None
    return {slot_in(cell): (cell, name) for name in names for cell in (rows[name].to_pylist() if rows else []) if cell is not None}


def _still_there(home: Home, told: dict[int, str]) -> list[str]:
    """The forgotten entities of which the key was not overwritten."""
    keys = Keyring(home.personal_keys)
    return [entity for slot, entity in told.items() if slot < keys.count and keys.key(slot) is not None]


def _not_forgotten(entity: str) -> StoreDamaged:
    what = Text("已抹去的个人信息，其密钥仍在", "it was forgotten, and its key is still there")
    return StoreDamaged(what, where=entity, cure=Text(f"请再执行一次 zhizao forget {entity}", f"run zhizao forget {entity} again"))
