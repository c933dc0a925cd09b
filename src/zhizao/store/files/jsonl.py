"""JSON lines: one object a line; figures keep every digit they are written with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store.accept import FAULT, LINE

if TYPE_CHECKING:
    import pyarrow as pa


def read(path: Path) -> pa.Table:
    """The rows of a file of JSON lines; a line that is no object is kept raw, as a fault.

    Raises:
        InputError: the file is not UTF-8.
    """
    import pyarrow as pa

    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        what = Text("文件不是 UTF-8", "the file is not UTF-8")
        raise InputError(what, where=str(path), cure=Text("请另存为 UTF-8", "save it as UTF-8")) from error
    numbered = [(i, _row(line), line) for i, line in enumerate(lines, start=1) if line.strip()]
    names = dict.fromkeys(name for _, row, _ in numbered for name in row or {})
    found: dict[str, pa.Array] = {n: pa.array([(row or {}).get(n) for _, row, _ in numbered], pa.string()) for n in names}
    found[LINE] = pa.array([i for i, _, _ in numbered], pa.int64())
    if any(row is None for _, row, _ in numbered):
        found[FAULT] = pa.array([line.strip() if row is None else None for _, row, line in numbered], pa.string())
    return pa.table(found)


def _row(line: str) -> dict[str, str | None] | None:
    """The object of a line as texts, or None where it is none.

    Example:
        >>> _row('{"a": 0.10, "b": null, "c": true}'), _row("[1]")
        ({'a': '0.10', 'b': None, 'c': 'true'}, None)
    """
    try:
        row = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return {name.strip(): _text(value) for name, value in row.items()} if isinstance(row, dict) else None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def write(rows: pa.Table, path: Path) -> None:
    """Rows as objects; exact numbers as texts, missing values as null."""
    from zhizao.store.files.csv import as_text

    with path.open("w", encoding="utf-8") as file:
        for batch in rows.to_batches(max_chunksize=10_000):
            columns = [as_text(batch.column(i)) for i in range(batch.num_columns)]
            for cells in zip(*columns, strict=True):
                file.write(json.dumps(dict(zip(rows.column_names, cells, strict=True)), ensure_ascii=False) + "\n")
