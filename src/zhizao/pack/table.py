"""CSV content with the line of every row; a table that does not fit gives findings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from zhizao.model.finding import Place
from zhizao.model.text import Text, same
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.readable import read_bytes, why

_NUMBER = re.compile(r"[-+]?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
"""Plain digits: no exponent that would fill the memory, no digits of other scripts."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its cells by column, and its place."""

    cells: Mapping[str, str]
    place: Place

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def number(self, column: str, found: Found) -> Decimal | None:
        """The number in a cell; None where it is empty, or, with a finding, where it is no number."""
        text = self[column]
        if not text:
            return None
        if _NUMBER.fullmatch(text):
            return Decimal(text)
        self.refuse(column, text, Text("请写一个数", "write a number"), found)
        return None

    def choice(self, column: str, known: Collection[str], found: Found) -> str:
        """The word in a cell, which must be one of a few; '' with a finding where it is not."""
        if self[column] in known:
            return self[column]
        self.refuse(column, self[column], did_you_mean(self[column], list(known)), found)
        return ""

    def refuse(self, column: str, text: str, cure: Text, found: Found) -> None:
        """Tell that a cell is wrong."""
        found.blocking("shape", self.place, Text(f"{column} 列的“{text}”不合要求", f"the column {column} cannot be {text!r}"), cure)


def read_table(path: Path, required: Collection[str], optional: Collection[str], found: Found) -> list[TableRow]:
    """The rows of a CSV file; unknown and missing columns and ragged rows are findings."""
    rows = _rows(path, found)
    if not rows:
        return []
    (_, header), *body = rows
    header = [cell.strip() for cell in header]
    _check_header(header, required, optional, Place(str(path), 1), found)
    return [TableRow(dict(zip(header, cells, strict=False)), _checked(cells, header, Place(str(path), line), found)) for line, cells in body if any(cells)]


def header_of(path: Path) -> list[str]:
    """The column names of a CSV file; none where it cannot be read."""
    rows = _rows(path, Found(), only_header=True)
    return [cell.strip() for cell in rows[0][1]] if rows else []


def _rows(path: Path, found: Found, *, only_header: bool = False) -> list[tuple[int, list[str]]]:
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        reader = csv.reader(io.StringIO(read_bytes(path).decode("utf-8-sig"), newline=""), strict=True)
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
            if only_header:
                break
        if not rows:
            _unreadable(path, "shape", Text("表格是空的", "it is empty"), Text("请写表头", "write the header"), found)
        return rows
    except OSError as error:
        _unreadable(path, "no_file", why(error), Text("请核对文件名和权限", "check its name and permissions"), found)
    except UnicodeDecodeError:
        _unreadable(path, "encoding", Text("不是 UTF-8", "not UTF-8"), Text("请以 UTF-8 编码保存", "save it as UTF-8"), found)
    except csv.Error as error:
        _unreadable(path, "shape", same(str(error)), Text("请检查引号", "check the quotation marks"), found, line)
    return []


def _unreadable(path: Path, code: str, reason: Text, cure: Text, found: Found, line: int = 1) -> None:
    found.blocking(code, Place(str(path), line), Text(f"表格无法读取（{reason.zh}）", f"the table cannot be read ({reason.en})"), cure)


def _check_header(header: list[str], required: Collection[str], optional: Collection[str], place: Place, found: Found) -> None:
    known = [*required, *optional]
    for name in required:
        if name not in header:
            found.blocking("shape", place, Text(f"缺少 {name} 列", f"the column {name} is missing"), Text(f"请补上 {name} 列", f"add a column {name}"))
    for name in header:
        if name not in known:
            found.doubtful("shape", place, Text(f"没有名为“{name}”的列", f"the column {name!r} does not belong here"), did_you_mean(name, known))
        elif header.count(name) > 1:
            found.blocking("repeated_key", place, Text(f"{name} 列重复", f"the column {name} is repeated"), Text("请删去其中一列", "remove one of them"))


def _checked(cells: list[str], header: list[str], place: Place, found: Found) -> Place:
    if len(cells) > len(header):
        message = Text(f"有 {len(cells)} 格，而表头有 {len(header)} 列", f"{len(cells)} cells under {len(header)} columns")
        found.blocking("shape", place, message, Text("含逗号的文字请加引号", "put a text with a comma into quotes"))
    return place
