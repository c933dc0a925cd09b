"""What the machine refuses is told in one line with the exit code of the contracts: 2 where another place mends it, else 3."""

from __future__ import annotations

import errno
import os

import pytest

from zhizao.cli import main
from zhizao.node.refused import foreseen, refused

COMMANDS = [
    ("measure", "rd_intensity"),
    ("evaluate",),
    ("plan",),
    ("lint",),
    ("test",),
    ("export", "annual_return"),
    ("withdraw", "annual_return:1", "--why", "x"),
    ("init", "elsewhere"),
]


@pytest.fixture
def file(tmp_path):
    """A file where a folder should be."""
    place = tmp_path / "a_file"
    place.write_text("x")
    return place


@pytest.mark.parametrize("below", ["", "below"])
@pytest.mark.parametrize("line", COMMANDS, ids=" ".join)
def test_a_home_that_is_a_file_is_wrong_input_for_every_command(zhizao, file, line, below, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = zhizao("--home", file / below if below else file, *line)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "a_file" in done.err
    assert not (tmp_path / "elsewhere").exists()


def test_help_is_given_whatever_the_home(zhizao, file):
    assert zhizao("--home", file, "measure", "--help").code == 0


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EACCES, 2),
        (errno.EPERM, 2),
        (errno.EROFS, 2),
        (errno.ENOTDIR, 2),
        (errno.ENAMETOOLONG, 2),
        (errno.ENOSPC, 3),
        (errno.EDQUOT, 3),
        (errno.EIO, 3),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_refusal_of_the_system_is_one_line_that_names_the_place(zhizao, monkeypatch, number, code, lang):
    def refuse(shell, rest):
        raise OSError(number, os.strerror(number), "home/lock")

    monkeypatch.setattr(main, "_dispatch", refuse)
    done = zhizao("lint", "--lang", lang)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert "home/lock" in done.err
    assert ("处理办法" if lang == "zh" else "To mend") in done.err


def test_a_full_disk_is_told_as_such_whichever_library_met_it():
    said = RuntimeError('IO Error: Could not write file "x": No space left on device')
    error = foreseen(said)
    assert error is not None
    assert error.exit_code == 3
    assert "no room" in error.line("en")


def test_a_file_gone_that_nobody_named_is_the_programs_own_failure():
    assert foreseen(FileNotFoundError(errno.ENOENT, "gone", "segment")) is None
    assert refused(FileNotFoundError(errno.ENOENT, "gone", "segment"), "named").exit_code == 2


def test_a_query_that_was_interrupted_is_an_interruption(zhizao, monkeypatch):
    def interrupt(shell, rest):
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(main, "_dispatch", interrupt)
    assert zhizao("lint").code == 130


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("import", "annual_return", "{folder}"), "folder"),
        (("import", "annual_return", "{folder}/none.csv"), "none.csv"),
        (("evaluate", "--report", "{folder}/none/r.html"), "folder does not exist"),
        (("evaluate", "--report", "{folder}/r.html"), "folder"),
        (("evaluate", "--report", "{folder}/r"), "kind of report"),
        (("export", "annual_return", "--to", "{folder}/none/r.csv"), "folder does not exist"),
        (("export", "annual_return", "--to", "{folder}"), "folder"),
        (("lint", "{folder}"), "no pack"),
        (("withdraw", "annual_return:1", "--why", " "), "no reason"),
        (("evaluate", "--year", "2021"), "2020, 2025"),
    ],
)
def test_a_place_that_cannot_be_is_refused_before_anything_is_printed(zhizao, ready_home, tmp_path, line, said):
    (tmp_path / "r.html").mkdir()
    done = zhizao("--home", ready_home, *(word.replace("{folder}", str(tmp_path)) for word in line))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


def test_an_error_speaks_the_language_asked_for_even_where_the_line_is_wrong(zhizao):
    assert "缺少取值" in zhizao("--lang", "zh", "--home").err
    assert "a value is missing" in zhizao("--home=", "--lang=en", "lint").err


@pytest.mark.parametrize("line", [("measure", "\udcff"), ("measure", "rd_intensity", "--of", "\udce6"), ("--home", "bad\udcff", "plan")], ids=repr)
def test_a_word_that_is_no_text_is_wrong_input(zhizao, ready_home, line):
    done = zhizao("--home", ready_home, *line)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "UTF-8" in done.err


def test_a_name_is_understood_whatever_the_terminals_encoding(zhizao, ready_home):
    name = "江苏".encode().decode("ascii", "surrogateescape")
    rows = zhizao("--home", ready_home, "measure", "region_gerd", "--of", name, "--period", "2022", "--json").data
    assert [r["entity"] for r in rows] == ["region:32"]


def test_a_folder_that_is_gone_while_one_works_in_it_is_told(zhizao, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    done = zhizao("measure", "rd_intensity")
    monkeypatch.chdir(tmp_path)
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_report_that_fails_halfway_leaves_the_old_one(tmp_path):
    from zhizao.errors import ProgramError
    from zhizao.node.whole import write_whole

    file = tmp_path / "report.html"
    file.write_text("old")

    def fail(draft):
        draft.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ProgramError):
        write_whole(file, fail)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
