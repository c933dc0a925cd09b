"""Text tables: commas, semicolons or tabs; UTF-8, GBK or UTF-16; empty lines and quoted line breaks allowed."""

from __future__ import annotations

import codecs
import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store.accept import LINE
from zhizao.store.files.rows import Row, header, table

if TYPE_CHECKING:
    import pyarrow as pa

HEAD = 1 << 20
DELIMITERS = ",\t;"


def read(path: Path) -> pa.Table:
    """The rows of a text table. A file without oddities, which is nearly every one, is read in parallel.

    Raises:
        InputError: the encoding is unknown, or there is no header.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    found = None if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else _read_plain(path, head)
    return found if found is not None else _read_odd(path)


def _read_plain(path: Path, head: bytes) -> pa.Table | None:
    """The rows in parallel, or None where the file is not one row a line of valid UTF-8."""
    import pyarrow as pa
    import pyarrow.csv as pc

    try:
        first = head.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0].decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not first.strip() or '"' in first:
        return None
    delimiter = _delimiter(first)
    names = header(first.split(delimiter), path)
    reading = pc.ReadOptions(column_names=[name or f"_{i}" for i, name in enumerate(names)], skip_rows=1, block_size=HEAD * 8)
    parsing = pc.ParseOptions(delimiter=delimiter, newlines_in_values=False, ignore_empty_lines=False)
    types = dict.fromkeys(reading.column_names, pa.string())
    converting = pc.ConvertOptions(column_types=types, strings_can_be_null=False)
    try:
        rows = pc.read_csv(path, reading, parsing, converting)
    except pa.ArrowInvalid:
        return None
    rows = rows.drop([c for c, name in zip(reading.column_names, names, strict=True) if not name])
    if rows.num_rows != _lines(path) - 1 or _has_empty_line(rows):
        return None
    return rows.append_column(LINE, pa.array(range(2, len(rows) + 2), pa.int64()))


def _has_empty_line(rows: pa.Table) -> bool:
    """Whether some line may be empty: it would have come out as a row of empty cells."""
    import pyarrow.compute as pc

    first = next((rows[c] for c in rows.column_names), None)
    return rows.num_columns <= 1 and first is not None and bool(pc.any(pc.equal(first, "")).as_py())


def _lines(path: Path) -> int:
    """Lines of a file, the last one counted even where no line break ends it."""
    count, last = 0, b""
    with path.open("rb") as file:
        while block := file.read(HEAD * 8):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last not in (b"\n", b""))


def _read_odd(path: Path) -> pa.Table:
    """The rows one by one, each with the line it begins on."""
    csv.field_size_limit(sys.maxsize)
    encoding = _encoding(path)
    with path.open(encoding=encoding) as file:
        delimiter = _delimiter(next((line for line in file if line.strip()), ""))
    with path.open(encoding=encoding, newline="") as file:
        rows = _rows(file, delimiter)
        names = header(next(rows, (0, [], ""))[1], path)
        return table(names, rows)


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter)
    line = 1
    for cells in reader:
        if any(c.strip() for c in cells):
            yield line, cells, ""
        line = reader.line_num + 1


def _encoding(path: Path) -> str:
    """The first encoding in which the whole file can be read."""
    with path.open("rb") as start:
        wide = start.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding) as file:
                while file.read(HEAD):
                    pass
        except UnicodeError:
            continue
        return encoding
    what = Text("无法识别文件编码", "the encoding of the file is not known")
    raise InputError(what, where=str(path), cure=Text("请另存为 UTF-8", "save it as UTF-8"))


def _delimiter(first: str) -> str:
    return max(DELIMITERS, key=first.count)


def write(rows: pa.Table, path: Path) -> None:
    """Rows as UTF-8 with commas; an empty cell is a missing value."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows.column_names)
        for batch in rows.to_batches(max_chunksize=10_000):
            columns = [as_text(batch.column(i)) for i in range(batch.num_columns)]
            writer.writerows(zip(*columns, strict=True))


def as_text(column: pa.Array) -> list[str | None]:
    """A column as texts that import reads back to the same values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(column.type):
        column = pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ")
    return [None if v is None else str(v) for v in column.cast(pa.string()).to_pylist()]
