"""What of a delivery can be stored: raw rows become typed columns, each row with the reason why not, if any."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import available_timezones

from zhizao.errors import InputError
from zhizao.model.record import Field, RecordType
from zhizao.model.text import Text
from zhizao.store.columns import GIVEN, ROW, WIDE, digits, gives_publication
from zhizao.store.numbers import NUMBER, counting, marked, numbers
from zhizao.store.reading import instant, period, read_each

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

LINE, FAULT = "_line", "_fault"
"""Columns a reader of files may add: the line of a row in its file, and what is wrong with a row that could not be read as one (see ``faults``)."""
INDEX, WHY, ROUNDED, PUBLISHED = "_index", "_why", "_rounded", "_given"
"""Columns of a checked delivery: position, reason ``code:field`` (null: fit to be stored), whether a figure was rounded, given publication."""

WORDS = {True: ("true", "yes", "1", "1.0", "是"), False: ("false", "no", "0", "0.0", "否")}
ENTITY = r"^[a-z_]+:[^\s\p{Z}\p{C}:+]+[^\s\p{Z}\p{C}+]*$"
DAY = r"^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


class Texts(NamedTuple):
    """One column of a delivery: its texts, what the model's parsers made of them, and the rows where digits were lost."""

    texts: pa.ChunkedArray
    parsed: pa.Array | None = None
    rounded: tuple[int, ...] = ()


def texts(record: RecordType, rows: pa.Table, first_line: int) -> pa.Table:
    """The rows as trimmed texts, one column a field, with what the model's own parsers made of periods and dates.

    Every typed value is read by way of its text, so that a spreadsheet, a text file and a typed column say the same.

    Raises:
        InputError: two columns carry one field.
    """
    import pyarrow as pa

    _require_one_column_a_field(record, rows)
    with ThreadPoolExecutor() as threads:
        read = dict(zip(record.fields, threads.map(lambda field: _read(record, field, rows), record.fields), strict=True))
    found: dict[str, pa.Array | pa.ChunkedArray] = {field.id: column.texts for field, column in read.items()}
    found |= {f"{field.id}=": column.parsed for field, column in read.items() if column.parsed is not None}
    found[ROUNDED] = marked(len(rows), [place for column in read.values() for place in column.rounded])
    found[INDEX] = counting(0, len(rows))
    found[ROW] = rows[LINE] if LINE in rows.column_names else counting(first_line, len(rows))
    found[FAULT] = rows[FAULT] if FAULT in rows.column_names else pa.nulls(len(rows), pa.string())
    return pa.table(found)


def _read(record: RecordType, field: Field, rows: pa.Table) -> Texts:
    import pyarrow as pa

    name = column_of(field, rows.column_names)
    column = trimmed(rows[name]) if name else pa.chunked_array([pa.nulls(len(rows), pa.string())])
    match field.type:
        case "period":
            read = partial(period, kind=record.period) if field.id == record.time and not record.any_period else period
            return Texts(column, read_each(column, read, pa.string()))
        case "text" if field.id == GIVEN:
            return Texts(column, read_each(column, instant, pa.timestamp("us", "UTC")))
        case "decimal" | "integer":
            found = numbers(column, field.scale if field.type == "decimal" else 0, whole=field.type == "integer")
            return Texts(found.texts, None, tuple(found.rounded))
        case _:
            return Texts(column)


def column_of(field: Field, columns: Collection[str]) -> str:
    """The name under which a delivery carries a field: its id, else its Chinese or English name ('' where it does not)."""
    return next((name for name in (field.id, field.name.zh, field.name.en) if name in columns), "")


def _require_one_column_a_field(record: RecordType, rows: pa.Table) -> None:
    """Of a field that stands twice, or under its id and under its name, nobody can say which is meant."""
    for field in record.fields:
        names = dict.fromkeys(name for name in (field.id, field.name.zh, field.name.en) if name == field.id or not record.field(name))
        if len(found := [column for column in rows.column_names if column in names]) > 1:
            listed = ", ".join(found)
            what = Text(f"字段 {field.id} 出现在多列：{listed}", f"the field {field.id} stands in several columns: {listed}")
            raise InputError(what, where=record.id, cure=Text("请只留一列", "keep only one of them"))


def trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as text without white space around it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        return trimmed(column.cast(kind.value_type))
    try:
        return pc.utf8_trim_whitespace(column.cast(pa.string()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # lists, bytes that are no text: shown as they are, to be rejected or kept as text
        return pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())])


def checked(record: RecordType, raw: ir.Table) -> ir.Table:
    """Rows with their fields typed and the first reason, in the order of the fields, why a row cannot be stored; null where it can."""
    import ibis

    typed = raw.select(INDEX, ROW, ROUNDED, FAULT, **_typed(record, raw))
    why = [(typed[FAULT].notnull(), "unreadable:")]
    for field in record.fields:
        why += [(condition, f"{code}:{field.id}") for code, condition in _faults(record, field, typed)]
    kept = [ROW, INDEX, ROUNDED, *(f.id for f in record.fields), *([PUBLISHED] if gives_publication(record) else [])]
    return typed.select(*kept, **{WHY: ibis.cases(*why, else_=ibis.null("string"))})


def _typed(record: RecordType, raw: ir.Table) -> dict[str, ir.Value]:
    """Every field typed, null where it cannot be, and whether there was anything to type (``FIELD?``)."""
    found: dict[str, ir.Value] = {}
    for field in record.fields:
        found[field.id] = _value(field, raw[field.id].nullif(""), raw)
        found[f"{field.id}?"] = raw[field.id].nullif("").notnull()
    return found | ({PUBLISHED: raw[f"{GIVEN}="]} if gives_publication(record) else {})


def _value(field: Field, text: ir.StringValue, raw: ir.Table) -> ir.Value:
    import ibis

    match field.type:
        case "decimal":
            return text.try_cast(f"decimal({digits(field)},{field.scale})")
        case "integer":
            return text.try_cast("decimal(38,0)").try_cast("int64")
        case "float":
            return _float(text)
        case "boolean":
            return ibis.cases(*((text.lower().isin(words), value) for value, words in WORDS.items()), else_=None)
        case "entity":
            prefix = field.takes[0] if field.takes else field.level
            full = ibis.ifelse(text.contains(":"), text, ibis.literal(f"{prefix}:") + text) if prefix else text
            return ibis.cases((full.re_search(ENTITY), full), else_=None)
        case "period":
            return raw[f"{field.id}="]
        case "instant" | "date":
            return _moment(field, text)
        case _:
            return text


def _float(text: ir.StringValue) -> ir.Value:
    """The double nearest to a number; NaN and infinity, written or reached, are none."""
    import ibis

    found = ibis.cases((text.re_search(f"^{NUMBER.pattern}$"), text.try_cast("float64")))
    return ibis.cases((~found.isinf(), found))


def _moment(field: Field, text: ir.StringValue) -> ir.Value:
    """A date or instant within the years 1 to 9999; the engine would also take words such as ``infinity`` and ``epoch``."""
    import ibis

    kind = "timestamp('UTC', 6)" if field.type == "instant" else "date"
    first, last = (FIRST, LAST) if field.type == "instant" else (date(1, 1, 1), date(9999, 12, 31))
    moment = ibis.cases((text.re_search(DAY), text.try_cast(kind)), else_=None)
    return ibis.cases((moment.between(ibis.literal(first, kind), ibis.literal(last, kind)), moment), else_=None)


def _faults(record: RecordType, field: Field, rows: ir.Table) -> Iterator[tuple[str, ir.BooleanValue]]:
    value = rows[field.id]
    yield "unfit", rows[f"{field.id}?"] & (rows[PUBLISHED] if field.id == GIVEN and gives_publication(record) else value).isnull()
    if field.required or field.id == record.entity or (field.id == record.time and field.type == "period"):
        yield "missing", value.isnull()
    if field.takes:
        yield "level", value.notnull() & ~value.re_search(f"^({'|'.join(field.takes)}):")
    if field.is_figure:
        yield from _beyond(field, value)
    elif field.values:
        yield "unlisted", value.notnull() & ~value.isin(field.values)
    if field.format == "time_zone":
        yield "time_zone", value.notnull() & ~value.isin(sorted(available_timezones()))


def _beyond(field: Field, value: ir.NumericValue) -> Iterator[tuple[str, ir.BooleanValue]]:
    if (least := _figure(field, field.minimum, ROUND_CEILING)) is not None:
        yield "below", value < least
    if (most := _figure(field, field.maximum, ROUND_FLOOR)) is not None:
        yield "above", value > most
    if field.values:
        allowed = [figure for v in field.values if (figure := _figure(field, v, ROUND_FLOOR)) is not None]
        yield "unlisted", value.notnull() & ~value.isin(allowed)


def _figure(field: Field, text: str | None, rounding: str) -> ir.NumericScalar | None:
    """A declared figure at the scale of its field, so that comparing never widens a value; None where no value can reach it."""
    import ibis

    if field.type == "float":
        return ibis.literal(float(text), "float64") if text else None
    scale, width = (field.scale, digits(field)) if field.type == "decimal" else (0, WIDE)
    if not text or abs(Decimal(text)) >= Decimal(10) ** (width - scale):
        return None
    exact = Decimal(text).quantize(Decimal(1).scaleb(-scale), rounding, Context(prec=60))
    return ibis.literal(f"{exact:f}").cast(f"decimal({width},{scale})")
