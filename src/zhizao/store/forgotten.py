"""What was forgotten, as the sealed notes say: the slots of keys that were destroyed, and whose they were."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhizao.model.forgetting import Forgetting
from zhizao.model.text import Text
from zhizao.store import segment
from zhizao.store.damage import damaged
from zhizao.store.keyring import Keyring

if TYPE_CHECKING:
    from zhizao.store.batch import Batch
    from zhizao.store.home import Home

FORGOTTEN = "_forgotten"
"""The table of the notes; no pack can define a type of this name."""
ENTITY, SLOT = "entity", "slot"
"""Its columns."""


def notes(batches: Sequence[Batch]) -> list[Batch]:
    """The batches that are notes of forgetting."""
    return [b for b in batches if b.record == FORGOTTEN]


def noted(home: Home, told: Sequence[Batch]) -> dict[int, str]:
    """The slots that notes name, each with its entity.

    Raises:
        StoreDamaged: a note cannot be read.
    """
    return {row[SLOT]: row[ENTITY] for note in told for row in _rows(home.facts / FORGOTTEN / note.segment)}


def _rows(file: Path) -> list[dict[str, Any]]:
    import pyarrow as pa

    try:
        found: list[dict[str, Any]] = segment.read(file).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise damaged(file, Text("抹去的记录无法读取", "a note of forgetting cannot be read")) from error
    return found


def forgettings(home: Home, batches: Sequence[Batch]) -> list[Forgetting]:
    """Every forgetting, in the order of time."""
    return [Forgetting(entity, note.at, note.why) for note in notes(batches) for entity in dict.fromkeys(noted(home, [note]).values())]


def keyring(home: Home, batches: Sequence[Batch]) -> Keyring:
    """The keys that may be used: what a note names is gone. Only of the last one may the key still be there, for a moment or after a crash."""
    return Keyring(home.personal_keys, noted(home, notes(batches)[-1:]))
