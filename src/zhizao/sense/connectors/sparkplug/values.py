"""One metric's value, of any kind: a number, or words; arrays, data sets and templates as JSON.

Whole numbers that no float holds exactly keep their digits as text beside the number. Negative numbers come as two's complement, from some
encoders in 8 bits, from others in 32 or 64: each is understood.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from zhizao.sense.connectors.sparkplug.columns import EXACT
from zhizao.sense.connectors.sparkplug.wire import properties
from zhizao.sense.spoken import Quality

Value = tuple[float | None, str | None]
"""As an observation has it: a number, or words, or a number with its exact digits."""

KINDS = (
    *("Unknown", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float", "Double", "Boolean", "String", "DateTime", "Text", "UUID"),
    *("DataSet", "Bytes", "File", "Template", "PropertySet", "PropertySetList"),
    *(f"{kind}Array" for kind in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float", "Double", "Boolean", "String", "DateTime")),
)
"""The names of the kinds, by their number."""
FIRST_ARRAY, BOOLEANS, STRINGS = KINDS.index("Int8Array"), KINDS.index("BooleanArray"), KINDS.index("StringArray")
_SIGNED: Mapping[int, int] = {1: 8, 2: 16, 3: 32, 4: 64}
_ARRAYS = dict(zip(range(FIRST_ARRAY, BOOLEANS), ("<i1", "<i2", "<i4", "<i8", "<u1", "<u2", "<u4", "<u8", "<f4", "<f8"), strict=True)) | {34: "<u8"}

GOOD, BAD, STALE = 192, 0, 500
UNITS = ("engUnit", "Engineering Units", "engineeringUnits", "units", "unit")
"""Properties by which publishers say the unit of a metric."""


def kind_name(kind: int) -> str:
    """What the standard calls a kind.

    Example:
        >>> kind_name(10), kind_name(24), kind_name(99)
        ('Double', 'Int32Array', 'kind 99')
    """
    return KINDS[kind] if kind < len(KINDS) else f"kind {kind}"


def value_of(metric: Any, kind: int) -> Value:
    """The value of a metric (or of a part of one), given its kind.

    Raises:
        ValueError: it has none that could be kept; the message says why.
    """
    field = metric.WhichOneof("value")
    if field in ("int_value", "long_value"):
        return _whole(signed(getattr(metric, field), kind))
    if field in ("float_value", "double_value"):
        return _number(getattr(metric, field)), None
    if field == "boolean_value":
        return float(metric.boolean_value), None
    if field == "string_value":
        return None, metric.string_value
    return None, _json(_structure(metric, field, kind))


def signed(number: int, kind: int) -> int:
    """A whole number as its kind means it.

    Example:
        >>> signed(255, 1), signed(4294967295, 1), signed(2**64 - 5, 4), signed(255, 5)
        (-1, -1, -5, 255)
    """
    bits = _SIGNED.get(kind)
    if bits is None:
        return number
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> (bits - 1) else number


def quality_of(metric: Any) -> Quality:
    """What the property ``Quality`` says; good without it."""
    code = next((value for key, value in properties(metric) if key.lower() == "quality"), GOOD)
    if not isinstance(code, int) or code == GOOD:
        return "good"
    return {BAD: "bad", STALE: "stale"}.get(code, "uncertain")


def unit_of(metric: Any) -> str:
    """What a birth says of the unit, '' if nothing."""
    return next((str(value) for key, value in properties(metric) if key in UNITS), "")


def _whole(number: int) -> Value:
    return float(number), None if abs(number) <= EXACT else str(number)


def _number(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(f"not a number: {number}")
    return number


def _structure(metric: Any, field: str | None, kind: int) -> Any:
    if field == "bytes_value":
        return _array(metric.bytes_value, kind) if kind >= FIRST_ARRAY else {"bytes": metric.bytes_value.hex()}
    if field == "dataset_value":
        return _data_set(metric.dataset_value)
    if field == "template_value":
        return _template(metric.template_value)
    raise ValueError("no value")


def _array(data: bytes, kind: int) -> list[Any]:
    if kind == STRINGS:
        return data.decode("utf-8").split("\0")[:-1]
    if kind == BOOLEANS:
        count = int.from_bytes(data[:4], "little")
        if count > 8 * len(data[4:]):
            raise ValueError(f"{count} booleans in {len(data)} bytes")
        return [bool(data[4 + i // 8] >> (7 - i % 8) & 1) for i in range(count)]
    if kind not in _ARRAYS:
        raise ValueError(f"an array of {kind_name(kind)}")
    return [x if not isinstance(x, float) or math.isfinite(x) else None for x in np.frombuffer(data, _ARRAYS[kind]).tolist()]


def _data_set(found: Any) -> dict[str, Any]:
    kinds = [*found.types, *[0] * len(found.columns)]
    rows = [[_part(value, kind) for value, kind in zip(row.elements, kinds, strict=False)] for row in found.rows]
    return {"columns": list(found.columns), "types": [kind_name(k) for k in found.types], "rows": rows}


def _template(found: Any) -> dict[str, Any]:
    members = {metric.name: _part(metric, metric.datatype) for metric in found.metrics}
    return {"template": found.template_ref, "metrics": members, "parameters": {p.name: _part(p, p.type) for p in found.parameters}}


def _part(found: Any, kind: int) -> Any:
    """A value inside another: a whole number stays whole, and what is a structure of its own is one here."""
    field = found.WhichOneof("value")
    if field in ("int_value", "long_value"):
        return signed(getattr(found, field), kind)
    if field in ("bytes_value", "dataset_value", "template_value"):
        return _structure(found, field, kind)
    value = getattr(found, field) if field else None
    return value if not isinstance(value, float) or math.isfinite(value) else None


def _json(structure: Any) -> str:
    try:
        return json.dumps(structure, ensure_ascii=False, allow_nan=False)
    except TypeError:
        raise ValueError("words that are no UTF-8") from None
