"""Help exists for everything, in both languages."""

from __future__ import annotations

import re

import pytest

from zhizao.cli.commands import COMMANDS

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("line", [[], ["--help"], *([name, "--help"] for name in COMMANDS)], ids=" ".join)
def test_help_is_all_english_or_has_chinese_headings(zhizao, line):
    english, chinese = zhizao(*line), zhizao(*line, "--lang", "zh")
    assert english.code == chinese.code == 0
    assert not CHINESE.search(english.out)
    assert "Usage:" in english.out
    assert "用法：" in chinese.out
    assert "Options" not in chinese.out


def test_help_lists_every_command_and_global_option(zhizao):
    out = zhizao("--help").out
    assert all(re.search(rf"^  {name} ", out, re.MULTILINE) for name in COMMANDS)
    assert all(name in out for name in ("--home", "--lang", "--json", "--quiet", "--debug"))


def test_the_version_is_told(zhizao):
    from zhizao import __version__

    assert zhizao("--version").out == f"zhizao {__version__}\n"


def test_the_version_and_help_are_told_wherever_they_are_asked_for(zhizao):
    assert zhizao("measure", "nc_rate", "--version").out == zhizao("--version").out
    pages = {zhizao(*line).out for line in (("measure", "--help"), ("--help", "measure"), ("measure", "nc_rate", "-h"), ("measure", "--by", "--help"))}
    assert len(pages) == 1


def test_every_command_shows_lines_to_begin_with(zhizao):
    for name in COMMANDS:
        out = zhizao(name, "--help").out
        assert f"Examples:\n  zhizao {name}" in out


def test_the_first_page_says_where_to_begin(zhizao):
    assert "zhizao evaluate" in zhizao().out
    assert "从这里开始：" in zhizao("--lang", "zh").out
