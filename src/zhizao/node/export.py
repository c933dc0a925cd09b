"""Facts on their way out: the rows of one type that hold now, in a file that import reads back."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from zhizao.errors import InputError
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.model.value import Known
from zhizao.node import question
from zhizao.node.assemble import Node
from zhizao.node.entities import entity
from zhizao.node.whole import write_whole
from zhizao.store.contract import FACT

if TYPE_CHECKING:
    import pyarrow as pa

BINARY = ("parquet", "xlsx")


def export(node: Node, record: RecordType, *, of: str | None, period: str | None, limit: int | None = None) -> pa.Table:
    """The facts of a type that hold now, the first so many where there is a limit.

    Shape:
        the fields of the type, then ``fact``, the fact's id, which import leaves aside; in the order they were stored.
    """
    import ibis

    from zhizao.measure.placed import in_periods
    from zhizao.measure.placement import Placement

    with node.store.session() as session:
        rows = session.relation(record)
        if of:
            rows = rows.filter(rows[record.entity] == entity(node.library, session, of))
        if period:
            rows = in_periods(rows, record, Placement(node.library, session, Known()), question.periods(period))
        rows = rows.order_by(FACT).mutate(fact=ibis.literal(f"{record.id}:") + rows[FACT].cast("string"))
        return session.fetch(rows.select(*(f.id for f in record.fields), "fact").limit(limit))


def plain(rows: pa.Table) -> Iterator[dict[str, Any]]:
    """The rows as plain data: exact numbers and times as the texts that import reads back, counts and yes or no as they are."""
    from zhizao.store.files.csv import as_text

    for batch in rows.to_batches(max_chunksize=10_000):
        columns = [c.to_pylist() if _is_plain(c.type) else as_text(c) for c in batch.columns]
        yield from (dict(zip(rows.column_names, cells, strict=True)) for cells in zip(*columns, strict=True))


def _is_plain(type_: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(type_) or pa.types.is_boolean(type_) or pa.types.is_string(type_))


def write(rows: pa.Table, to: Path | None, format_: str) -> None:
    """Write rows to a file, or to standard output.

    Raises:
        InputError: the file cannot be written, or a terminal cannot show the format.
        ProgramError: the disk is full.
    """
    from zhizao.store.files import write as write_file

    if to:
        write_whole(to, lambda draft: write_file(rows, draft, format_))
        return
    if format_ in BINARY and sys.stdout.isatty():
        cure = Text(f"加 --to FILE.{format_}", f"add --to FILE.{format_}")
        raise InputError(Text(f"{format_} 不能显示在终端上", f"{format_} cannot be shown on a terminal"), where="--format", cure=cure)
    with TemporaryDirectory() as folder:
        draft = Path(folder) / f"export.{format_}"
        write_file(rows, draft, format_)
        with draft.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
