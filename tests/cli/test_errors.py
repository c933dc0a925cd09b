"""An error is one line in the reader's language, with the exit code that the contracts give it."""

from __future__ import annotations

import re

import pytest

from zhizao.cli import main
from zhizao.errors import ProgramError, StoreBusy
from zhizao.model.text import Text

CHINESE = re.compile(r"[\u4e00-\u9fff]")

WRONG = [
    ("mesure",),
    ("measure",),
    ("measure", "nc_rate", "--bye", "region"),
    ("measure", "nc_rate", "extra"),
    ("explain", "nc_rate"),
    ("withdraw", "annual_return:1"),
    ("evaluate", "--year"),
    ("evaluate", "--year", "soon"),
    ("evaluate", "--midterm"),
    ("evaluate", "--report", "report.doc"),
    ("export", "annual_return", "--format", "pdf"),
    ("import", "annual_return"),
    ("lint", "no_such_pack"),
    ("--lang", "fr"),
]


@pytest.mark.parametrize("line", WRONG, ids=" ".join)
def test_wrong_input_is_told_in_one_english_line_with_exit_2(zhizao, tmp_path, line):
    done = zhizao("--home", tmp_path / "h", *line)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert not CHINESE.search(done.err)
    assert "To mend" in done.err


@pytest.mark.parametrize("line", [line for line in WRONG if line[0] != "--lang"], ids=" ".join)
def test_wrong_input_is_told_in_chinese_to_a_chinese_reader(zhizao, tmp_path, line):
    done = zhizao("--home", tmp_path / "h", *line, "--lang", "zh")
    assert done.code == 2
    assert CHINESE.search(done.err)
    assert "处理办法" in done.err


def test_a_mistyped_command_is_answered_with_the_nearest(zhizao):
    assert "did you mean measure?" in zhizao("mesure").err


def test_with_json_an_error_leaves_standard_output_empty(zhizao, tmp_path):
    done = zhizao("--home", tmp_path / "h", "evaluate", "--midterm", "--json")
    assert (done.code, done.out) == (2, "")


def test_an_unforeseen_failure_is_one_line_and_exit_3(zhizao, monkeypatch):
    def fail(shell, rest):
        raise RuntimeError("the disk\nis gone")

    monkeypatch.setattr(main, "_dispatch", fail)
    done = zhizao("lint")
    assert done.code == 3
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err


def test_debug_shows_the_traceback(zhizao, monkeypatch):
    def fail(shell, rest):
        raise RuntimeError("gone")

    monkeypatch.setattr(main, "_dispatch", fail)
    assert "Traceback" in zhizao("lint", "--debug").err


@pytest.mark.parametrize("error", [ProgramError, StoreBusy])
def test_a_program_error_exits_3(zhizao, monkeypatch, error):
    def fail(shell, rest):
        raise error(Text("不行", "no"))

    monkeypatch.setattr(main, "_dispatch", fail)
    assert zhizao("lint").code == 3


def test_an_interrupted_command_leaves_one_word(zhizao, monkeypatch):
    def interrupt(shell, rest):
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "_dispatch", interrupt)
    done = zhizao("lint", "--lang", "zh")
    assert (done.code, done.err) == (130, "已中断\n")
