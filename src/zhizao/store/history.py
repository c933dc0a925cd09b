"""The batches of a home, read from the notes of its tables' commits."""

from __future__ import annotations

import json
from pathlib import Path

from zhizao.errors import StoreDamaged
from zhizao.model.text import Text
from zhizao.store.batch import Batch
from zhizao.store.delta import LOG, NOTE, commits


class History:
    """What was stored, batch by batch; reads each commit once."""

    def __init__(self, facts: Path) -> None:
        self._facts = facts
        self._read: dict[Path, Batch | None] = {}

    def tables(self) -> list[Path]:
        """The folder of every record type that has been stored."""
        return sorted(f.parent for f in self._facts.glob(f"*/{LOG}"))

    def batches(self) -> list[Batch]:
        """All batches in their order, as far as they follow each other without a gap.

        Tables are listed one after the other while a writer may go on: a batch whose predecessor was not seen was stored after
        the listing began, and is left for the next one.
        """
        found = self.all()
        return [batch for place, batch in enumerate(found, start=1) if batch.number == place]

    def all(self) -> list[Batch]:
        """All batches in the order of their numbers, gaps or not."""
        seen = [batch for table in self.tables() for file in commits(table) if (batch := self.batch_of(file))]
        return sorted(seen, key=lambda b: b.number)

    def batch_of(self, commit: Path) -> Batch | None:
        """The batch a commit carries; None for one that only widens the table.

        Raises:
            StoreDamaged: the commit cannot be read.
        """
        if commit not in self._read:
            self._read[commit] = _batch(commit)
        return self._read[commit]

    def newest(self) -> list[str]:
        """The last commit of every table: changes with every batch, and costs one listing a table."""
        return [f"{table.name}/{max(names)}" for table in self.tables() if (names := [f.name for f in (table / LOG).glob("[0-9]*.json")])]


def _batch(commit: Path) -> Batch | None:
    try:
        lines = [json.loads(line) for line in commit.read_bytes().splitlines()]
        note = next((line["commitInfo"].get(NOTE) for line in lines if "commitInfo" in line), None)
        return Batch.from_json(note) if note is not None else None
    except (ValueError, AttributeError, TypeError) as error:
        raise StoreDamaged(Text("提交记录无法读取", "a commit cannot be read"), where=str(commit)) from error
