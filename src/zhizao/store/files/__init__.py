"""Files of rows: csv, xlsx, jsonl and parquet, read into and written from one table; the suffix says which."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.errors import InputError
from zhizao.model.text import Text

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".xlsx": "xlsx", ".parquet": "parquet"}
"""The kind of file by its suffix."""


def read(path: Path) -> pa.Table:
    """The rows of a file as they stand in it.

    Shape:
        one column a column of the file, texts except for parquet; ``_line``, the line of each row in the file; and, where there are
        rows that could not be read as rows, ``_fault``, their raw text.

    Raises:
        InputError: the file cannot be read as rows.
    """
    from zhizao.store.files import csv, jsonl, parquet, xlsx

    readers = {"csv": csv.read, "jsonl": jsonl.read, "xlsx": xlsx.read, "parquet": parquet.read}
    try:
        return readers[kind_of(path)](path)
    except OSError as error:
        what = Text("文件无法打开", f"the file cannot be opened: {error.strerror}")
        raise InputError(what, where=str(path), cure=Text("请检查路径和权限", "check the path and its rights")) from error


def write(rows: pa.Table, path: Path, kind: str = "") -> None:
    """Write rows to a file that import reads back to the same values.

    Raises:
        InputError: the kind is unknown, or cannot hold the rows.
    """
    from zhizao.store.files import csv, jsonl, parquet, xlsx

    writers = {"csv": csv.write, "jsonl": jsonl.write, "xlsx": xlsx.write, "parquet": parquet.write}
    writers[kind or kind_of(path)](rows, path)


def kind_of(path: Path) -> str:
    """What kind of file a path names.

    Example:
        >>> kind_of(Path("returns.CSV"))
        'csv'

    Raises:
        InputError: the suffix is none of the known ones.
    """
    if kind := KINDS.get(path.suffix.lower()):
        return kind
    what = Text(f"不认识的文件类型“{path.suffix}”", f"files of type '{path.suffix}' are not read")
    raise InputError(what, where=str(path), cure=Text("请存为 csv、xlsx、jsonl 或 parquet", "save it as csv, xlsx, jsonl or parquet"))
