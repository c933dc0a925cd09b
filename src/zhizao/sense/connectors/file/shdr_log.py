"""A log of an adapter: the lines it said, as they were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhizao.sense.connectors.file.batch import Batch
from zhizao.sense.connectors.file.content import opened, pieces
from zhizao.sense.connectors.file.places import Place
from zhizao.sense.connectors.shdr.cutting import lines_of, whole
from zhizao.sense.connectors.shdr.lines import read


@dataclass(frozen=True)
class ShdrLog:
    """Reads SHDR; see the contract of ``Reading``."""

    encoding: str = "utf-8"

    def batches(self, file: Path, place: Place, final: bool) -> Iterator[Batch]:
        """See the contract."""
        with opened(file) as content:
            line = place.line
            for data, following in pieces(content, place, whole, final):
                said = list(read(lines_of(data, self.encoding), first=line + 1))
                yield Batch(said, following.line - line, following)
                line = following.line
