"""Which rows of the stream cannot be stored, and why: the rules of ``accept`` on columns that have their types already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from zhizao.model.entity import is_entity
from zhizao.model.record import Field, RecordType
from zhizao.store.accept import FIRST, LAST, WHY

if TYPE_CHECKING:
    import pyarrow as pa

Fault = tuple[str, "pa.ChunkedArray"]
"""A reason ``code:field``, and the rows it stands for."""


def reasons(record: RecordType, rows: pa.Table) -> pa.ChunkedArray | None:
    """The first reason, in the order of the fields, why each row cannot be stored, null where it can; None where all can."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = [fault for field in record.fields for fault in _faults(record, field, rows) if pc.any(fault[1]).as_py()]
    why = pa.chunked_array([pa.nulls(len(rows), pa.string())])
    for code, bad in found:
        why = pc.coalesce(why, pc.if_else(bad, code, pa.scalar(None, pa.string())))
    return why if found else None


def split(record: RecordType, rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows that can be stored, and the others with their reason."""
    why = reasons(record, rows)
    if why is None:
        return rows, rows.slice(0, 0)
    told = rows.append_column(WHY, why)
    return rows.filter(why.is_null()), told.filter(why.is_valid())


def _faults(record: RecordType, field: Field, rows: pa.Table) -> Iterator[Fault]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if field.id not in rows.column_names:
        if field.required:
            yield f"missing:{field.id}", pa.chunked_array([pa.repeat(True, len(rows))])
        return
    column = rows[field.id]
    yield from ((f"{code}:{field.id}", pc.fill_null(bad, False)) for code, bad in _unfit(field, column))
    if (field.required or field.id == record.entity) and column.null_count:
        yield f"missing:{field.id}", column.is_null()


def _unfit(field: Field, column: pa.ChunkedArray) -> Iterator[Fault]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if field.type == "float":
        yield "unfit", pc.invert(pc.is_finite(column))
        if field.minimum:
            yield "below", pc.less(column, float(field.minimum))
        if field.maximum:
            yield "above", pc.greater(column, float(field.maximum))
    if field.type == "instant":
        first, last = (pa.scalar(at, column.type) for at in (FIRST, LAST))
        yield "unfit", pc.or_(pc.less(column, first), pc.greater(column, last))
    if field.type == "entity":
        yield "unfit", _no(column, lambda name: is_entity(name) and name.isprintable())
    if field.takes:
        yield "level", _no(column, lambda name: name.startswith(tuple(f"{level}:" for level in field.takes)))
    if field.values:
        yield "unlisted", _no(column, lambda name: name in field.values)


def _no(column: pa.ChunkedArray, fits: Callable[[str], bool]) -> pa.ChunkedArray:
    """The rows whose name does not fit; each name is looked at once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bad = [name for name in pc.unique(column).to_pylist() if name is not None and not fits(name)]
    return pc.is_in(column.cast(pa.string()), pa.array(bad, pa.string())) if bad else pa.chunked_array([pa.repeat(False, len(column))])
