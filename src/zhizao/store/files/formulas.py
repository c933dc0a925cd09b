"""Formulas that a spreadsheet holds without their values: written by a program that does not calculate, and never opened in one that does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")
BLOCK = 1 << 20


class Unvalued(str):
    """A formula without a value, as it is written."""

    __slots__ = ()


def unvalued(values: Any, written: Any) -> dict[int, dict[int, str]]:
    """The formulas without a value, by line and place in it.

    Args:
        values: the sheet, its formulas by their values.
        written: the same sheet, its formulas as they are written.
    """
    found: dict[int, dict[int, str]] = {}
    for line, (cells, formulas) in enumerate(zip(values.iter_rows(), written.iter_rows(values_only=True), strict=True), start=1):
        for i, (cell, formula) in enumerate(zip(cells, formulas, strict=True)):
            # A formula whose value is an empty text says so by its type.
            if cell.value is None and formula is not None and cell.data_type != "str":
                found.setdefault(line, {})[i] = str(getattr(formula, "text", formula))
    return found


def has_formulas(path: Path) -> bool:
    """Whether a spreadsheet has any; nearly none has, and only where some are is it read a second time."""
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
