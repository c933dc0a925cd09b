"""JSON lines: one object a line; figures keep every digit they are written with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store.accept import FAULT, LINE
from zhizao.store.files.rows import CHUNK

if TYPE_CHECKING:
    import pyarrow as pa


def read(path: Path) -> pa.Table:
    """The rows of a file of JSON lines; a line that is no object is kept raw, as a fault.

    Raises:
        InputError: the file is not UTF-8.
    """
    import pyarrow as pa

    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            lines = ((i, line) for i, line in enumerate(file, start=1) if line.strip())
            chunks = [pa.table({LINE: pa.array([], pa.int64())})]
            while chunk := list(islice(lines, CHUNK)):
                chunks.append(_chunk(chunk))
    except UnicodeDecodeError as error:
        what = Text("文件不是 UTF-8", "the file is not UTF-8")
        raise InputError(what, where=str(path), cure=Text("请另存为 UTF-8", "save it as UTF-8")) from error
    return pa.concat_tables(chunks, promote_options="default")


def _chunk(lines: Sequence[tuple[int, str]]) -> pa.Table:
    import pyarrow as pa

    rows = [_row(line) for _, line in lines]
    names = dict.fromkeys(name for row in rows for name in row or {})
    found: dict[str, pa.Array] = {n: pa.array([(row or {}).get(n) for row in rows], pa.string()) for n in names}
    found[LINE] = pa.array([i for i, _ in lines], pa.int64())
    if None in rows:
        faults = [line.strip() if row is None else None for row, (_, line) in zip(rows, lines, strict=True)]
        found[FAULT] = pa.array(faults, pa.string())
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
