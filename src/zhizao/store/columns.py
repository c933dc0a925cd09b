"""The columns of a record type's table: its fields, and what the store adds to every row."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from zhizao.errors import InputError
from zhizao.model.record import Field, RecordType
from zhizao.model.text import Text
from zhizao.store.contract import FACT, PUBLISHED_AT, STORED_AT

if TYPE_CHECKING:
    import pyarrow as pa

OP = "_op"
"""``assert`` or ``withdraw``."""
REVISES = "_revises"
"""Whether an earlier version of the row's key was stored before it; where no row says so, every stored row holds."""
BATCH = "_batch"
"""int32: the number of the batch the row came with."""
ROW = "_row"
"""int64: the line of the row in its source."""

PERSONAL = b"personal"
"""The mark of a column whose cells only a key opens; its value is the type of what is in them."""

GIVEN = "published_at"
"""The text field that, where a type has it, says when the source asserted the row."""

NARROW, WIDE = 18, 38
"""Digits of a decimal that fits 64 bits, in which sums are several times faster, and of the widest there is."""


def digits(field: Field) -> int:
    """Digits kept of a decimal field: 18 where the scale leaves 12 before the point and the declared limits need no more, else 38.

    Example:
        >>> from zhizao.model.text import same
        >>> digits(Field("a", "decimal", same("a"))), digits(Field("a", "decimal", same("a"), scale=9))
        (18, 38)
        >>> digits(Field("a", "decimal", same("a"), scale=2, maximum="1e17"))
        38
    """
    limits = [Decimal(limit) for limit in (field.minimum, field.maximum) if limit]
    fits = all(abs(limit) < Decimal(10) ** (NARROW - field.scale) for limit in limits)
    return NARROW if field.scale <= 6 and fits else WIDE


def arrow_type(field: Field) -> pa.DataType:
    """The type in which a field is stored."""
    import pyarrow as pa

    match field.type:
        case "decimal":
            return pa.decimal128(digits(field), field.scale)
        case "integer":
            return pa.int64()
        case "float":
            return pa.float64()
        case "boolean":
            return pa.bool_()
        case "instant":
            return pa.timestamp("us", "UTC")
        case "date":
            return pa.date32()
        case _:
            return pa.string()


def fields_schema(record: RecordType) -> pa.Schema:
    """The fields of a type as they are read."""
    import pyarrow as pa

    return pa.schema([(f.id, arrow_type(f)) for f in record.fields])


def _column(field: Field) -> pa.Field:
    """The column of a field; that of a personal one holds what only its key opens, and says of which type that is."""
    import pyarrow as pa

    if field.personal:
        scale = f"({field.scale})" if field.type == "decimal" else ""
        return pa.field(field.id, pa.binary(), metadata={PERSONAL: f"{field.type}{scale}"})
    return pa.field(field.id, arrow_type(field))


def stored_schema(record: RecordType) -> pa.Schema:
    """All columns of a type's table."""
    import pyarrow as pa

    return with_added(pa.schema([_column(f) for f in record.fields]))


def with_added(fields: pa.Schema) -> pa.Schema:
    """Columns, and those that the store adds to every row."""
    import pyarrow as pa

    instant = pa.timestamp("us", "UTC")
    added = [(FACT, pa.int64()), (PUBLISHED_AT, instant), (STORED_AT, instant), (OP, pa.string()), (REVISES, pa.bool_())]
    return pa.schema([*fields, *(pa.field(*c) for c in (*added, (BATCH, pa.int32()), (ROW, pa.int64())))])


def require_same_types(record: RecordType, kept: pa.Schema) -> None:
    """A field never changes its type: to read what is stored as something else would round it, or fail.

    Raises:
        InputError: a field of the type is stored in another type.
    """
    for field in stored_schema(record):
        if field.name in kept.names and not _is_kept(field, there := kept.field(field.name)):
            raise retyped(record.id, field.name, _shown(there), _shown(field))


def _is_kept(declared: pa.Field, kept: pa.Field) -> bool:
    """Whether every value comes out as it went in; digits before the point may be added."""
    import pyarrow as pa

    decimals = pa.types.is_decimal(declared.type) and pa.types.is_decimal(kept.type)
    return _shown(declared) == _shown(kept) or bool(decimals and declared.type.scale == kept.type.scale)


def _shown(column: pa.Field) -> str:
    """The type of a column; of a personal one that of the values in its cells."""
    inside = (column.metadata or {}).get(PERSONAL)
    return f"personal {inside.decode()}" if inside else str(column.type)


def retyped(record: str, field: str, kept: str, declared: str) -> InputError:
    """The error that a field is declared in another type than it is stored in."""
    what = Text(f"字段 {field} 已按 {kept} 存储，现为 {declared}", f"field {field} is stored as {kept} and now declared as {declared}")
    return InputError(what, where=record, cure=Text("请为新类型的字段另起名字", "give the field of the new type a new name"))


def gives_publication(record: RecordType) -> bool:
    """Whether the rows of a type say when their source asserted them."""
    field = record.field(GIVEN)
    return field is not None and field.type == "text"
