"""``zhizao warnings``: what the rules find, told once, listed worst first, and answered by persons."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from tests.cli.conftest import Zhizao

LAST = date.today().year - 1
"""A warning on an older return has expired."""
HEAD = "enterprise,year,revenue,main_business_revenue,rd_expenditure,key_processes,nc_key_processes\n"


def returns(folder: Path, *rows: str) -> Path:
    file = folder / "returns.csv"
    file.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return file


def raised(zhizao: Zhizao, home: Path, folder: Path) -> dict[str, object]:
    """The one warning of a home with a return that contradicts itself."""
    zhizao("import", "annual_return", returns(folder, f"A,{LAST},100,90,5,10,12", f"B,{LAST},100,90,5,10,9"), "--home", home)
    found = [w for w in json.loads(zhizao("warnings", "--json", "--home", home).out) if w["rule"] == "contradictory_return"]
    assert len(found) == 1
    return dict(found[0])


def test_a_warning_names_its_evidence_with_threshold_and_margin(zhizao, fresh_home, tmp_path):
    found = raised(zhizao, fresh_home, tmp_path)
    assert (found["entity"], found["severity"], found["standing"], found["about"]) == ("enterprise:A", "yellow", "open", str(LAST))
    first = found["evidence"]["tests"][0]
    assert first == {"test": "nc_key_processes > key_processes", "left": "12", "threshold": "10", "holds": True, "margin": "2"}
    assert len(found["evidence"]["definition"]) == 16


def test_asked_again_it_tells_nothing_new(zhizao, fresh_home, tmp_path):
    first = raised(zhizao, fresh_home, tmp_path)
    again = [w for w in json.loads(zhizao("warnings", "--json", "--home", fresh_home).out) if w["rule"] == "contradictory_return"]
    assert again == [first]


def test_a_corrected_return_ends_its_warning_and_all_still_shows_it(zhizao, fresh_home, tmp_path):
    raised(zhizao, fresh_home, tmp_path)
    zhizao("import", "annual_return", returns(tmp_path, f"A,{LAST},100,90,5,10,10"), "--home", fresh_home)
    mine = [w for w in json.loads(zhizao("warnings", "--json", "--home", fresh_home).out) if w["rule"] == "contradictory_return"]
    ended = [w for w in json.loads(zhizao("warnings", "--all", "--json", "--home", fresh_home).out) if w["rule"] == "contradictory_return"]
    assert mine == [] and ended[0]["standing"] == "resolved" and ended[0]["events"][-1]["note"] == "corrected"


def test_an_enterprise_appeals_and_is_turned_down(zhizao, fresh_home, tmp_path):
    number = str(raised(zhizao, fresh_home, tmp_path)["warning"])[:5]
    said = ("--home", fresh_home, "--as", "zhang.min", "--note", "counted anew", "--json")
    assert json.loads(zhizao("warnings", "--appeal", number, *said).out)[0]["standing"] == "appealed"
    assert json.loads(zhizao("warnings", "--uphold", number, *said).out)[0]["standing"] == "upheld"
    refused = zhizao("warnings", "--acknowledge", number, *said)
    assert refused.code == 2 and "what can follow now: explained, resolved" in refused.err


def test_whoever_acts_is_named_and_says_why(zhizao, fresh_home, tmp_path):
    number = str(raised(zhizao, fresh_home, tmp_path)["warning"])
    assert "--as" in zhizao("warnings", "--acknowledge", number, "--home", fresh_home).err
    assert "--note" in zhizao("warnings", "--explain", number, "--as", "li", "--home", fresh_home).err
    assert zhizao("warnings", "--acknowledge", "W-zzz", "--as", "li", "--home", fresh_home).code == 2


def test_the_list_reads_in_both_languages(zhizao, fresh_home, tmp_path):
    raised(zhizao, fresh_home, tmp_path)
    zh, en = (zhizao("warnings", "--lang", lang, "--home", fresh_home).out for lang in ("zh", "en"))
    assert "黄色" in zh and "年报数据自相矛盾" in zh and "超出 2" in zh
    assert "yellow" in en and "contradicts itself" in en and "nc_key_processes > key_processes: 12 (by 2)" in en
