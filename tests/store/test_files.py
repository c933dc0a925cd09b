"""Files in, files out: odd encodings and shapes are read, broken rows kept as faults, broken files refused with a cure."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhizao.checks.store import RETURN, facts
from zhizao.errors import InputError
from zhizao.model.record import Field
from zhizao.model.text import same
from zhizao.store.contract import Source
from zhizao.store.files import read, write

FACTS = pa.table(
    {
        "enterprise": ["enterprise:A", "enterprise:=1-1", 'enterprise:"北京",x'],
        "year": ["2020", "2021", "2022"],
        "line": ["a\nb", None, "，"],
        "amount": pa.array([Decimal("0.10"), None, Decimal("1234567890123456.78")], pa.decimal128(38, 2)),
        "staff": pa.array([2**62, None, -1]),
        "open": [True, False, None],
        "heard": [0.1, None, 1e21 / 3],
        "at": pa.array([datetime(2020, 1, 1, 8, 30, 0, 123456, UTC), None, datetime(1969, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")),
    }
)


def csv(tmp_path, content: bytes, name: str = "rows.csv"):
    (tmp_path / name).write_bytes(content)
    return read(tmp_path / name)


def columns(rows: pa.Table) -> dict:
    return rows.to_pydict()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx", "parquet"])
def test_what_is_written_is_read_back_to_the_same_values(kind, tmp_path):
    write(FACTS, tmp_path / f"facts.{kind}")
    back = read(tmp_path / f"facts.{kind}").to_pydict()
    for name in ("enterprise", "year", "line"):
        assert back[name] == FACTS[name].to_pylist() or [v or None for v in back[name]] == FACTS[name].to_pylist()
    assert [Decimal(v) if v else None for v in back["amount"]] == FACTS["amount"].to_pylist()
    assert [int(v) if v else None for v in back["staff"]] == FACTS["staff"].to_pylist()
    assert [float(v) if v else None for v in back["heard"]] == FACTS["heard"].to_pylist()
    assert [str(v).lower() if v not in (None, "") else None for v in back["open"]] == ["true", "false", None]
    instants = [v if isinstance(v, datetime) else datetime.fromisoformat(v) if v else None for v in back["at"]]
    assert instants == FACTS["at"].to_pylist()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx", "parquet"])
def test_what_is_exported_is_duplicate_when_imported_again(kind, tmp_path, open_store):
    store, record = open_store(), replace(RETURN, fields=(*RETURN.fields, Field("heard", "float", same("heard"))))
    store.append(record, FACTS.drop(["at"]).set_column(4, "staff", pa.array([2**62, None, 1])), Source("first"))
    with store.session() as session:
        facts = session.fetch(session.relation(record)).select([f.id for f in record.fields])
    write(facts, tmp_path / f"out.{kind}")
    receipt = store.append(record, read(tmp_path / f"out.{kind}"), Source("second"))
    assert (receipt.received, receipt.duplicate) == (3, 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_table_may_be_in_any_common_encoding(encoding, tmp_path):
    assert columns(csv(tmp_path, "企业,年份\n甲,2020\n".encode(encoding))) == {"企业": ["甲"], "年份": ["2020"], "_line": [2]}


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_text_table_may_have_any_common_delimiter(delimiter, tmp_path):
    assert columns(csv(tmp_path, f" a {delimiter}b\n1{delimiter}2\r\n".encode())) == {"a": ["1"], "b": ["2"], "_line": [2]}


def test_lines_are_those_of_the_file_with_empty_lines_and_quoted_line_breaks(tmp_path):
    rows = csv(tmp_path, b'a,b\n\n1,"x\ny"\n\n2,z\n')
    assert columns(rows) == {"a": ["1", "2"], "b": ["x\ny", "z"], "_line": [3, 6]}


def test_a_row_with_a_wrong_number_of_cells_is_kept_as_a_fault(tmp_path):
    rows = csv(tmp_path, b"a,b\n1,2\n3\n4,5,6\n")
    assert rows["a"].to_pylist() == ["1", None, None]
    assert rows["_fault"].to_pylist() == [None, 'cells ["3"]', 'cells ["4", "5", "6"]']


def test_a_column_without_a_name_is_left_aside(tmp_path):
    assert columns(csv(tmp_path, b"a,,b\n1,2,3\n")) == {"a": ["1"], "b": ["3"], "_line": [2]}


def test_a_single_column_may_have_empty_lines(tmp_path):
    assert columns(csv(tmp_path, b"a\n1\n\n2\n")) == {"a": ["1", "2"], "_line": [2, 4]}


def test_json_keeps_every_digit_and_broken_lines_are_faults(tmp_path):
    rows = csv(tmp_path, b'{"a": 0.10, "b": true}\n\n{"a": 1e400, "c": [1]}\nnonsense\n[1]\n', "rows.jsonl")
    assert columns(rows) == {
        "a": ["0.10", "1e400", None, None], "b": ["true", None, None, None], "c": [None, '["1"]', None, None],
        "_line": [1, 3, 4, 5], "_fault": [None, None, "json nonsense", "json [1]"],
    }  # fmt: skip


def test_faults_are_rejected_with_their_raw_text(tmp_path, open_store):
    rows = csv(tmp_path, b"enterprise,year\nA,2020\nB\n")
    receipt = open_store().append(RETURN, rows, Source("rows.csv"))
    assert (receipt.stored, receipt.rejected) == (1, 1)
    with open(receipt.rejects_file, encoding="utf-8") as file:
        line = json.loads(file.read().splitlines()[1])
    assert (line["line"], line["row"], line["reason"]["en"]) == (3, '["B"]', "its number of cells is not that of the header")


def rejected(receipt) -> list[tuple]:
    lines = [json.loads(line) for line in Path(receipt.rejects_file).read_text("utf-8").splitlines()[1:]]
    return [(line["line"], line["reason"]["en"].split(":")[0], line["row"]) for line in lines]


def test_a_json_line_that_says_two_things_or_half_a_character_is_rejected_with_the_reason(tmp_path, open_store):
    lines = [
        '{"enterprise": "A", "year": "2020", "amount": 1}',
        '{"enterprise": "B", "year": "2020", "amount": 1, "amount": 2}',
        '{"enterprise": "C", "year": "2020", " amount": 1, "amount": 2}',
        r'{"enterprise": "D", "year": "2020", "line": "\ud800"}',
        r'{"enterprise": "E", "year": "2020", "\udfff": 1}',
        r'{"enterprise": "F", "year": "2020", "line": "\ud83c\udfed"}',
    ]
    rows = csv(tmp_path, "\n".join(lines).encode(), "rows.jsonl")
    receipt = open_store().append(RETURN, rows, Source("rows.jsonl"))
    assert (receipt.received, receipt.stored, receipt.rejected) == (6, 2, 4)
    twice, half = "a name stands more than once in the object", "it holds half a character (a lone surrogate)"
    assert rejected(receipt) == [(i, why, lines[i - 1]) for i, why in ((2, twice), (3, twice), (4, half), (5, half))]
    assert [f["line"] for f in facts(open_store())] == [None, "🏭"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx", "parquet"])
def test_columns_called_as_those_that_readers_add_stand_for_nothing(kind, tmp_path, open_store):
    odd = pa.table({"enterprise": ["A", "B"], "year": ["2020", "x"], "_line": ["seven", None], "_fault": ["none", "all"]})
    write(odd, tmp_path / f"odd.{kind}")
    receipt = open_store().append(RETURN, read(tmp_path / f"odd.{kind}"), Source("odd"))
    assert (receipt.stored, receipt.rejected) == (1, 1)
    ((line, why, row),) = rejected(receipt)
    assert (line, why) == (2 if kind in ("jsonl", "parquet") else 3, "year is no period (such as 2020, 2020-Q3, 2020-09, 2020-09-14)")
    assert row["column _fault"] == "all"


def sheet(path: Path, *rows: list) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def valued(path: Path, cell: str, kind: str, value: str) -> None:
    """Give a formula the value a spreadsheet program would have kept with it."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    found = re.sub(rf'<c r="{cell}"( t="\w+")?><f>(.*?)</f><v ?/?>(</v>)?', rf'<c r="{cell}"{kind}><f>\2</f><v>{value}</v>', parts[name].decode())
    assert found != parts[name].decode()
    parts[name] = found.encode()
    with ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def test_a_formula_without_a_value_rejects_its_row_with_the_formula(tmp_path, open_store):
    file = sheet(
        tmp_path / "f.xlsx",
        ["enterprise", "year", None, "amount", "line"],
        ["A", 2020, None, "=1+1"],
        ["B", 2020, None, "=2+2"],
        ["C", 2020, None, 3, '=IF(1,"","x")'],
        ["D", 2020, "=nameless()", 4],
        [None, None, None, "=5"],
    )
    valued(file, "D2", "", "2")
    valued(file, "E4", ' t="str"', "")
    receipt = open_store().append(RETURN, read(file), Source("f.xlsx"))
    assert (receipt.received, receipt.stored, receipt.rejected) == (5, 3, 2)
    why = "a formula has no computed value"
    assert rejected(receipt) == [(3, why, '["B", "2020", null, "=2+2", null]'), (6, why, '[null, null, null, "=5", null]')]
    assert [f["amount"] for f in facts(open_store())] == [2, 3, 4]


def test_a_sheet_with_texts_that_look_like_formulas_is_read(tmp_path):
    write(pa.table({"a": ["=1+1"]}), tmp_path / "x.xlsx")
    assert read(tmp_path / "x.xlsx")["a"].to_pylist() == ["=1+1"]


def test_a_cell_larger_than_a_block_of_the_reader_is_read(tmp_path):
    huge = "x" * (9 << 20)
    rows = csv(tmp_path, f"a,b\n1,{huge}\n2,3\n".encode())
    assert [len(v) for v in rows["b"].to_pylist()] == [9 << 20, 1]


@pytest.mark.parametrize(("name", "content"), [("x.csv", b"a,b\n"), ("x.csv", b"a,b"), ("x.jsonl", b""), ("x.jsonl", b"\n\n")])
def test_a_file_without_rows_has_none(name, content, tmp_path):
    assert len(csv(tmp_path, content, name)) == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.csv", b""), ("x.csv", b"a,a\n1,2\n"), ("x.csv", b"\n\n"), ("x.csv", b"a\n\xff\xff\xff\n"), ("x.xlsx", b"no zip"), ("x.parquet", b"PAR1"),
     ("x.jsonl", b"\xff\xfe"), ("x.doc", b""), ("missing.csv", None)],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_a_cure(name, content, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as refused:
        read(tmp_path / name)
    assert refused.value.cure
    assert name in refused.value.where


@settings(max_examples=200)
@given(st.sampled_from(["csv", "jsonl", "xlsx", "parquet"]), st.binary(max_size=60) | st.text('a1,;"\n\r\t\x00甲', max_size=40).map(str.encode))
def test_any_bytes_are_rows_or_refused(kind, content):
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = Path(folder) / f"x.{kind}"
        file.write_bytes(content)
        try:
            assert "_line" in read(file).column_names
        except InputError as refused:
            assert refused.cure


def test_a_typed_parquet_file_keeps_its_types(tmp_path):
    pq.write_table(pa.table({"a": pa.array([1.5])}), tmp_path / "x.parquet")
    assert read(tmp_path / "x.parquet").schema.field("a").type == pa.float64()


def test_a_gbk_file_whose_only_chinese_is_its_header_is_read(tmp_path: Path) -> None:
    file = tmp_path / "gbk.csv"
    file.write_bytes("企业,年份\nE1,2020\n".encode("gbk"))
    assert read(file).column_names[:2] == ["企业", "年份"]
