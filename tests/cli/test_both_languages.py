"""Chinese and English are equals: neither leaves words of the other, and tables stand straight in both, in 80 columns too."""

from __future__ import annotations

import re
import unicodedata

import pytest

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"(?<![\w.:/=+-])[A-Za-z]{3,}(?![\w.:/=+-])")
ALLOWED = {
    "China", "DIR", "FILE", "FACT", "TYPE", "ENTITY", "INDICATOR", "LEVEL", "PACK", "HASH", "TEXT", "COMMAND", "PACK_OR_FOLDER", "JSON", "UTF",
    "zhizao", "csv", "xlsx", "jsonl", "parquet", "html", "pdf", "indicators", "goals", "PDF", "measure", "export", "import", "explain", "membership",
    "entity", "observation", "init", "plant", "evaluate", "plan", "lint", "test", "withdraw", "help", "json", "lang", "home", "region", "sector",
    "kernel", "factory", "enterprise", "site", "area", "line", "machine", "nation", "section", "macro",
    "computed", "census", "miit", "nbs",
}  # fmt: skip
"""Words of the command line itself, ids of levels, record types and series."""

WRONG = [
    ("mesure",),
    ("measure",),
    ("measure", "nc_rate", "extra"),
    ("measure", "nc_rate", "--jsn"),
    ("measure", "nc_rate", "--by", "regoin"),
    ("measure", "nc_rate", "--of", "region:99"),
    ("measure", "nc_rate", "--of", "line:L9"),
    ("measure", "nc_rate", "--period", "1850"),
    ("measure", "nc_rate", "--period", "x"),
    ("measure", "nc_rate", "--as-of", "x"),
    ("measure", "nc_rate", "--series", "x"),
    ("measure", "nc_rate", "--definition", "x"),
    ("measure", "rd_intensity", "--by", "line"),
    ("measure", "region_gerd", "--by", "enterprise"),
    ("measure", "quality_index", "--by", "region"),
    ("explain", "nc_rate"),
    ("explain", "rd_intensity", "--of", "region:32", "--period", "2020"),
    ("evaluate", "--year", "2021"),
    ("evaluate", "--midterm"),
    ("evaluate", "--report", "x.doc"),
    ("evaluate", "--report", "none/x.pdf"),
    ("export", "region_gerd", "--format", "x"),
    ("export", "region_gerd", "--json", "--format", "csv"),
    ("import", "annual_return", "none.csv"),
    ("import", "annual_return", "."),
    ("import", "none", "none.csv"),
    ("withdraw", "x", "--why", "y"),
    ("withdraw", "x", "--why", ""),
    ("lint", "none"),
    ("lint", "."),
]
SHOWN = [
    ("evaluate", "--as-of", "2026-11"),
    ("evaluate", "--as-of", "2019"),
    ("measure", "rd_intensity"),
    ("measure", "region_gerd", "--by", "region", "--period", "2022"),
    ("plan",),
    ("verify",),
    ("test", "kernel"),
]


@pytest.fixture
def narrow(monkeypatch):
    """A terminal of 80 columns, in an empty folder."""
    monkeypatch.setenv("COLUMNS", "80")


def cells(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def strangers(text: str, line: tuple[str, ...]) -> set[str]:
    """English words in a Chinese text that are neither ids, names of files, nor words of the command line, nor what was written."""
    return set(ENGLISH.findall(text)) - ALLOWED - set(re.findall(r"\w+", " ".join(line)))


@pytest.mark.parametrize("line", WRONG, ids=" ".join)
def test_what_goes_wrong_is_told_in_one_language(zhizao, ready_home, tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    english, chinese = (zhizao("--home", ready_home, *line, "--lang", lang) for lang in ("en", "zh"))
    assert english.code == chinese.code
    assert english.err.count("\n") == chinese.err.count("\n") == 1
    assert not CHINESE.search(english.out + english.err)
    assert CHINESE.search(chinese.err)
    assert not strangers(chinese.err, line)


@pytest.mark.parametrize("line", SHOWN, ids=" ".join)
def test_answers_fit_80_columns_in_both_languages(zhizao, ready_home, narrow, line):
    for lang in ("en", "zh"):
        done = zhizao("--home", ready_home, *line, "--lang", lang)
        assert done.code == 0
        assert max(cells(shown) for shown in done.out.splitlines()) <= 80


@pytest.mark.parametrize("line", SHOWN[:4], ids=" ".join)
def test_chinese_answers_hold_no_english_words(zhizao, ready_home, narrow, line):
    assert not strangers(zhizao("--home", ready_home, *line, "--lang", "zh").out, line)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_columns_begin_under_their_headings_whatever_the_width_of_the_signs(zhizao, ready_home, narrow, lang):
    head, *rows = zhizao("--home", ready_home, "measure", "rd_intensity", "--lang", lang).out.splitlines()
    period = cells(head[: head.index({"zh": "时期", "en": "period"}[lang])])
    assert len(rows) >= 3
    for row in rows:
        at = re.search(r"\b20\d\d\b", row)
        assert at is not None
        assert cells(row[: at.start()]) == period


def test_a_line_of_a_source_is_named_in_the_readers_language(zhizao, ready_home):
    out = zhizao("--home", ready_home, "explain", "quality_index", "--of", "China", "--period", "2021", "--lang", "zh").out
    assert "第 56 行" in out
    assert "line 56" not in out
