"""The Delta Lake table of a record type: a commit is what makes a segment, and the batch it came with, exist.

The library is always given an absolute path: a relative one that begins ``s3:`` would be looked for in the cloud.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.model.text import Text
from zhizao.store.columns import retyped
from zhizao.store.damage import damaged
from zhizao.store.durable import flush, make_folder, replace

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable, Schema
    from deltalake.transaction import AddAction

LOG, NOTE = "_delta_log", "zhizao"
"""The folder of a table's commits, and the key under which a commit carries our batch."""


def commit(table: Path, schema: pa.Schema, segment: Path | None, rows: int, note: str) -> None:
    """Add a segment, already on the disk, to a table together with the note of its batch; durable when it returns.

    Raises:
        InputError: a field of the type is stored in another type already.
    """
    from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema
    from deltalake.transaction import create_table_with_add_actions

    told = CommitProperties(custom_metadata={NOTE: note})
    # The notes in the log are the only record of batches: the log is never trimmed.
    after = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)
    wanted = Schema.from_arrow(schema)
    added = [_added(segment, rows)] if segment else []
    make_folder(table)
    if not any((table / LOG).glob("*.json")):
        create_table_with_add_actions(str(table.absolute()), wanted, added, mode="error", commit_properties=told, post_commithook_properties=after)
    else:
        there = DeltaTable(table.absolute())
        _widen(there, wanted, table.name)
        there.create_write_transaction([*added], mode="append", schema=wanted, commit_properties=told, post_commithook_properties=after)
    flush(commits(table)[-1])
    flush(table / LOG)
    flush(table)


def commit_removal(table: Path, segments: Sequence[str], note: str, at_ms: int) -> None:
    """Say that segments are no longer part of a table, together with the note of the batch that says why; durable when it returns.

    Call it as the one writer. The library removes files only by a condition on their rows.
    """
    removed = [{"remove": {"path": name, "deletionTimestamp": at_ms, "dataChange": True}} for name in segments]
    actions = [{"commitInfo": {"timestamp": at_ms, "operation": "DELETE", NOTE: note}}, *removed]
    content = "".join(json.dumps(action, ensure_ascii=False) + "\n" for action in actions)
    replace(table / LOG / commit_name(len(commits(table))), content.encode())


def commits(table: Path) -> list[Path]:
    """The commits of a table, oldest first; what a failing machine left empty at the end is none."""
    folder = table / LOG
    found = [folder / name for name in sorted(names_in(folder)) if name.endswith(".json") and name[0].isdigit()]
    while found and not _size(found[-1]):
        found.pop()
    return found


def names_in(folder: Path) -> list[str]:
    """What lies in a folder; nothing where there is none."""
    with suppress(FileNotFoundError):
        return os.listdir(folder)
    return []


def commit_name(number: int) -> str:
    """The file of a table's commit, counted from 0."""
    return f"{number:020d}.json"


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # empty, and swept by a writer a moment ago
        return 0


def sweep(table: Path, segments: set[str]) -> None:
    """Remove what a writer that died left behind: commits without content or without a name, segments that no commit names. Call it as the one writer."""
    for torn in (f for f in (table / LOG).glob("*.json") if not f.stat().st_size):
        torn.unlink()
    for draft in [*(table / LOG).glob("_commit_*"), *(table / LOG).glob(".*")]:
        draft.unlink()
    for orphan in (f for f in table.glob("*.parquet") if f.name not in segments):
        orphan.unlink()


@dataclass(frozen=True, slots=True)
class Told:
    """What a table tells another engine: size and rows of each file, the type of each column, and whether that is all it tells."""

    files: dict[str, tuple[int, int]]
    columns: dict[str, str]
    is_plain: bool


def told(table: Path) -> Told:
    """What another engine finds when it opens a table; it may read a checkpoint in place of the commits before it.

    Raises:
        StoreDamaged: the table cannot be opened.
    """
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    try:
        there = DeltaTable(table.absolute())
        found, said = there.get_add_actions(flatten=True), there.metadata()
    except (DeltaError, OSError, ValueError) as error:
        raise damaged(table / LOG, Text("数据表无法打开", "the table cannot be opened")) from error
    sizes = zip(found["size_bytes"].to_pylist(), found["num_records"].to_pylist(), strict=True)
    hiding = [c for c in found.column_names if c.partition(".")[0] in ("min", "max", "null_count", "partition")]
    is_plain = not (said.configuration or said.partition_columns or any(found[c].null_count < len(found[c]) for c in hiding))
    columns = {field.name: str(field.type) for field in there.schema().fields}
    return Told(dict(zip(found["path"].to_pylist(), sizes, strict=True)), columns, is_plain and there.protocol().min_reader_version == 1)


def types(schema: pa.Schema) -> dict[str, str]:
    """The types of columns as a table names them."""
    from deltalake import Schema

    return {field.name: str(field.type) for field in Schema.from_arrow(schema).fields}


def _added(segment: Path, rows: int) -> AddAction:
    from deltalake.transaction import AddAction

    found = segment.stat()
    return AddAction(segment.name, found.st_size, {}, int(found.st_mtime * 1000), True, f'{{"numRecords": {rows}}}')


def _widen(table: DeltaTable, wanted: Schema, name: str) -> None:
    """Give the table the fields the type has won since; a field never changes its type."""
    there = {f.name: f for f in table.schema().fields}
    new = [f for f in wanted.fields if f.name not in there]
    for field in wanted.fields:
        if field.name in there and field.type != there[field.name].type:
            raise retyped(name, field.name, str(there[field.name].type), str(field.type))
    if new:
        table.alter.add_columns(new)
