"""A table as CSV, its first line the names of its columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from zhizao.sense.connectors.file.batch import Batch
from zhizao.sense.connectors.file.columns import Columns, rows
from zhizao.sense.connectors.file.content import opened, pieces
from zhizao.sense.connectors.file.places import Place


@dataclass(frozen=True)
class CsvTable:
    """Reads CSV; see the contract of ``Reading``. Every line is a row: a quote that is never closed spoils its own row only."""

    columns: Columns
    encoding: str = "utf-8"
    delimiter: str = ","

    def batches(self, file: Path, place: Place, final: bool) -> Iterator[Batch]:
        """See the contract."""
        with opened(file) as content:
            header = self._header(content, final)
            line = place.line
            for data, following in pieces(content, place, lambda held: held.rfind(b"\n") + 1, final) if header else ():
                numbered = ((n, row) for n, row in enumerate(self._rows(data), start=line + 1) if row and n > 1)
                yield Batch(rows(header, self.columns, numbered), following.line - line, following)
                line = following.line

    def _header(self, content: BinaryIO, final: bool) -> Sequence[str]:
        first = content.readline()
        whole = first.endswith(b"\n") or final
        return [name.strip() for row in self._rows(first.removeprefix(b"\xef\xbb\xbf")) for name in row] if whole else []

    def _rows(self, data: bytes) -> Iterator[list[str]]:
        for line in data.decode(self.encoding, "replace").removesuffix("\n").split("\n"):
            yield self._row(line.rstrip("\r"))

    def _row(self, line: str) -> list[str]:
        if '"' not in line:
            return line.split(self.delimiter) if line else []
        try:
            return next(csv.reader([line], delimiter=self.delimiter), [])
        except csv.Error:
            return [line]
