"""``zhizao import``: what the receipt says of a delivery."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Zhizao

HEAD = "enterprise,year,rd_expenditure,main_business_revenue\n"


def test_the_receipt_says_how_many_rows_correct_an_earlier_one(zhizao: Zhizao, fresh_home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "A,2020,5,100\nA,2020,6,100\nB,2020,1,10\n")
    done = zhizao("--home", fresh_home, "import", "annual_return", tmp_path / "a.csv", "--json")
    assert (done.data["stored"], done.data["corrected"]) == (3, 1)
    assert "1 行更正" in zhizao("--home", fresh_home, "--lang", "zh", "import", "annual_return", _later(tmp_path)).out


def test_a_delivery_that_corrects_nothing_does_not_speak_of_it(zhizao: Zhizao, fresh_home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "A,2020,5,100\n")
    assert "corrected" not in zhizao("--home", fresh_home, "import", "annual_return", tmp_path / "a.csv", "--json").data


def _later(folder: Path) -> Path:
    (folder / "b.csv").write_text(HEAD + "B,2020,2,10\n")
    return folder / "b.csv"
