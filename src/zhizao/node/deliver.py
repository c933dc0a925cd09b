"""One file delivered to the store as one batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.errors import InputError, nearest
from zhizao.model.receipt import Receipt
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.node.refused import refused
from zhizao.store.contract import Source, Store

if TYPE_CHECKING:
    import pyarrow as pa


Remark = Callable[[Text], None]

FACT_COLUMN = "fact"
"""The column an export adds: the id of each fact, which an import need not know."""


def deliver(store: Store, record: RecordType, path: Path, *, name: str = "", remark: Remark = lambda _: None) -> Receipt:
    """Read a file of rows of one type and store what can be stored; a column nobody knows is remarked.

    Raises:
        InputError: there is no such file, it cannot be read as rows, or a column looks like a misspelt field: to leave it out would
            correct known facts to "not reported".
    """
    from zhizao.store.files import read

    _require_file(path)
    sha256 = _digest(path)
    rows = read(path)
    _check_columns(record, rows, path, remark)
    return store.append(record, rows, Source(name or str(path), sha256))


def _require_file(path: Path) -> None:
    if path.is_file():
        return
    if path.is_dir():
        what, cure = Text("这是文件夹，不是文件", "it is a folder, not a file"), Text("请逐个写文件名", "name the files in it one by one")
    elif path.exists():
        what, cure = Text("这不是普通文件", "it is no ordinary file"), Text("请先存成文件", "save it to a file first")
    else:
        what, cure = Text("没有这个文件", "there is no such file"), Text("请检查路径", "check the path")
    raise InputError(what, where=str(path), cure=cure)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise refused(error, str(path)) from error


def _check_columns(record: RecordType, rows: pa.Table, path: Path, remark: Remark) -> None:
    from zhizao.store.accept import FAULT, LINE, column_of

    columns = {f.id: column_of(f, rows.column_names) for f in record.fields}
    missing = [f.id for f in record.fields if columns[f.id] not in rows.column_names]
    strange = [c for c in rows.column_names if c not in {*columns.values(), LINE, FAULT, FACT_COLUMN}]
    for column in strange:
        if near := nearest(column.strip(), missing):
            cure = Text(f"请把列名改为 {near}，或删去该列", f"rename the column to {near}, or remove it")
            raise InputError(Text(f"{record.id} 没有字段 {column}", f"{record.id} has no field {column}"), where=str(path), cure=cure)
    if strange:
        listed = ", ".join(strange)
        remark(Text(f"{record.id} 没有这些字段，未采用：{listed}", f"{record.id} has no such fields, columns not used: {listed}"))


def first_rejects(receipt: Receipt, limit: int = 3) -> list[Text]:
    """The first rejected rows of a delivery, each with its line and reason; the file of rejects has them all."""
    if not receipt.rejects_file:
        return []
    try:
        with Path(receipt.rejects_file).open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in islice(file, 1, limit + 1)]
        return [Text(f"第 {r['line']} 行：{r['reason']['zh']}", f"line {r['line']}: {r['reason']['en']}") for r in rows]
    except (OSError, ValueError, KeyError):  # the delivery is stored: a remark about it must not fail it
        return []
