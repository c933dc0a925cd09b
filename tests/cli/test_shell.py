"""Answers go to standard output, everything else to standard error, and progress only to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhizao.cli.settings import Settings
from zhizao.cli.shell import Shell
from zhizao.model.text import Text

WORDS = Text("测算", "measuring")


def shell(**settings: bool) -> Shell:
    return Shell(Settings(Path("h"), "zh", **settings))


def test_progress_is_shown_to_a_person_and_wiped(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with shell().working(WORDS):
        assert "测算 …" in capsys.readouterr().err
    assert capsys.readouterr().err == "\r\x1b[2K"


@pytest.mark.parametrize(("terminal", "quiet"), [(False, False), (True, True)])
def test_progress_is_not_shown_to_a_program_or_where_silence_is_asked_for(terminal, quiet, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    with shell(quiet=quiet).working(WORDS):
        pass
    assert capsys.readouterr() == ("", "")


def test_an_answer_as_json_keeps_chinese_readable(capsys):
    shell(json=True).answer({"name": "数控化率"}, lambda: pytest.fail("nothing else is drawn"))
    assert capsys.readouterr().out == '{\n  "name": "数控化率"\n}\n'


def test_a_remark_goes_to_standard_error_unless_silence_is_asked_for(capsys):
    shell().say(WORDS)
    shell(quiet=True).say(WORDS)
    assert capsys.readouterr() == ("", "测算\n")
