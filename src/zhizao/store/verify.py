"""Whether everything stored is still what was sealed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from zhizao.errors import StoreDamaged
from zhizao.model.text import Text
from zhizao.store import segment
from zhizao.store.batch import Batch
from zhizao.store.delta import NOTE, commits
from zhizao.store.history import History
from zhizao.store.home import Home
from zhizao.store.seal import is_signed, merkle_root


def verify(home: Home, history: History) -> int:
    """Check chain, seals, signatures, segments and tables; the number of segments checked.

    Raises:
        StoreDamaged: names the first thing that does not fit.
    """
    batches = history.all()
    _check_chain(home, batches)
    _check_head(home, batches)
    for batch in batches:
        _check_batch(home, batch)
    for table in history.tables():
        _check_commits(table)
    return sum(1 for b in batches if b.segment)


def _check_chain(home: Home, batches: Sequence[Batch]) -> None:
    seal, number, last, key = "", 0, 0, home.public_key() if batches else None
    for batch in batches:
        if batch.number != number + 1 or batch.previous != seal or batch.first != last + 1 or batch.home != home.id:
            raise _damage(f"batch {number + 1}", Text("批次缺失或次序被改", "a batch is missing or out of order"))
        if not batch.fits_its_seal or key is None or not is_signed(key, batch.seal, batch.signature):
            raise _damage(f"batch {batch.number}", Text("批次与封印不符", "a batch does not match its seal"))
        seal, number, last = batch.seal, batch.number, batch.last


def _check_head(home: Home, batches: Sequence[Batch]) -> None:
    """A chain cut off at its end is whole in itself: only the head kept apart tells."""
    if not home.head.is_file():
        if batches:
            raise _damage(home.head.name, Text("文件缺失", "the file is missing"))
        return
    head = json.loads(home.head.read_bytes())
    number = int(head["number"])
    # The commit comes first: after a crash between the two, the head may be one batch behind.
    if number > len(batches) or batches[number - 1].seal != head["seal"]:
        raise _damage(f"batch {number}", Text("末尾的批次缺失", "the last batches are missing"))


def _check_batch(home: Home, batch: Batch) -> None:
    if batch.segment:
        file = home.facts / batch.record / batch.segment
        if not file.is_file():
            raise _damage(str(file), Text("数据段缺失", "the segment is missing"))
        if merkle_root(file) != batch.root:
            raise _damage(str(file), Text("数据段与封印不符", "the segment does not match its seal"))
        if segment.count(file) != batch.stored or batch.last - batch.first + 1 != batch.stored:
            raise _damage(str(file), Text("行数与封印不符", "the number of rows does not match the seal"))
    if batch.rejects:
        file = home.path / batch.rejects
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != batch.rejects_sha256:
            raise _damage(str(file), Text("被拒行文件与封印不符", "the rejects file does not match the seal"))


def _check_commits(table: Path) -> None:
    """The table that other engines read must hold the sealed segments and nothing else."""
    for commit in commits(table):
        actions = [json.loads(line) for line in commit.read_bytes().splitlines()]
        note = next((a["commitInfo"].get(NOTE) for a in actions if "commitInfo" in a), None)
        wanted = [s] if note and (s := Batch.from_json(note).segment) else []
        if [a["add"]["path"] for a in actions if "add" in a] != wanted or any("remove" in a for a in actions):
            raise _damage(str(commit), Text("提交记录与封印不符", "a commit does not match its seal"))


def _damage(where: str, what: Text) -> StoreDamaged:
    cure = Text("请从备份恢复（zhizao restore）", "restore from a backup (zhizao restore)")
    return StoreDamaged(what, where=where, cure=cure)
