"""Whether a Delta table tells other engines what was sealed: the same segments, rows and columns, and nothing that would hide any of them.

A commit's list of files, its statistics and its schema lie outside the seal, so each is compared with the segments, which lie under it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from zhizao.model.text import Text
from zhizao.store import segment
from zhizao.store.damage import damaged
from zhizao.store.delta import commit_name, commits, told, types
from zhizao.store.history import History

ACTIONS = {"commitInfo", "protocol", "metaData", "add", "remove"}
"""What a commit of ours may hold; what it removes, a sealed note retires."""

Files = dict[str, tuple[int, int]]
"""Size and rows of each segment, by its name."""


def check_table(table: Path, history: History) -> None:
    """Check every commit, and what the whole log says to another engine, checkpoints included.

    Raises:
        StoreDamaged: names what does not fit.
    """
    files: Files = {}
    segments = {batch.number: batch.segment for batch in history.all() if batch.record == table.name}
    gone = {segments[number] for commit in commits(table) for number in _retires(history, commit)}
    for number, commit in enumerate(commits(table)):
        if commit.name != commit_name(number):
            raise damaged(commit.with_name(commit_name(number)), Text("提交记录缺失", "a commit is missing"))
        files |= _check_commit(table, commit, history, gone)
        _check_removed(commit, [segments[number] for number in _retires(history, commit)])
    if found := commits(table):
        _check_whole(table, found[-1], {name: said for name, said in files.items() if name not in gone})


def _retires(history: History, commit: Path) -> tuple[int, ...]:
    batch = history.batch_of(commit)
    return (batch.retires or ()) if batch else ()


def _check_commit(table: Path, commit: Path, history: History, gone: Set[str]) -> Files:
    """The segment a commit adds: exactly the one its batch was sealed with; of one that is retired only the commit still tells the size."""
    batch = history.batch_of(commit)
    name = batch.segment if batch else ""
    actions = _actions(commit)
    added = [action["add"] for action in actions if "add" in action]
    size = added[0].get("size") if name in gone and added else (table / name).stat().st_size
    files = {name: (size, batch.stored)} if batch and name else {}
    if any(set(action) - ACTIONS for action in actions) or [_said(add) for add in added] != [(n, *said) for n, said in files.items()]:
        raise damaged(commit, Text("提交记录与封印不符", "a commit does not match its seal"))
    return files


def _check_removed(commit: Path, retired: Sequence[str]) -> None:
    """The segments a commit removes: exactly those its batch retires."""
    if [action["remove"].get("path") for action in _actions(commit) if "remove" in action] != list(retired):
        raise damaged(commit, Text("提交记录与封印不符", "a commit does not match its seal"))


def _actions(commit: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in commit.read_bytes().splitlines()]


def _said(add: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a commit says of a file; whatever could hide rows of it (a partition, deleted rows, least and greatest values) must not be there."""
    stats = json.loads(add.get("stats") or "{}")
    hides = add.get("partitionValues") or add.get("deletionVector") or set(stats) - {"numRecords"}
    return (add.get("path"), add.get("size"), None if hides else stats.get("numRecords"))


def _check_whole(table: Path, newest: Path, files: Files) -> None:
    """What another engine finds: the sealed segments, and every column of them, of the same type."""
    there = told(table)
    if there.files != files or not there.is_plain:
        raise damaged(newest, Text("数据表所列与封印不符", "what the table lists does not match the seals"))
    for name in files:
        for column, kind in types(segment.columns(table / name)).items():
            if there.columns.get(column) != kind:
                what = Text(f"数据表的列 {column} 与数据段不符", f"column {column} of the table does not match the segment")
                raise damaged(table / name, what)
