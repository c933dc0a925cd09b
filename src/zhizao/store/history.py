"""The batches of a home, read from the notes of its tables' commits."""

from __future__ import annotations

import json
from pathlib import Path

from zhizao.model.text import Text
from zhizao.store.batch import Batch
from zhizao.store.damage import damaged
from zhizao.store.delta import LOG, NOTE, commit_name, commits
from zhizao.store.home import Home


class History:
    """What was stored, batch by batch; reads each commit once."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._read: dict[Path, Batch | None] = {}

    def tables(self) -> list[Path]:
        """The folder of every record type that has been stored."""
        return sorted(f.parent for f in self._home.facts.glob(f"*/{LOG}"))

    def batches(self) -> list[Batch]:
        """All batches in their order, without a gap.

        Tables are listed one after the other while a writer may go on: a batch whose predecessor was not seen was stored after
        the listing began, and is left for the next one. The batch that the head named before that was stored, and so must be seen.

        Raises:
            StoreDamaged: a batch is missing.
        """
        last = self._home.last_batch()
        seen = self.all()
        whole = [batch for place, batch in enumerate(seen, start=1) if batch.number == place]
        if last is None:
            self.require_head(seen)
        elif len(whole) < last[0] or whole[last[0] - 1].seal != last[1]:
            number = min(len(whole) + 1, last[0])
            what = Text(f"第 {number} 批缺失或被更换", f"batch {number} is missing, or another one is in its place")
            raise damaged(self._place_of_gap() or f"batch {number}", what)
        return whole

    def require_head(self, seen: list[Batch]) -> None:
        """A second batch is stored only after the head has named the first: where there are two, there is a head.

        Raises:
            StoreDamaged: there is none.
        """
        if len(seen) > 1 and self._home.last_batch() is None:
            raise damaged(self._home.head, Text("文件缺失", "the file is missing"))

    def all(self) -> list[Batch]:
        """All batches in the order of their numbers, gaps or not."""
        seen = [batch for table in self.tables() for file in commits(table) if (batch := self.batch_of(file))]
        return sorted(seen, key=lambda b: b.number)

    def batch_of(self, commit: Path) -> Batch | None:
        """The batch a commit carries; None for one that only widens the table.

        Raises:
            StoreDamaged: the commit cannot be read, or is not what was sealed.
        """
        if commit not in self._read:
            self._read[commit] = _batch(commit)
        return self._read[commit]

    def newest(self) -> list[str]:
        """The last commit of every table: changes with every batch, and costs one listing a table."""
        return [f"{table.name}/{max(names)}" for table in self.tables() if (names := [f.name for f in (table / LOG).glob("[0-9]*.json")])]

    def _place_of_gap(self) -> Path | None:
        """The first commit that a table's log leaves out; None where whole tables, or their last commits, are gone."""
        for table in self.tables():
            for number, commit in enumerate(commits(table)):
                if commit.name != commit_name(number):
                    return commit.with_name(commit_name(number))
        return None


def _batch(commit: Path) -> Batch | None:
    try:
        lines = [json.loads(line) for line in commit.read_bytes().splitlines()]
        note = next((line["commitInfo"].get(NOTE) for line in lines if "commitInfo" in line), None)
        batch = Batch.from_json(note) if note is not None else None
    except (ValueError, AttributeError, TypeError) as error:
        raise damaged(commit, Text("提交记录无法读取", "a commit cannot be read")) from error
    if batch and not batch.fits_its_seal:
        raise damaged(commit, Text("批次与封印不符", "a batch does not match its seal"))
    return batch
