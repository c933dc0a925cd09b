"""What of a delivery can be stored: raw rows become typed columns, each row with the reason why not, if any."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from zhizao.model.record import Field, RecordType
from zhizao.store.columns import GIVEN, ROW, digits, gives_publication
from zhizao.store.numbers import number
from zhizao.store.reading import instant, period, read_each

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

LINE, FAULT = "_line", "_fault"
"""Columns a reader of files may add: the line of a row in its file, and the raw text of a row that could not be read as one."""
INDEX, WHY, ROUNDED, PUBLISHED = "_index", "_why", "_rounded", "_given"
"""Columns of a checked delivery: position, reason ``code:field`` (null: fit to be stored), whether a figure was rounded, given publication."""

WORDS = {True: ("true", "yes", "1", "1.0", "是"), False: ("false", "no", "0", "0.0", "否")}
ENTITY = r"^[a-z_]+:[^\s\p{Z}\p{C}:+]+[^\s\p{Z}\p{C}+]*$"
DAY = r"^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


def texts(record: RecordType, rows: pa.Table, first_line: int) -> pa.Table:
    """The rows as trimmed texts, one column a field, with what the model's own parsers made of periods and dates.

    A column is found by the field's id, else by its Chinese or English name. Every typed value is read by way of its text, so that a
    spreadsheet, a text file and a typed column say the same.
    """
    import pyarrow as pa

    count = len(rows)
    found: dict[str, pa.Array] = {}
    for field in record.fields:
        name = column_of(field, rows)
        found[field.id] = trimmed(rows[name]) if name else pa.nulls(count, pa.string())
        if field.type == "period":
            found[f"{field.id}?"] = read_each(_chunked(found[field.id]), period, pa.string())
    if gives_publication(record):
        found[PUBLISHED] = read_each(_chunked(found[GIVEN]), instant, pa.timestamp("us", "UTC"))
    found[INDEX] = counting(0, count)
    found[ROW] = rows[LINE] if LINE in rows.column_names else counting(first_line, count)
    found[FAULT] = rows[FAULT] if FAULT in rows.column_names else pa.nulls(count, pa.string())
    return pa.table(found)


def counting(first: int, count: int) -> pa.Array:
    """As many whole numbers, from the first on."""
    import numpy as np
    import pyarrow as pa

    return pa.array(np.arange(first, first + count, dtype=np.int64))


def _chunked(column: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column], column.type)


def column_of(field: Field, rows: pa.Table) -> str:
    """The name under which a delivery carries a field ('' where it does not)."""
    return next((name for name in (field.id, field.name.zh, field.name.en) if name in rows.column_names), "")


def trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as text without white space around it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        return trimmed(column.cast(kind.value_type))
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _chunked(pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string()))
    return pc.utf8_trim_whitespace(column.cast(pa.string()))


def typed(record: RecordType, rows: ir.Table) -> ir.Table:
    """Every row with its fields typed, whether each was there to be read, and whether a figure was rounded."""
    import functools
    import operator

    import ibis

    columns: dict[str, ir.Value] = {INDEX: rows[INDEX], ROW: rows[ROW], FAULT: rows[FAULT]}
    finer: list[ir.BooleanValue] = []
    for field in record.fields:
        text = rows[field.id].nullif("")
        columns[field.id] = _value(field, text, rows, finer)
        columns[f"{field.id}?"] = text.notnull()
    if gives_publication(record):
        columns[PUBLISHED] = rows[PUBLISHED]
    columns[ROUNDED] = functools.reduce(operator.or_, finer) if finer else ibis.literal(False)
    return rows.select(**columns)


def _value(field: Field, text: ir.StringValue, rows: ir.Table, finer: list[ir.BooleanValue]) -> ir.Value:
    """The typed value of a field, null where its text cannot be read; appends whether a decimal lost digits."""
    import ibis

    match field.type:
        case "decimal":
            read = number(text, digits(field), field.scale)
            finer.append(read.finer.fill_null(False))
            return read.value
        case "integer":
            read = number(text, 38, 0)
            return ibis.cases((~read.finer, read.value.try_cast("int64")), else_=None)
        case "boolean":
            return ibis.cases(*((text.lower().isin(words), value) for value, words in WORDS.items()), else_=None)
        case "entity":
            full = ibis.ifelse(text.contains(":"), text, ibis.literal(f"{field.level}:") + text) if field.level else text
            return ibis.cases((full.re_search(ENTITY), full), else_=None)
        case "period":
            return rows[f"{field.id}?"]
        case "instant" | "date":
            moment = ibis.cases((text.re_search(DAY), text.try_cast(_ibis(field))), else_=None)
            first, last = (_FIRST, _LAST) if field.type == "instant" else (date(1, 1, 1), date(9999, 12, 31))
            return ibis.cases((moment.between(ibis.literal(first, _ibis(field)), ibis.literal(last, _ibis(field))), moment), else_=None)
        case _:
            return text


def _ibis(field: Field) -> str:
    return "timestamp('UTC', 6)" if field.type == "instant" else "date"


def checked(record: RecordType, rows: ir.Table) -> ir.Table:
    """Typed rows with the first reason, in the order of the fields, why a row cannot be stored; null where it can."""
    import ibis

    why = [(rows[FAULT].notnull(), "unreadable:")]
    for field in record.fields:
        why += [(condition, f"{code}:{field.id}") for code, condition in _faults(record, field, rows)]
    kept = [ROW, INDEX, ROUNDED, *(f.id for f in record.fields), *([PUBLISHED] if gives_publication(record) else [])]
    return rows.select(*kept, **{WHY: ibis.cases(*why, else_=ibis.null("string"))})


def _faults(record: RecordType, field: Field, rows: ir.Table) -> Iterator[tuple[str, ir.BooleanValue]]:
    import ibis

    value = rows[field.id]
    yield "unfit", rows[f"{field.id}?"] & (rows[PUBLISHED] if field.id == GIVEN and gives_publication(record) else value).isnull()
    if field.required or field.id == record.entity:
        yield "missing", value.isnull()
    if field.type in ("decimal", "integer"):
        if field.minimum:
            yield "below", value < ibis.literal(Decimal(field.minimum))
        if field.maximum:
            yield "above", value > ibis.literal(Decimal(field.maximum))
    if field.values:
        allowed: list[object] = [Decimal(v) for v in field.values] if field.type in ("decimal", "integer") else list(field.values)
        yield "unlisted", value.notnull() & ~value.isin(allowed)

