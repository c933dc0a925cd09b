"""``zhizao forget``: from then on nobody reads what is personal of an entity, and everything else goes on."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Zhizao

PACK = {
    "pack.yaml": "id: clinic\nversion: 1.0.0\ntitle: {zh: 诊所, en: Clinic}\nneeds: [kernel]\n",
    "records/visit.yaml": """id: visit
name: {zh: 就诊, en: Visit}
entity: person
time: year
period: year
key: [person, year]
fields:
  person: {type: entity, level: person, required: true, name: {zh: 人, en: Person}}
  year: {type: period, required: true, name: {zh: 年份, en: Year}}
  surname: {type: text, personal: true, name: {zh: 姓, en: Surname}}
  weight: {type: decimal, personal: true, unit: kg, accrual: stock, scale: 1, name: {zh: 体重, en: Weight}}
  visits: {type: integer, accrual: flow, name: {zh: 次数, en: Visits}}
""",
}
INDICATORS = {
    "zhangs_visits": "sum(visits where surname == 'Zhang')",
    "surnames": "estimate(distinct(surname, k=64))",
    "heaviest": "max(weight)",
    "all_visits": "sum(visits)",
}
ROWS = "person,year,surname,weight,visits\nP1,2020,Zhang,71.5,2\nP2,2020,Zhang,60,3\nP3,2020,Li,62,5\nP4,2020,Wang,heavy,1\n"


@pytest.fixture
def home(zhizao: Zhizao, fresh_home: Path, tmp_path: Path) -> Path:
    """A home with a pack of personal fields and four visits, of which one was rejected."""
    for name, content in PACK.items():
        (file := tmp_path / "clinic" / name).parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    (tmp_path / "clinic" / "indicators").mkdir()
    for name, formula in INDICATORS.items():
        unit = "kg" if name == "heaviest" else "1"
        said = f"id: {name}\nname: {{zh: 指标, en: {name}}}\nunit: {unit}\ndirection: up\nperiod: year\nrecord: visit\nmissing: each\ndecimals: 1\nformula: {formula}\nsource: ours\n"
        (tmp_path / "clinic" / "indicators" / f"{name}.yaml").write_text(said, "utf-8")
        test = "cases:\n  - name: one\n    records: {visit: [{person: P1, year: 2020, surname: Zhang, weight: 1, visits: 1}]}\n    expect: [{of: nation:TEST, period: '2020', value: '1.0'}]\n"
        (tmp_path / "clinic" / "indicators" / f"{name}.test.yaml").write_text(test, "utf-8")
    (tmp_path / "visits.csv").write_text(ROWS, "utf-8")
    lint, test = zhizao("--home", fresh_home, "lint", tmp_path / "clinic"), zhizao("--home", fresh_home, "test", tmp_path / "clinic")
    assert (lint.code, test.code) == (0, 0), lint.out + test.out
    (tmp_path / "places.csv").write_text("entity,relation,parent\n" + "".join(f"person:P{i},located_in,region:32\n" for i in range(1, 5)), "utf-8")
    assert zhizao("--home", fresh_home, "import", "membership", tmp_path / "places.csv").code == 0
    assert zhizao("--home", fresh_home, "import", "visit", tmp_path / "visits.csv", "--json").data["rejected"] == 1
    return fresh_home


def value(zhizao: Zhizao, home: Path, indicator: str, *more: str) -> str:
    [found] = zhizao("--home", home, "measure", indicator, "--period", "2020", "--json", *more).data
    return str(found["value"])


def exported(zhizao: Zhizao, home: Path) -> dict[str, tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(zhizao("--home", home, "export", "visit").out))
    return {row["person"]: (row["surname"], row["weight"]) for row in rows}


def test_a_forgotten_person_is_counted_and_no_longer_known(zhizao: Zhizao, home: Path) -> None:
    assert {name: value(zhizao, home, name) for name in INDICATORS} == {"zhangs_visits": "5.0", "surnames": "2.0", "heaviest": "71.5", "all_visits": "10.0"}
    assert exported(zhizao, home)["person:P1"] == ("Zhang", "71.5")
    done = zhizao("--home", home, "forget", "person:P1", "--why", "asked for", "--json")
    assert (done.code, done.data) == (0, {"forgotten": "person:P1", "why": "asked for"})
    assert {name: value(zhizao, home, name) for name in INDICATORS} == {"zhangs_visits": "3.0", "surnames": "2.0", "heaviest": "62.0", "all_visits": "10.0"}
    assert exported(zhizao, home) == {"person:P1": ("", ""), "person:P2": ("Zhang", "60.0"), "person:P3": ("Li", "62.0")}
    told = zhizao("--home", home, "verify", "--json")
    assert (told.code, told.data["intact"]) == (0, True)
    assert [(f["entity"], f["why"]) for f in told.data["forgotten"]] == [("person:P1", "asked for")]
    assert "person:P1" in zhizao("--home", home, "--lang", "zh", "verify").out


def test_what_is_explained_shows_what_may_still_be_read(zhizao: Zhizao, home: Path) -> None:
    line = ("--home", home, "explain", "heaviest", "--of", "person:P2", "--period", "2020", "--json")
    assert "Zhang" in zhizao(*line).out
    assert zhizao("--home", home, "forget", "person:P2", "--why", "asked for").code == 0
    told = zhizao(*line)
    assert "Zhang" not in told.out
    assert "60.0" not in told.out


def test_neither_rejects_nor_kept_answers_hold_what_was_forgotten(zhizao: Zhizao, home: Path) -> None:
    assert zhizao("--home", home, "evaluate", "--as-of", "2026-01", "--json").code == 0
    assert list((home / "cache" / "answers").iterdir())
    assert zhizao("--home", home, "forget", "person:P1", "--why", "asked for").code == 0
    assert not (home / "cache" / "answers").exists()
    files = [f for f in home.rglob("*") if f.is_file() and b"Zhang" in f.read_bytes()]
    assert [f for f in files if "cache/libraries" not in f.as_posix()] == [], "the formula names the surname, the facts must not"
    assert not [f for f in (home / "rejects").iterdir() if b"heavy" in f.read_bytes()]


def test_a_later_import_is_readable_and_is_told_as_a_correction(zhizao: Zhizao, home: Path, tmp_path: Path) -> None:
    zhizao("--home", home, "forget", "person:P1", "--why", "asked for")
    (tmp_path / "later.csv").write_text("person,year,surname,weight,visits\nP1,2020,Chen,70,2\n", "utf-8")
    assert zhizao("--home", home, "import", "visit", tmp_path / "later.csv", "--json").data["stored"] == 1
    assert exported(zhizao, home)["person:P1"] == ("Chen", "70.0")
    assert zhizao("--home", home, "export", "visit", "--of", "P1", "--json").data[0]["surname"] == "Chen"


@pytest.mark.parametrize(("entity", "said"), [("person:P9", "nothing personal"), ("region:32", "nothing personal"), ("nobody known", "no entity is named"), ("P4", "")])
def test_an_entity_of_which_nothing_personal_is_stored_is_wrong_input(zhizao: Zhizao, home: Path, entity: str, said: str) -> None:
    done = zhizao("--home", home, "forget", entity, "--why", "asked for")
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert entity.split(":")[-1] in done.err
    assert "To mend" in done.err
    assert zhizao("--home", home, "--lang", "zh", "forget", entity, "--why", "本人要求").code == 2


def test_forgetting_again_says_that_nothing_is_to_do(zhizao: Zhizao, home: Path) -> None:
    first = zhizao("--home", home, "--lang", "zh", "forget", "P1", "--why", "本人要求")
    assert (first.code, first.out) == (0, "已抹去 person:P1 的个人信息：本人要求\n")
    again = zhizao("--home", home, "forget", "P1", "--why", "asked for")
    assert (again.code, again.err) == (2, "person:P1: its personal values are forgotten already. To mend: nothing to do\n")


def test_forgetting_needs_a_reason(zhizao: Zhizao, home: Path) -> None:
    assert zhizao("--home", home, "forget", "person:P1").code == 2
    assert zhizao("--home", home, "forget", "person:P1", "--why", " ").code == 2
    assert exported(zhizao, home)["person:P1"] == ("Zhang", "71.5")


def test_a_key_that_vanished_is_told_by_verify(zhizao: Zhizao, home: Path) -> None:
    (home / "keys" / "personal" / "entities.keys").unlink()
    done = zhizao("--home", home, "verify", "--json")
    assert (done.code, done.data["intact"]) == (1, False)
    assert "personal" in done.data["why"]["en"]
    assert zhizao("--home", home, "export", "visit").code == 3
