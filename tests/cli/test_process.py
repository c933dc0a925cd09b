"""The command line as a process: what it imports when warm, and how it ends when nobody reads on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
HEAVY = ("duckdb", "ibis", "pyarrow", "pydantic", "pint", "lark", "numpy", "scipy", "pandas", "deltalake", "openpyxl", "cryptography", "jinja2", "typst")
ENV = {**os.environ, "PYTHONPATH": str(SRC), "LANG": "C.UTF-8"}
LOADED = "import sys; from zhizao.cli.main import run; run(sys.argv[1:]); print(*sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)"


def process(*line: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "zhizao", *map(str, line)], env=ENV, capture_output=True, text=True, check=False)


def loaded_by(*line: object) -> set[str]:
    done = subprocess.run([sys.executable, "-c", LOADED, *map(str, line)], env=ENV, capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("line", [(), ("--json",), ("--help",), ("--version",), ("measure", "--help"), ("measure", "--help", "--json"), ("mesure",)], ids=" ".join)
def test_help_and_mistakes_import_nothing_heavy(tmp_path, line):
    assert not loaded_by("--home", tmp_path, *line) & set(HEAVY)


@pytest.mark.parametrize("more", [(), ("--json",), ("--lang", "zh")], ids=" ".join)
def test_a_warm_evaluation_imports_nothing_heavy(ready_home, more):
    line = ("--home", ready_home, "evaluate", "--as-of", "2026-11", *more)
    assert process(*line).returncode == 0
    assert not loaded_by(*line) & set(HEAVY)


def test_an_evaluation_is_warm_after_a_report_too(ready_home, tmp_path):
    assert process("--home", ready_home, "evaluate", "--as-of", "2026-10", "--report", tmp_path / "r.html").returncode == 0
    assert not loaded_by("--home", ready_home, "evaluate", "--as-of", "2026-10") & set(HEAVY)


def test_a_reader_that_stops_reading_is_no_failure(ready_home):
    command = f"'{sys.executable}' -m zhizao --home '{ready_home}' evaluate --as-of 2026-11 --json; echo code $? >&2"
    done = subprocess.run(["bash", "-c", f"({command}) | true"], env=ENV, capture_output=True, text=True, check=False)
    assert done.stderr == "code 0\n"


def test_the_exit_code_reaches_the_caller(tmp_path):
    done = process("--home", tmp_path, "measure", "no_such_indicator")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_json_is_utf8_whatever_the_terminal_says(ready_home):
    env = {**ENV, "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "zhizao", "--home", str(ready_home), "evaluate", "--as-of", "2026-11", "--json"]
    done = subprocess.run(command, env=env, capture_output=True, check=True)
    assert "质量竞争力指数" in done.stdout.decode("utf-8")


def test_a_command_works_while_another_process_holds_the_home(ready_home):
    hold = "import sys, time; from pathlib import Path; from zhizao.node.assemble import open_node\n"
    hold += "with open_node(Path(sys.argv[1])).store.session(): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", hold, str(ready_home)], env=ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = process("--home", ready_home, "measure", "quality_index", "--json")
        holder.communicate()
    assert done.returncode == 0
