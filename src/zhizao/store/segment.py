"""A segment: the rows one batch stored, as one Parquet file that never changes.

Its path is made absolute wherever a library takes it: one that begins ``a:`` would be taken for a URI.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhizao.model.text import Text
from zhizao.store.columns import PERSONAL
from zhizao.store.damage import damaged
from zhizao.store.durable import flush, make_folder

if TYPE_CHECKING:
    import pyarrow as pa

TIME = "time"
"""The column of an observation by which a signal is ordered."""
ROWS = 122_880
"""Rows of a row group: what one thread of the engine takes at a time."""


def write(path: Path, rows: pa.Table) -> None:
    """Put rows on the disk; nobody sees them before a commit names them."""
    import pyarrow.parquet as pq

    make_folder(path.parent)
    try:
        pq.write_table(rows, path.absolute(), compression="zstd", row_group_size=ROWS, store_decimal_as_integer=True, **_encodings(rows.schema))
        flush(path)
    except OSError:  # a full disk must not be kept full by half a segment
        path.unlink(missing_ok=True)
        raise
    flush(path.parent)


def _encodings(schema: pa.Schema) -> dict[str, Any]:
    """How columns are written.

    Figures hardly repeat: a dictionary of them costs twice the time and a third more room. As integers they are read four times faster.
    Rows of the stream come with coded names, in the order of their signals: what counts up, or mostly so, is written as its steps, and no reader
    is told of the codes.
    """
    import pyarrow as pa

    figures = (pa.types.is_decimal, pa.types.is_int64, pa.types.is_float64)
    repeating = [f.name for f in schema if not any(is_figure(f.type) for is_figure in figures)]
    if not any(pa.types.is_dictionary(f.type) for f in schema):
        return {"use_dictionary": repeating}
    steps = dict.fromkeys((f.name for f in schema if f.name == TIME or pa.types.is_int64(f.type)), "DELTA_BINARY_PACKED")
    return {"use_dictionary": [name for name in repeating if name not in steps], "column_encoding": steps, "store_schema": False}


def read(path: Path, facts: tuple[int, int] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of a segment, or only those numbered from one fact to another, or only some columns."""
    import pyarrow.parquet as pq

    from zhizao.store.contract import FACT

    chosen = [(FACT, ">=", facts[0]), (FACT, "<=", facts[1])] if facts else None
    return pq.read_table(path.absolute(), filters=chosen, columns=None if columns is None else list(columns), partitioning=None)


def personal_columns(path: Path) -> list[str]:
    """The columns whose cells only a key opens."""
    return [column.name for column in columns(path) if PERSONAL in (column.metadata or {})]


def columns(path: Path) -> pa.Schema:
    """The columns of a segment.

    Raises:
        StoreDamaged: it cannot be read.
    """
    import pyarrow as pa

    try:
        return described(path)[1]
    except pa.ArrowException as error:
        raise damaged(path, Text("数据段无法读取", "the segment cannot be read")) from error


def described(path: Path) -> tuple[int, pa.Schema]:
    """The number of rows of a segment, and its columns."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path.absolute()) as file:
        return int(file.metadata.num_rows), file.schema_arrow


def weighed(path: Path) -> tuple[int, int]:
    """The number of rows of a segment, and how many bytes its pages are when they are unpacked, as it says of itself.

    Raises:
        StoreDamaged: it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path.absolute()) as file:
            found = file.metadata
            return int(found.num_rows), sum(int(found.row_group(i).total_byte_size) for i in range(found.num_row_groups))
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, Text("数据段无法读取", "the segment cannot be read")) from error
