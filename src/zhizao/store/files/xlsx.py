"""Spreadsheets: the first sheet, its first row with content being the header."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store.files.formulas import Unvalued, has_formulas, unvalued
from zhizao.store.files.rows import Row, header, table

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 1_048_576
"""Rows a sheet can hold."""


def read(path: Path) -> pa.Table:
    """The rows of the first sheet.

    Raises:
        InputError: the file is no spreadsheet, or has no header.
    """
    try:
        rows = list(_filled(path))
    except Exception as error:  # a damaged archive fails in as many ways as there are bytes in it
        what = Text("不是完好的 xlsx 文件", f"no sound xlsx file: {type(error).__name__}")
        raise InputError(what, where=str(path), cure=Text("请在表格软件中另存为 xlsx", "save it as xlsx in a spreadsheet program")) from error
    names = header(_shortened(rows[0][1]) if rows else [], path)
    return table(names, _padded(rows[1:], names))


@contextmanager
def _first_sheet(path: Path, *, data_only: bool) -> Iterator[Any]:
    """The first sheet, row by row: the values of formulas, or the formulas themselves."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=data_only)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size, which would cut rows off
        yield sheet
    finally:
        book.close()


def _unvalued(path: Path) -> dict[int, dict[int, str]]:
    if not has_formulas(path):
        return {}
    with _first_sheet(path, data_only=True) as values, _first_sheet(path, data_only=False) as written:
        return unvalued(values, written)


def _filled(path: Path) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows with content, each with its line; formulas without a value stand as they are written."""
    formulas = _unvalued(path)
    with _first_sheet(path, data_only=True) as sheet:
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            written = formulas.get(line, {})
            shown = tuple(Unvalued(written[i]) if i in written else cell for i, cell in enumerate(cells)) if written else cells
            if any(c is not None for c in shown):
                yield line, shown


def _shortened(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """Cells without the empty ones behind the last."""
    while cells and cells[-1] in (None, ""):
        cells = cells[:-1]
    return cells


def _padded(rows: Iterable[tuple[int, tuple[Any, ...]]], names: Sequence[str]) -> Iterator[Row]:
    """A sheet does not keep empty cells at the end of a row: they are put back. A formula without a value says nothing its row could do without."""
    for line, cells in rows:
        short = [_text(c) for c in _shortened(cells)]
        unknown = any(isinstance(cell, Unvalued) for cell, name in zip(cells, names, strict=False) if name)
        yield line, short + [None] * (len(names) - len(short)), "formula" if unknown else ""


def _text(value: object) -> str | None:
    """A cell as text.

    Example:
        >>> _text(2020.0), _text(0.1), _text(datetime(2020, 9, 14)), _text(True)
        ('2020', '0.1', '2020-09-14', 'true')
    """
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


def write(rows: pa.Table, path: Path) -> None:
    """Rows on one sheet; a figure with more digits than a spreadsheet keeps becomes text.

    Raises:
        InputError: more rows than a sheet can hold.
    """
    import openpyxl

    if len(rows) >= ROWS:
        what = Text(f"{len(rows)} 行超出一张表的上限", f"{len(rows)} rows are more than a sheet can hold")
        raise InputError(what, where=str(path), cure=Text("请导出为 csv 或 parquet", "export as csv or parquet"))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("zhizao")
    sheet.append(rows.column_names)
    for batch in rows.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            sheet.append([_cell(sheet, value) for value in row.values()])
    book.save(path)


def _cell(sheet: Any, value: object) -> object:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal) and Decimal(repr(float(value))) != value or isinstance(value, int) and abs(value) >= 10**15:
        return str(value)
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"  # a text that begins with = is no formula
        return cell
    return value
