"""Every command works beside another process that reads or writes the same home."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.test_process import ENV
from zhizao.node import config

WRITER = """
import sys
from pathlib import Path
from zhizao.store.home import Home
with Home(Path(sys.argv[1])).writing():
    print("writing", flush=True)
    sys.stdin.read()
"""
READING = [
    ("measure", "quality_index"),
    ("explain", "quality_index", "--of", "China", "--period", "2021"),
    ("export", "region_gerd", "--json"),
    ("evaluate", "--as-of", "2026-08"),
    ("plan",),
    ("verify",),
    ("lint",),
    ("test", "kernel"),
    ("init", "elsewhere"),
]


@contextmanager
def writer(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes in a home for as long as its input is open."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(home)], env=ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process
        process.communicate()


def test_what_reads_does_not_wait_for_a_writer(zhizao, fresh_home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with writer(fresh_home):
        codes = {line[0]: zhizao("--home", fresh_home, *line).code for line in READING}
    assert set(codes.values()) == {0}, codes


def test_what_writes_waits_for_its_turn(fresh_home, tmp_path):
    (tmp_path / "r.csv").write_text("enterprise,year,staff\nE1,2020,1\n")
    line = [sys.executable, "-m", "zhizao", "--home", str(fresh_home), "import", "annual_return", str(tmp_path / "r.csv"), "--quiet"]
    with writer(fresh_home) as other:
        waiting = subprocess.Popen(line, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        other.communicate()
        said, err = waiting.communicate()
    assert (waiting.returncode, err) == (0, "")
    assert "stored 1" in said


REMEMBER = "import sys; from pathlib import Path; from zhizao.node import config; config.remember(Path(sys.argv[1]), Path(sys.argv[2]))"


def test_packs_registered_at_the_same_time_are_all_remembered(tmp_path):
    packs = [tmp_path / f"pack_{number}" for number in range(6)]
    for pack in packs:
        pack.mkdir()
    running = [subprocess.Popen([sys.executable, "-c", REMEMBER, str(tmp_path / "h"), str(pack)], env=ENV) for pack in packs]
    assert [process.wait() for process in running] == [0] * len(packs)
    assert set(config.read(tmp_path / "h").packs) == {pack.resolve() for pack in packs}


@pytest.mark.parametrize("line", ["plan", "lint", "export region_gerd", "export region_gerd --json", "--help", "measure region_gerd --by region"])
def test_a_reader_that_has_seen_enough_changes_no_exit_code(ready_home, line):
    command = f"'{sys.executable}' -m zhizao --home '{ready_home}' {line} --quiet; echo code $? >&2"
    done = subprocess.run(["bash", "-c", f"({command}) | true"], env=ENV, capture_output=True, text=True, check=False)
    assert done.stderr == "code 0\n"


def test_a_report_is_written_although_nobody_reads_the_table(ready_home, tmp_path):
    report = tmp_path / "r.html"
    command = f"'{sys.executable}' -m zhizao --home '{ready_home}' evaluate --as-of 2026-11 --report '{report}' --quiet"
    subprocess.run(["bash", "-c", f"{command} | true"], env=ENV, check=True)
    assert report.stat().st_size > 20_000


@pytest.mark.parametrize("line", [("--version",), ("--help",), ("lint",)], ids=" ".join)
def test_standard_output_that_takes_nothing_is_told_without_a_traceback(ready_home, line):
    command = [sys.executable, "-m", "zhizao", "--home", str(ready_home), *line]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, env=ENV, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "no room" in done.stderr


def test_closed_streams_are_no_failure(ready_home):
    command = f"'{sys.executable}' -m zhizao --home '{ready_home}' measure quality_index"
    assert subprocess.run(["bash", "-c", f"{command} >&-"], env=ENV, capture_output=True, check=False).returncode == 0
    assert subprocess.run(["bash", "-c", f"{command} 2>&-"], env=ENV, capture_output=True, check=False).returncode == 0
