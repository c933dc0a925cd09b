"""Formulas that a spreadsheet holds without their values: written by a program that does not calculate, and never opened in one that does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")
BLOCK = 1 << 20


class Unvalued(str):
    """A formula without a value, as it is written."""

    __slots__ = ()


@contextmanager
def first_sheet(path: Path, *, data_only: bool) -> Iterator[Any]:
    """The first sheet, row by row: the values of formulas, or the formulas themselves."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=data_only)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size, which would cut rows off
        yield sheet
    finally:
        book.close()


def unvalued(path: Path) -> dict[int, dict[int, str]]:
    """The formulas without a value, by line and place in it; a sheet without formulas, as nearly all are, is not read for it."""
    if not _has_formulas(path):
        return {}
    found: dict[int, dict[int, str]] = {}
    with first_sheet(path, data_only=True) as values, first_sheet(path, data_only=False) as written:
        for line, (cells, formulas) in enumerate(zip(values.iter_rows(), written.iter_rows(values_only=True), strict=True), start=1):
            for i, (cell, formula) in enumerate(zip(cells, formulas, strict=True)):
                # A formula whose value is an empty text says so by its type.
                if cell.value is None and formula is not None and cell.data_type != "str":
                    found.setdefault(line, {})[i] = str(getattr(formula, "text", formula))
    return found


def _has_formulas(path: Path) -> bool:
    with ZipFile(path) as archive:
        return any(_mentions(archive, name) for name in archive.namelist() if name.startswith("xl/worksheets/"))


def _mentions(archive: ZipFile, name: str) -> bool:
    """Whether a part of the file has a formula; it is looked through a block at a time, for a sheet may be large."""
    with archive.open(name) as part:
        end = b""
        while block := part.read(BLOCK):
            if FORMULA.search(end + block):
                return True
            end = block[-100:]
    return False
