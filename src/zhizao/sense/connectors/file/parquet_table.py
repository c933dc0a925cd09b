"""A table as Parquet, read in batches of rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhizao.sense.connectors.file.batch import ROWS, Batch
from zhizao.sense.connectors.file.columns import Columns, rows
from zhizao.sense.connectors.file.content import Trail, opened
from zhizao.sense.connectors.file.places import Place


@dataclass(frozen=True)
class ParquetTable:
    """Reads Parquet; see the contract of ``Reading``. An offset is a row."""

    columns: Columns

    def batches(self, file: Path, place: Place, final: bool) -> Iterator[Batch]:
        """See the contract."""
        import pyarrow.parquet as pq
        from pyarrow.lib import ArrowInvalid

        with opened(file) as content:
            trail = Trail(content, file.stat().st_size)
        try:
            table = pq.ParquetFile(file)
        except ArrowInvalid as error:  # also one that is still being written
            raise OSError(f"no Parquet file: {error}") from error
        with table:
            row = 0
            for batch in table.iter_batches(ROWS):
                start, row = max(row, place.offset), row + batch.num_rows
                if start < row:
                    new = batch.slice(batch.num_rows - (row - start))
                    cells = zip(*(column.to_pylist() for column in new.columns), strict=True)
                    said = rows(new.schema.names, self.columns, enumerate(cells, start=start + 1))
                    yield Batch(said, new.num_rows, Place(row, row, trail.offset, trail.print))
