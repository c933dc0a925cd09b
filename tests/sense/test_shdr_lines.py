"""What adapters send, read line by line: nothing is lost, and what cannot be read says why."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.sense.connectors.shdr.lines import ASSET, read, tokens
from zhizao.sense.gather import Signal, gathered
from zhizao.sense.spoken import Spoken, Unread
from zhizao.store.stream.log import Log, deliveries, files_in

T = "2017-06-22T08:27:25.585Z"


def said(*lines: str) -> list[Spoken | Unread]:
    return list(read(lines))


def test_a_line_says_as_many_values_as_it_has_pairs():
    found = said(f"{T}|execution|ACTIVE|Fact|12.5|block| N10 ")
    assert [(s.address, s.value, s.text) for s in found] == [("execution", None, "ACTIVE"), ("Fact", 12.5, None), ("block", None, "N10")]


def test_a_condition_keeps_its_level_code_and_text():
    assert [s.text for s in said(f"{T}|servo_cond|fault|404|1|HIGH|Overload")] == ["FAULT|404|1|HIGH|Overload"]
    assert [s.text for s in said(f"{T}|servo_cond|Normal||||")] == ["NORMAL"]


@pytest.mark.parametrize("line", [f"{T}|Xload|UNAVAILABLE", f"{T}|Xload|unavailable", f"{T}|cond|Unavailable||||", f"{T}|Xload|"])
def test_what_the_source_does_not_know_has_no_value_and_bad_quality(line):
    assert [(s.value, s.text, s.quality) for s in said(line)] == [(None, None, "bad")]


def test_an_asset_of_several_lines_is_one_value():
    found = said(f"{T}|{ASSET}|A1|CuttingTool|--multiline--AB", "<Tool>", "</Tool>", "--multiline--AB", f"{T}|x|1")
    assert [(s.line, s.address, s.text) for s in found] == [(1, ASSET, "A1|CuttingTool|<Tool>\n</Tool>"), (5, "x", None)]


def test_quotes_let_bars_into_a_value():
    assert tokens('a|"b\\|c"|d') == ["a", "b|c", "d"] and tokens("a|b\\|c") == ["a", "b\\", "c"]


def test_digits_finer_than_a_microsecond_fall_away_and_zones_are_heard():
    times = [s.time_us for s in said("2017-02-02T16:37:08.9062509Z|a|1", "2017-02-02T17:37:08.906250+01:00|a|1", "2017-02-02T16:37:08|a|1")]
    assert times[0] == times[1] and times[0] - times[2] == 906250


def test_a_line_without_time_takes_that_of_its_arrival_or_cannot_be_read():
    assert [s.time_us for s in read(["|a|1"], now_us=7)] == [7]
    assert [(u.line, u.why) for u in said("|a|1")] == [(1, "no time")]


@pytest.mark.parametrize("line", ["nonsense", f"{T}|a", f"{T}|a|1|b", "2017-13-01T00:00:00Z|a|1", f"{T}", f"{T}||1"])
def test_a_line_that_makes_no_sense_is_named_and_kept(line):
    assert [(type(u), u.raw) for u in said(line)] == [(Unread, line)]


def test_numbers_that_are_none_stay_texts():
    assert [s.text for s in said(f"{T}|a|NaN", f"{T}|a|1e999", f"{T}|a|1 2 3", f"{T}|a|١")] == ["NaN", "1e999", "1 2 3", "١"]


@given(st.text())
def test_whatever_a_line_holds_it_is_read_or_named(line):
    found = list(read([line]))
    assert all(isinstance(s, (Spoken, Unread)) for s in found)
    assert found or not line.strip() or line.startswith("* ")


MACHINES = Path(__file__).parents[3] / "shared" / "data" / "plant" / "machine"
LOGS = sorted([*MACHINES.glob("nist_sms/raw/*.gz"), *MACHINES.glob("nist_sms/partdata/*.gz"), *MACHINES.glob("mtconnect/okuma*.gz")])


@pytest.mark.parametrize("file", LOGS, ids=lambda f: f.name.removesuffix(".txt.gz"))
def test_every_line_of_a_recorded_machine_is_accounted_for(file, tmp_path):
    lines = gzip.decompress(file.read_bytes()).decode("utf-8", "surrogateescape").splitlines()
    found = list(read(lines))
    heard = {s.line for s in found}
    silent = [(n, line) for n, line in enumerate(lines, start=1) if n not in heard and line.strip()]
    inside = [line for n, line in silent if not line.startswith("20")]
    assert len(inside) == len(silent), "only the further lines of an asset say nothing of their own"
    signals = {s.address: Signal("machine:M1", s.address) for s in found if isinstance(s, Spoken)}
    log = Log(tmp_path)
    for start in range(0, len(found), 10_000):
        log.append([gathered("shdr", found[start : start + 10_000], signals, position=str(found[start].line), lines=len(lines) if start == 0 else 0)])
    standing = log.standings["shdr"]
    assert standing.balances and standing.received == len(found) and standing.lines == len(lines)
    taken = Counter(q for n in files_in(tmp_path) for d in deliveries(tmp_path, n) for q in d.rows["quantity"].to_pylist())
    assert taken == Counter(s.address for s in found if isinstance(s, Spoken))
    assert standing.rejected == sum(isinstance(s, Unread) for s in found)
