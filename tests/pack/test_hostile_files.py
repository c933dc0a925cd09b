"""Whatever lies in the folder of a pack: findings with a place, never an exception, never a wait."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pack.small_pack import FILES, codes, loaded, with_formula, write
from zhizao.pack.content import MAX_DEPTH
from zhizao.pack.found import Found
from zhizao.pack.load import load
from zhizao.pack.readable import MAX_BYTES
from zhizao.pack.table import read_table

INDICATOR, RECORD = "indicators/spending_rate.yaml", "records/plant_year.yaml"
TEXTS = [INDICATOR, RECORD, "plan.yaml", "targets.csv", "pack.yaml", "data.yaml", "quantities.yaml"]


def replaced(tmp_path: Path, name: str, make: Callable[[Path], None]) -> list[str]:
    path = write(tmp_path) / name
    path.unlink(missing_ok=True)
    make(path)
    library = load([tmp_path])
    assert pickle.dumps(library)
    assert all(f.place.file and f.cure.zh for f in library.findings)
    return [f.code for f in library.findings if f.place.file == str(path)]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda p: p.symlink_to(p.name), lambda p: p.symlink_to("/dev/zero"), lambda p: p.symlink_to("gone")])
def test_what_is_no_plain_file_is_a_finding(tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    assert replaced(tmp_path, name, make) == ["no_file"]


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_of_no_end_is_a_finding(tmp_path: Path, name: str) -> None:
    assert replaced(tmp_path, name, lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), MAX_BYTES + 1)) == ["no_file"]


def test_a_file_that_may_not_be_read_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "spending_rate.yaml":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    found = [f for f in loaded(tmp_path, {"targets.csv": None}).findings if f.code == "no_file"]
    assert len(found) == 1 and "may not be read" in found[0].message.en


@pytest.mark.parametrize("make", [lambda p: p.symlink_to("x.csv"), os.mkfifo, Path.mkdir])
def test_data_that_is_no_plain_file_is_a_finding(tmp_path: Path, make: Callable[[Path], None]) -> None:
    write(tmp_path, {"data.yaml": '- {record: plant_year, file: x.csv}\n- {record: plant_year, file: "a\\0b"}\n', "data/y.csv": "enterprise,year\n"})
    make(tmp_path / "data" / "x.csv")
    assert codes(load([tmp_path])) == ["no_file", "no_file"]


def test_a_folder_linked_to_itself_ends(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "indicators" / "again").symlink_to("..")
    assert codes(load([tmp_path])) == []


@pytest.mark.parametrize("change", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n"), lambda t: t.replace("\n", "\r"), lambda t: t + "\n\n# end"])
def test_other_ways_to_end_a_line_or_begin_a_file_are_read(tmp_path: Path, change: Callable[[str], str]) -> None:
    write(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(change(text).encode() if name.endswith(".yaml") or "#" not in change(text) else text.encode())
    assert codes(load([tmp_path])) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: x\x00y\n", 2), ("a: 1\nb:\n\tc: 1\n", 3), ("a: &x [1, 2]\n", 1), ("a: *x\n", 1), ("a: 1\n...\n--- b\n", 3), ("a: !!binary x\n", 1),
        ("a: &a [&b [*a]]\n", 1), ("[" * (MAX_DEPTH + 1), 1), ("? {a: 1}\n: 2\n", 1), ("%YAML 9.9\n---\na: 1\n", 1),
    ],
)  # fmt: skip
def test_hostile_yaml_is_a_finding_at_its_line(tmp_path: Path, text: str, line: int) -> None:
    library = loaded(tmp_path, {INDICATOR: text, "targets.csv": None})
    assert [(f.code, f.place.line) for f in library.findings if f.place.file.endswith(INDICATOR)] == [("yaml", line)]


@pytest.mark.parametrize("number", ["9" * 400, "1e400", "1e-400", "1e999999999", ".inf", "-.nan", "0x10", "1_000", "１２", "-1"])
@pytest.mark.parametrize("key", ["decimals", "number"])
def test_enormous_and_strange_numbers_are_findings(tmp_path: Path, number: str, key: str) -> None:
    text = FILES[INDICATOR].replace("number: 1\n", "") + f"{key}: {number}\n"
    assert codes(loaded(tmp_path, {INDICATOR: text, "targets.csv": None})) == ["shape"]


@pytest.mark.parametrize("unit", ["tce^999999999", "tce**9**9**9", "(" * 400 + "tce", "tce" + "*tce" * 3000, "tсe", "1e999999999 * tce", "tce//tce", ""])
def test_hostile_units_are_findings(tmp_path: Path, unit: str) -> None:
    change = FILES[RECORD].replace("unit: tce", f"unit: '{unit}'")
    assert codes(loaded(tmp_path, {RECORD: change})) == (["unit"] if unit else [])


def test_a_formula_of_ten_thousand_terms_is_a_finding(tmp_path: Path) -> None:
    assert codes(loaded(tmp_path, with_formula(" + ".join(["sum(spending)"] * 10_000)))) == ["formula"]


def test_packs_that_need_each_other_in_a_long_circle_are_told_once(tmp_path: Path) -> None:
    for i in range(5):
        (tmp_path / f"p{i}").mkdir()
        (tmp_path / f"p{i}" / "pack.yaml").write_text(f"id: p{i}\nversion: 1\ntitle: {{zh: 包, en: Pack}}\nneeds: [p{(i + 1) % 5}]\n", encoding="utf-8")
    assert codes(load([tmp_path / f"p{i}" for i in range(5)])) == ["needs"]


@given(text=st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
def test_any_text_as_a_formula_loads_with_findings(tmp_path: Path, text: str) -> None:
    import json

    library = loaded(tmp_path, with_formula(json.dumps(text)))
    assert all(f.place.line for f in library.findings)


@given(st.binary(max_size=200) | st.text(alphabet='ab,"\n\r\x00', max_size=60).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_as_a_table_give_rows_or_findings(tmp_path: Path, data: bytes) -> None:
    found = Found()
    (tmp_path / "t.csv").write_bytes(data)
    assert read_table(tmp_path / "t.csv", ("a",), (), found) is not None
    assert found or b"a" in data
