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
from zhizao.store.faults import fault
from zhizao.store.files.rows import CHUNK, own

if TYPE_CHECKING:
    import pyarrow as pa


def read(path: Path) -> pa.Table:
    """The rows of a file of JSON lines; a line that is no object, or not a clear one, is kept raw, as a fault.

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
    sound = [row if isinstance(row, dict) else {} for row in rows]
    names = dict.fromkeys(name for row in sound for name in row)
    found: dict[str, pa.Array] = {n: pa.array([row.get(n) for row in sound], pa.string()) for n in names}
    found[LINE] = pa.array([i for i, _ in lines], pa.int64())
    faults = [fault(row, line.strip()) if isinstance(row, str) else None for row, (_, line) in zip(rows, lines, strict=True)]
    return pa.table(found if not any(faults) else {**found, FAULT: pa.array(faults, pa.string())})


class _Twice(ValueError):
    """A name stands more than once in an object: which of its values is meant, nobody can say."""


def _row(line: str) -> dict[str, str | None] | str:
    """The object of a line as texts, or what is wrong with it.

    Example:
        >>> _row('{"a": 0.10, "b": null, "c": true}'), _row("[1]"), _row('{"a": 1, "a": 2}')
        ({'a': '0.10', 'b': None, 'c': 'true'}, 'json', 'twice')
    """
    try:
        said = json.loads(line, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_object)
        row = _object([(own(name.strip()), _text(value)) for name, value in said.items()]) if isinstance(said, dict) else "json"
    except _Twice:
        return "twice"
    except (ValueError, RecursionError):
        return "json"
    return "surrogate" if "\\u" in line and not _is_text(row) else row


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise _Twice
    return row


def _is_text(row: object) -> bool:
    """Whether every escape in a row is a whole character: half of one can be kept nowhere."""
    try:
        return bool(json.dumps(row, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


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
