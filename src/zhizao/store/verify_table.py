"""Whether a Delta table tells other engines what was sealed: the same segments, rows and columns, and nothing that would hide any of them.

A commit's list of files, its statistics and its schema lie outside the seal, so each is compared with the segments, which lie under it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhizao.model.text import Text
from zhizao.store import segment
from zhizao.store.damage import damaged
from zhizao.store.delta import LOG, commit_name, commits
from zhizao.store.history import History

if TYPE_CHECKING:
    from deltalake import DeltaTable

ACTIONS = {"commitInfo", "protocol", "metaData", "add"}
"""What a commit of ours may hold; above all nothing is ever removed."""

Files = dict[str, tuple[int, int]]
"""Size and rows of each segment, by its name."""


def check_table(table: Path, history: History) -> None:
    """Check every commit, and what the whole log says to another engine, checkpoints included.

    Raises:
        StoreDamaged: names what does not fit.
    """
    files: Files = {}
    for number, commit in enumerate(commits(table)):
        if commit.name != commit_name(number):
            raise damaged(commit.with_name(commit_name(number)), Text("提交记录缺失", "a commit is missing"))
        files |= _check_commit(table, commit, history)
    if found := commits(table):
        _check_whole(table, found[-1], files)


def _check_commit(table: Path, commit: Path, history: History) -> Files:
    """The segment a commit adds: exactly the one its batch was sealed with."""
    batch = history.batch_of(commit)
    name = batch.segment if batch else ""
    files = {name: ((table / name).stat().st_size, batch.stored)} if batch and name else {}
    actions = [json.loads(line) for line in commit.read_bytes().splitlines()]
    added = [action["add"] for action in actions if "add" in action]
    if any(set(action) - ACTIONS for action in actions) or [_said(add) for add in added] != [(n, *said) for n, said in files.items()]:
        raise damaged(commit, Text("提交记录与封印不符", "a commit does not match its seal"))
    return files


def _said(add: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a commit says of a file; whatever could hide rows of it (a partition, deleted rows, least and greatest values) must not be there."""
    stats = json.loads(add.get("stats") or "{}")
    hides = add.get("partitionValues") or add.get("deletionVector") or set(stats) - {"numRecords"}
    return (add.get("path"), add.get("size"), None if hides else stats.get("numRecords"))


def _check_whole(table: Path, newest: Path, files: Files) -> None:
    """What another engine finds when it opens the table: it may read a checkpoint in place of the commits before it."""
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    try:
        there = DeltaTable(table)
        found = there.get_add_actions(flatten=True)
        listed = dict(zip(found["path"].to_pylist(), zip(found["size_bytes"].to_pylist(), found["num_records"].to_pylist(), strict=True), strict=True))
        hides = any(found[c].null_count < len(found[c]) for c in found.column_names if c.partition(".")[0] in ("min", "max", "null_count", "partition"))
        told = there.metadata()
    except (DeltaError, OSError, ValueError) as error:
        raise damaged(table / LOG, Text("数据表无法打开", "the table cannot be opened")) from error
    if listed != files or hides or told.configuration or told.partition_columns or there.protocol().min_reader_version != 1:
        raise damaged(newest, Text("数据表所列与封印不符", "what the table lists does not match the seals"))
    _check_columns(table, there, files)


def _check_columns(table: Path, there: DeltaTable, files: Files) -> None:
    """Every column of a segment is a column of the table, of the same type."""
    from deltalake import Schema

    told = {field.name: str(field.type) for field in there.schema().fields}
    for name in files:
        for field in Schema.from_arrow(segment.described(table / name)[1]).fields:
            if told.get(field.name) != str(field.type):
                what = Text(f"数据表的列 {field.name} 与数据段不符", f"column {field.name} of the table does not match the segment")
                raise damaged(table / name, what)
