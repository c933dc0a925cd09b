"""What is stored of good, odd and bad rows, and what the rejects file says of the rest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.store.conftest import ticking
from zhizao.checks.store import table
from zhizao.errors import InputError
from zhizao.model.record import Field, RecordType
from zhizao.model.text import Text, same
from zhizao.pack.load import builtin_folders, load
from zhizao.store.contract import Source
from zhizao.store.local import LocalStore
from zhizao.store.numbers import number

FIELDS = (
    Field("machine", "entity", Text("设备", "Machine"), level="machine", required=True),
    Field("parent", "entity", same("parent")),
    Field("when", "period", Text("期", "Period"), required=True),
    Field("power", "decimal", Text("功率", "Power"), minimum="-5", maximum="1000000"),
    Field("fine", "decimal", same("fine"), scale=9),
    Field("heard", "float", Text("读数", "Heard"), minimum="-5", maximum="1e300"),
    Field("pieces", "integer", Text("件数", "Pieces"), minimum="0"),
    Field("sign", "integer", same("sign"), values=("1", "-1")),
    Field("running", "boolean", same("running")),
    Field("grade", "text", same("grade"), values=("a", "b")),
    Field("at", "instant", same("at")),
    Field("day", "date", same("day")),
    Field("published_at", "text", same("published_at")),
    Field("note", "text", same("note")),
)
RUN = RecordType("run", same("run"), "machine", "when", tuple(f.id for f in FIELDS), FIELDS, any_period=True)
"""Every field is part of the key, so that each row of a test is a fact of its own."""


def take(rows: pa.Table, record: RecordType = RUN) -> tuple[list[dict], list[dict]]:
    """The stored rows and the lines of the rejects file."""
    with TemporaryDirectory() as folder:
        store = LocalStore(Path(folder), ticking())
        receipt = store.append(record, rows, Source("run.csv", "sha"))
        assert receipt.received == len(rows) and receipt.balances
        lines = [json.loads(line) for line in Path(receipt.rejects_file).read_text("utf-8").split("\n") if line] if receipt.rejects_file else []
        assert max(0, len(lines) - 1) == receipt.rejected
        with store.session() as session:
            stored = session.fetch(session.relation(record)).sort_by("_fact").to_pylist()
        store.verify()
        return stored, lines


@cache
def became() -> dict[int, dict | str]:
    """What became of the row of each line: the stored row, or the reason in English."""
    rows = [{"machine": "M1", "when": "2020", "note": str(i), **cells} for i, (cells, *_) in enumerate([*GOOD, *BAD])]
    stored, lines = take(table(rows))
    rejected = {line["line"]: line["reason"]["en"] for line in lines[1:]}
    kept = (place for place in range(2, len(rows) + 2) if place not in rejected)
    return {**rejected, **dict(zip(kept, stored, strict=True))}


GOOD = [
    ({"machine": "M1"}, "machine", "machine:M1"),
    ({"machine": "area:A"}, "machine", "area:A"),
    ({"parent": "line:L-1/2"}, "parent", "line:L-1/2"),
    ({"when": "2020年9月"}, "when", "2020-09"),
    ({"when": " 2020-q3 "}, "when", "2020-Q3"),
    ({"when": "2020-09-14/early"}, "when", "2020-09-14/early"),
    ({"power": "1e3"}, "power", Decimal(1000)),
    ({"power": "+.5"}, "power", Decimal("0.5")),
    ({"power": "\u30007\u00a0"}, "power", Decimal(7)),
    ({"power": "1.00000050"}, "power", Decimal(1)),
    ({"power": "1.0000015"}, "power", Decimal("1.000002")),
    ({"fine": "123456789012345678901234567.123456789"}, "fine", Decimal("123456789012345678901234567.123456789")),
    ({"heard": "0.1"}, "heard", 0.1),
    ({"heard": "1234567.123456789012345"}, "heard", 1234567.123456789),
    ({"heard": "5e-324"}, "heard", 5e-324),
    ({"pieces": "12.0"}, "pieces", 12),
    ({"pieces": "1e2"}, "pieces", 100),
    ({"sign": "-1"}, "sign", -1),
    ({"running": "是"}, "running", True),
    ({"running": "NO"}, "running", False),
    ({"at": "2020-09-14T08:30:00+08:00"}, "at", datetime(2020, 9, 14, 0, 30, tzinfo=UTC)),
    ({"at": "2020-09-14 08:30"}, "at", datetime(2020, 9, 14, 8, 30, tzinfo=UTC)),
    ({"day": "2020/9/4"}, "day", date(2020, 9, 4)),
    ({"published_at": "2021-09"}, "_published_at", datetime(2021, 10, 1, tzinfo=UTC)),
    ({"grade": ""}, "grade", None),
    ({"power": "   "}, "power", None),
]


@pytest.mark.parametrize(("cells", "field", "value"), GOOD)
def test_a_cell_is_read_as_what_it_says(cells, field, value):
    stored = became()[2 + GOOD.index((cells, field, value))]
    assert isinstance(stored, dict), stored
    assert stored[field] == value


BAD = [
    ({"machine": ""}, "machine is required and empty"),
    ({"machine": "a b"}, "machine is no entity id"),
    ({"parent": "L1"}, "parent is no entity id"),
    ({"machine": "region:32+sector:C"}, "machine is no entity id"),
    ({"when": ""}, "when is required and empty"),
    ({"when": "9999"}, "when is no period"),
    ({"power": "1,000"}, "power is no number"),
    ({"power": "NaN"}, "power is no number"),
    ({"power": "-inf"}, "power is no number"),
    ({"power": "1_000"}, "power is no number"),
    ({"power": "１２"}, "power is no number"),
    ({"power": "0x1F"}, "power is no number"),
    ({"power": "1e400"}, "power is too large"),
    ({"power": "-5.01"}, "power is below -5"),
    ({"power": "1000001"}, "power is above 1000000"),
    ({"fine": "9" * 40}, "fine is too large"),
    ({"heard": "NaN"}, "heard is no number"),
    ({"heard": "Infinity"}, "heard is no number"),
    ({"heard": "1e400"}, "heard is beyond the range of a double"),
    ({"heard": "1e301"}, "heard is above 1e300"),
    ({"heard": "-5.000001"}, "heard is below -5"),
    ({"pieces": "1.5"}, "pieces is not whole"),
    ({"pieces": "9223372036854775808"}, "pieces is not whole, or too large"),
    ({"sign": "0"}, "sign is none of 1, -1"),
    ({"running": "maybe"}, "running is none of"),
    ({"grade": "c"}, "grade is none of a, b"),
    ({"at": "infinity"}, "at is no instant"),
    ({"at": "0000-01-01"}, "at is no instant"),
    ({"day": "2020-02-30"}, "day is no date"),
    ({"day": "epoch"}, "day is no date"),
    ({"published_at": "soon"}, "published_at is no date"),
]


@pytest.mark.parametrize(("cells", "why"), BAD)
def test_a_bad_cell_rejects_its_row_with_the_reason(cells, why):
    said = became()[2 + len(GOOD) + BAD.index((cells, why))]
    assert isinstance(said, str)
    assert said.startswith(why)


def test_the_rejects_file_keeps_line_field_reason_and_raw_row_and_names_unused_columns():
    _, lines = take(table([{"machine": "M1", "when": "2020", "colour": "red"}, {"machine": "M2", "when": "2020", "power": " many ", "colour": "blue"}]))
    head, line = lines
    assert (head["record"], head["rejected"], head["columns_not_used"]) == ("run", 1, ["colour"])
    assert (line["line"], line["field"], line["row"]["power"]) == (3, "power", " many ")
    assert line["reason"] == {"zh": "功率（power）不是数：many", "en": "power is no number: many"}


def test_columns_may_carry_the_names_of_the_fields():
    stored, _ = take(pa.table({"设备": ["M1"], "Period": ["2020"], "功率": ["3"]}))
    assert (stored[0]["machine"], stored[0]["when"], stored[0]["power"]) == ("machine:M1", "2020", Decimal(3))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [("year", "2020年", "2020-Q1"), ("quarter", "2020q1", "2020"), ("month", "2020-3", "2020-03-01"), ("day", "2020-03-01", "2020-03-01/early"), ("window", "2016/2020", "2020")],
)
def test_a_period_of_another_kind_would_never_be_counted_and_is_rejected(kind, good, bad):
    record = replace(RUN, period=kind, any_period=False)
    stored, lines = take(table([{"machine": "M1", "when": good}, {"machine": "M1", "when": bad}, {"machine": "M1", "when": "autumn"}]), record)
    assert len(stored) == 1
    assert lines[1]["reason"]["en"] == f"when is a period, but not of the kind {kind}: {bad}"
    assert lines[2]["reason"]["en"].startswith("when is no period")


def test_a_field_with_a_level_takes_what_is_part_of_it_and_rejects_other_levels():
    fields = tuple(replace(f, takes=("site", "line", "machine")) if f.id == "machine" else f for f in FIELDS)
    rows = [{"machine": m, "when": "2020"} for m in ("S1", "site:S1", "machine:M1", "region:32", "enterprise:E1", "sites:S1")]
    stored, lines = take(table(rows), replace(RUN, fields=fields))
    assert sorted(f["machine"] for f in stored) == ["machine:M1", "site:S1"]
    assert [line["line"] for line in lines[1:]] == [5, 6, 7]
    assert lines[1]["reason"] == {"zh": "设备（machine）只收这些层级的对象（site, line, machine）：region:32", "en": "machine takes entities of site, line, machine only: region:32"}


def test_names_in_another_encoding_are_kept_readable(open_store):
    store = open_store()
    receipt = store.append(RUN, table([{"machine": "M1", "when": "2020"}, {"when": "2020"}]), Source("\udcc6\udcf3.csv"))
    assert receipt.balances
    store.withdraw("run:1", "see \udcc6")
    assert next(iter(store.find(RUN, [1]))).source == "\\udcc6\\udcf3.csv"
    assert store.verify() == 2


def test_a_field_in_two_columns_is_refused_because_nobody_can_say_which_is_meant():
    with pytest.raises(InputError, match="power stands in several columns: power, 功率") as refused:
        take(pa.table({"machine": ["M1"], "when": ["2020"], "power": ["3"], "功率": ["4"]}))
    assert refused.value.cure


def test_typed_columns_say_the_same_as_texts():
    typed = pa.table(
        {
            "machine": pa.array(["M1"]).dictionary_encode(), "when": pa.array([2020]), "power": pa.array([0.1]), "pieces": pa.array([3.0]),
            "running": pa.array([True]), "at": pa.array([datetime(2020, 1, 1, tzinfo=UTC)]), "day": pa.array([date(2020, 1, 1)]),
            "fine": pa.array([Decimal("1.500000000000")]),
        }
    )  # fmt: skip
    stored, lines = take(typed)
    assert not lines
    found = {k: stored[0][k] for k in typed.column_names}
    assert found == {
        "machine": "machine:M1", "when": "2020", "power": Decimal("0.1"), "pieces": 3, "running": True, "fine": Decimal("1.5"),
        "at": datetime(2020, 1, 1, tzinfo=UTC), "day": date(2020, 1, 1),
    }  # fmt: skip


def test_a_delivery_without_a_single_known_column_is_rejected_whole():
    stored, lines = take(pa.table({"colour": ["red", "blue"]}))
    assert not stored
    assert [line["field"] for line in lines[1:]] == ["machine", "machine"]


def test_an_empty_delivery_is_a_batch_of_nothing():
    assert take(table([{"machine": "M1"}]).slice(1)) == ([], [])


decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)


@given(decimals, st.integers(0, 12), st.sampled_from(["{}", "{:f}", "{:e}"]))
@example(Decimal("0.0000005"), 6, "{}")
@example(Decimal("0.00000050000000000000000000000001"), 6, "{}")
def test_a_number_is_rounded_as_decimal_rounds(value, scale, form):
    text, lost = number(form.format(value), scale)
    expected = value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_EVEN, Context(prec=80))
    assert Decimal(text) == expected
    assert lost == (expected != value)


words = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["", "2020", "-1", "1e5", "NaN", "是", "M1", "line:1", "2020-01-01", "0.30000000000000004", "null", "'", '"', "99999999999999999999"]),
    st.integers().map(str),
    st.floats().map(repr),
    st.dates().map(str),
)
rows = st.lists(st.fixed_dictionaries({f.id: words for f in FIELDS}), min_size=1, max_size=8)


@settings(max_examples=60)
@given(rows)
def test_nothing_that_is_delivered_is_lost_and_nothing_raises(rows):
    stored, lines = take(table(rows))
    assert len(stored) + max(0, len(lines) - 1) <= len(rows)
    assert all(line["reason"]["zh"] and line["reason"]["en"] for line in lines[1:])


def test_the_annual_return_of_the_packs_takes_years_of_enterprises_and_their_parts_only():
    library = load(builtin_folders())
    rows = [("E1", "2020"), ("site:S1", "2020"), ("E1", "2020-Q1"), ("region:32", "2020"), ("sector:C35", "2020"), ("nation:CN", "2020")]
    stored, lines = take(table([{"enterprise": e, "year": y, "revenue": "1"} for e, y in rows]), library.records["annual_return"])
    assert [f["enterprise"] for f in stored] == ["enterprise:E1", "site:S1"]
    assert [(line["line"], line["field"]) for line in lines[1:]] == [(4, "year"), (5, "enterprise"), (6, "enterprise"), (7, "enterprise")]
    assert library.records["region_gerd"].field("region").takes == ("region",)
    assert library.records["published_figure"].any_period
