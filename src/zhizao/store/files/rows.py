"""Rows met one by one while reading a file, gathered into a table of texts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store.accept import FAULT, LINE
from zhizao.store.faults import fault

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 50_000

Cells = Sequence[str | None]
Row = tuple[int, Cells, str]
"""Line, cells, and what is wrong with them, if the reader knows ('' if not; see ``faults``)."""


def own(name: str) -> str:
    """The name of a column of a file; one that is called as a column readers add is called otherwise, so that neither stands for the other.

    Example:
        >>> own("revenue"), own("_line")
        ('revenue', 'column _line')
    """
    return f"column {name}" if name in (LINE, FAULT) else name


def header(cells: Iterable[object], path: Path) -> list[str]:
    """The names of the columns, without white space around them; '' for a column without a name, which is left aside.

    Raises:
        InputError: there are none, or one stands twice.
    """
    names = ["" if c is None else own(str(c).strip().lstrip("\ufeff").strip()) for c in cells]
    if not any(names):
        raise InputError(Text("文件没有表头", "the file has no header"), where=str(path), cure=Text("首行写字段名", "write field names in its first line"))
    twice = [name for name, n in Counter(n for n in names if n).items() if n > 1]
    if twice:
        what = Text(f"列 {twice[0]} 出现多次", f"column {twice[0]} stands more than once")
        raise InputError(what, where=str(path), cure=Text("请只留一列", "keep only one of them"))
    return names


def table(names: Sequence[str], rows: Iterable[Row]) -> pa.Table:
    """A table of texts; a row with more or fewer cells than the header, or with a fault of its own, is kept raw."""
    import pyarrow as pa

    # Python's texts take several times the room of a column's: they are handed over a chunk at a time.
    some = iter(rows)
    chunks = [_chunk(names, [])]
    while chunk := list(islice(some, CHUNK)):
        chunks.append(_chunk(names, chunk))
    found = pa.concat_tables(chunks)
    return found if found[FAULT].null_count < len(found) else found.drop([FAULT])


def _chunk(names: Sequence[str], rows: Sequence[Row]) -> pa.Table:
    import pyarrow as pa

    width = len(names)
    faults = [_fault(cells, kind if kind or len(cells) == width else "cells") for _, cells, kind in rows]
    sound = [cells if wrong is None else (None,) * width for (_, cells, _), wrong in zip(rows, faults, strict=True)]
    columns = zip(*sound, strict=True) if rows else [()] * width
    found = {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True) if name}
    return pa.table({**found, LINE: pa.array([line for line, *_ in rows], pa.int64()), FAULT: pa.array(faults, pa.string())})


def _fault(cells: Cells, kind: str) -> str | None:
    return fault(kind, json.dumps(list(cells), ensure_ascii=False)) if kind else None
