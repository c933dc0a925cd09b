"""Metrics read by columns say what protobuf says of each of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.sense.connectors.sparkplug import columns
from zhizao.sense.connectors.sparkplug.values import signed
from zhizao.sense.connectors.sparkplug.wire import Metric, Unreadable

U64 = st.integers(0, 2**64 - 1)
VALUES = st.one_of(
    st.tuples(st.just("int_value"), st.integers(0, 2**32 - 1)),
    st.tuples(st.just("long_value"), U64 | st.integers(0, 2**53)),
    st.tuples(st.just("float_value"), st.floats(width=32)),
    st.tuples(st.just("double_value"), st.floats()),
    st.tuples(st.just("boolean_value"), st.booleans()),
    st.tuples(st.just("string_value"), st.text(max_size=5)),
)


@st.composite
def metrics(draw):
    metric = Metric()
    for name, values in (("alias", U64 | st.integers(0, 500)), ("timestamp", U64), ("datatype", st.integers(0, 40)), ("is_null", st.booleans()), ("name", st.text(max_size=3))):
        if draw(st.booleans()):
            setattr(metric, name, draw(values))
    if draw(st.integers(0, 5)):
        setattr(metric, *draw(VALUES))
    return metric


@given(st.lists(metrics(), max_size=30))
def test_columns_hold_what_protobuf_reads_one_by_one(found):
    read = columns.read([m.SerializeToString() for m in found])
    values = read.values(read.cells[columns.KIND].astype(np.int64))
    for i, metric in enumerate(found):
        if read.plain[i]:
            agrees(read, values, i, metric)


def agrees(read, values, i, metric):
    row = np.array([i])
    if metric.HasField("name"):
        assert read.words(columns.NAME, row) == [metric.name.encode()]
    if metric.WhichOneof("value") == "string_value":
        assert read.field[i] == columns.WORDS and read.words(columns.WORDS, row) == [metric.string_value.encode()] and math.isnan(values[i])
        return
    for number, name in ((columns.ALIAS, "alias"), (columns.TIME, "timestamp"), (columns.KIND, "datatype"), (columns.NULL, "is_null")):
        assert read.has(number)[i] == metric.HasField(name) and read.cells[number][i] == getattr(metric, name)
    field = metric.WhichOneof("value")
    said = getattr(metric, field) if field else math.nan
    if field == "int_value" and metric.datatype != columns.INT64:
        said = signed(said, metric.datatype)
    if not math.isfinite(said) or (field == "long_value" and said > columns.EXACT):
        assert math.isnan(values[i])
    else:
        assert values[i] == float(said)


@pytest.mark.parametrize("values", [("double_value", 1.5), ("boolean_value", True), ("int_value", 7), ("string_value", "ACTIVE"), ("name", "Power/kW")])
def test_what_many_publishers_send_is_plain(values):
    metric = Metric(alias=300, timestamp=1_700_000_000_123, datatype=10)
    setattr(metric, *values)
    assert columns.read([metric.SerializeToString()] * 3).plain.all()


@given(st.lists(st.binary(max_size=40) | metrics().map(lambda m: m.SerializeToString()), max_size=20))
def test_bytes_that_are_no_metric_disturb_none_beside_them(found):
    read = columns.read(found)
    assert len(read.plain) == len(found)
    for i, raw in enumerate(found):
        alone = columns.read([raw])
        numbers = [n for n in range(columns.FIELDS) if n not in (columns.NAME, columns.WORDS)]  # words stand elsewhere when they stand alone
        assert alone.plain[0] == read.plain[i] and (alone.cells[numbers, 0] == read.cells[numbers, i]).all()
        if read.plain[i]:
            readable(raw)


def readable(raw: bytes) -> None:
    try:
        Metric.FromString(raw)
    except Unreadable as error:
        raise AssertionError(raw) from error
