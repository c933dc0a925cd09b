"""Parquet: columns keep their types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store.accept import LINE
from zhizao.store.files.rows import header

if TYPE_CHECKING:
    import pyarrow as pa


def read(path: Path) -> pa.Table:
    """The rows of a Parquet file; the line of a row is its place, counted from 1.

    Raises:
        InputError: the file is no Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows = pq.ParquetFile(path.absolute()).read()
    except (pa.ArrowException, OSError) as error:
        what = Text("不是完好的 Parquet 文件", f"no sound Parquet file: {str(error).splitlines()[0]}")
        raise InputError(what, where=str(path), cure=Text("请重新导出", "export it again")) from error
    rows = rows.rename_columns(header(rows.column_names, path))
    return rows.append_column(LINE, pa.array(range(1, len(rows) + 1), pa.int64()))


def write(rows: pa.Table, path: Path) -> None:
    """Rows with their types."""
    import pyarrow.parquet as pq

    pq.write_table(rows, path.absolute(), compression="zstd")
