"""What ``init`` prints can be run as it stands, wherever the folder lies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_process import ENV
from zhizao.cli.invocation import invocation


def steps(folder: Path, *line: str, **env: str) -> list[str]:
    done = subprocess.run([sys.executable, "-m", "zhizao", *line], cwd=folder, env={**ENV, **env}, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", ["plant", "my plant/一车间 whose name is so long that no terminal shows the printed lines in one piece"])
def test_the_printed_lines_work_word_for_word(tmp_path, name):
    lines = steps(tmp_path, "init", name, COLUMNS="60")
    assert len(lines) == 3
    done = subprocess.run(["sh", "-ec", "\n".join(lines)], cwd=tmp_path, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "97.85" in done.stdout


def test_a_folder_with_other_files_becomes_a_home_and_keeps_them(zhizao, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    assert zhizao("init", tmp_path).code == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "my_pack" / "pack.yaml").is_file()


def test_a_home_inside_another_home_is_its_own(zhizao, tmp_path, monkeypatch):
    assert zhizao("init", tmp_path / "outer").code == 0
    monkeypatch.chdir(tmp_path / "outer")
    assert zhizao("init", "inner").code == 0
    assert "./my_pack" in (tmp_path / "outer" / "inner" / "home.yaml").read_text()


def test_a_second_pack_of_the_name_is_refused_before_anything_is_written(zhizao, tmp_path):
    assert zhizao("--home", tmp_path / "h", "init", tmp_path / "a").code == 0
    done = zhizao("--home", tmp_path / "h", "init", tmp_path / "b")
    assert done.code == 2
    assert "my_pack" in done.err
    assert not (tmp_path / "b").exists()


def test_a_pack_that_could_not_be_written_leaves_nothing_behind(zhizao, tmp_path, monkeypatch):
    from zhizao.node import example

    def half(source, target, **more):
        os.makedirs(target)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(example.shutil, "copytree", half)
    assert zhizao("init", tmp_path / "a").code == 3
    assert not (tmp_path / "a" / "my_pack").exists()


def test_a_program_that_is_not_on_the_path_is_named_by_its_place(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "zhizao"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert invocation(str(program), "python") == str(program)
    monkeypatch.setenv("PATH", str(program.parent))
    assert invocation(str(program), "python") == "zhizao"
    assert invocation("pytest", "python") == "zhizao"
