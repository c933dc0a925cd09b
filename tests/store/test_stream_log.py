"""What the log acknowledged is there, whole and once, whatever happens to the process, the disk or the file."""

from __future__ import annotations

import errno
import resource
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zhizao.store.stream.log
from tests.store.conftest import child, dying
from zhizao.errors import StoreBusy, StoreDamaged
from zhizao.store.stream.delivery import Delivery, Refused, Standing, observations
from zhizao.store.stream.frame import framed, frames, opening
from zhizao.store.stream.log import Log, damaged_in, deliveries, file_of, files_in

START = datetime(2026, 1, 1, tzinfo=UTC)


def rows(values: list[float], first: int = 0) -> pa.RecordBatch:
    count = len(values)
    columns = [
        pa.array(["machine:M1"] * count).dictionary_encode(),
        pa.array(["active_power"] * count).dictionary_encode(),
        pa.array([START + timedelta(seconds=first + i) for i in range(count)], pa.timestamp("us", "UTC")),
        pa.array(values, pa.float64()),
        pa.nulls(count, pa.string()),
        pa.array(["good"] * count).dictionary_encode(),
    ]
    return pa.record_batch([c.cast(f.type) for c, f in zip(columns, observations(), strict=True)], schema=observations())


def delivery(*values: float, source: str = "press", position: int = 0, **more) -> Delivery:
    return Delivery(source, rows([*values], position), str(position), **more)


def held(folder: Path) -> list[float]:
    return [value for number in files_in(folder) for d in deliveries(folder, number) for value in d.rows["value"].to_pylist()]


def test_what_was_appended_is_read_by_another_at_once_in_its_order(tmp_path):
    log = Log(tmp_path)
    log.append([delivery(1, 2, position=1), delivery(3, position=2)])
    assert held(tmp_path) == [1, 2, 3]


def test_a_log_opened_again_knows_where_every_source_stands(tmp_path):
    log = Log(tmp_path)
    log.append([delivery(1, 2, position=7, lines=3, duplicate=1, refused=(Refused("line 3", "no number", "x|y"),)), delivery(9, source="saw", position=1)])
    log.close()
    again = Log(tmp_path)
    standing = again.standings["press"]
    assert replace(standing, last_us=0) == Standing("7", received=4, accepted=2, duplicate=1, rejected=1, lines=3)
    assert standing.last_us == delivery(1, 2, position=7).last_us > 0
    assert again.standings["saw"].position == "1" and all(s.balances for s in again.standings.values())


def test_what_was_refused_is_kept_as_it_came(tmp_path):
    log = Log(tmp_path)
    refused = (Refused("第 3 行", "no number", "\udce9|\0|'"),)
    log.append([delivery(1, refused=refused)])
    assert next(deliveries(tmp_path, 1)).refused == refused


def test_a_file_whose_content_would_fill_the_memory_is_followed_by_the_next_however_small_it_lies_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("zhizao.store.stream.log.ROLL_CONTENT", 1_000_000)
    long = pa.record_batch({**rows([1.0]).to_pydict(), "text": ["x" * 400_000]}, schema=observations())
    log = Log(tmp_path)
    log.append([Delivery("press", long, "1")])
    log.close()
    again = Log(tmp_path)
    for position in "23":
        again.append([Delivery("press", long, position)])
    assert files_in(tmp_path) == [1, 2] and file_of(tmp_path, 1).stat().st_size < 20_000


def test_positions_outlive_the_files_they_came_in(tmp_path):
    log = Log(tmp_path, roll_bytes=1)
    log.append([delivery(1, position=5)])
    log.append([delivery(2, source="saw", position=6)])
    for number in files_in(tmp_path)[:-1]:
        log.drop(number)
    log.close()
    assert held(tmp_path) == []
    assert {s: said.position for s, said in Log(tmp_path).standings.items()} == {"press": "5", "saw": "6"}


@given(cut=st.integers(0, 10_000), values=st.lists(st.floats(allow_nan=False), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_file_cut_anywhere_gives_its_whole_deliveries_and_takes_new_ones(tmp_path_factory, cut, values):
    folder = tmp_path_factory.mktemp("log")
    log = Log(folder)
    for place, value in enumerate(values):
        log.append([delivery(value, position=place)])
    log.close()
    file = file_of(folder, 1)
    content = file.read_bytes()
    kept = max(len(opening({})), cut % (len(content) + 1))
    file.write_bytes(content[:kept])
    whole = [f for f in frames(content[:kept]) if f.standings is None]
    again = Log(folder)
    assert held(folder) == values[: len(whole)]
    again.append([delivery(4.5, position=99)])
    assert held(folder) == [*values[: len(whole)], 4.5] and again.standings["press"].position == "99"


def test_a_damaged_frame_ends_what_is_taken_from_a_file(tmp_path):
    log = Log(tmp_path)
    log.append([delivery(1), delivery(2)])
    log.close()
    file, last = file_of(tmp_path, 1), len(framed(delivery(2), 10**15))
    content = bytearray(file.read_bytes())
    content[-last + 20] ^= 1
    file.write_bytes(content)
    assert held(tmp_path) == [1]


def damage(file: Path, whole: int) -> None:
    """Change a byte in the frame after so many."""
    ends = [frame.end for frame in frames(file.read_bytes())]
    content = bytearray(file.read_bytes())
    content[(ends[whole - 1] + ends[whole]) // 2] ^= 1
    file.write_bytes(content)


def test_a_damaged_file_is_kept_under_another_name_when_it_goes(tmp_path):
    log = Log(tmp_path, clock=iter([START + timedelta(seconds=n) for n in range(9)]).__next__)
    for position in range(3):
        log.append([delivery(position, position=position)])
    log.roll()
    damage(file_of(tmp_path, 1), whole=2)
    before = file_of(tmp_path, 1).read_bytes()
    assert damaged_in(tmp_path) == [file_of(tmp_path, 1)]
    log.drop(1)
    (kept,) = damaged_in(tmp_path)
    assert kept.read_bytes() == before and files_in(tmp_path) == [2]


def test_acknowledged_deliveries_behind_a_damage_are_cut_but_kept_and_told(tmp_path):
    log = Log(tmp_path, clock=iter([START + timedelta(seconds=n) for n in range(9)]).__next__)
    for position in range(4):
        log.append([delivery(position, position=position)])
    log.close()
    damage(file_of(tmp_path, 1), whole=2)
    before = file_of(tmp_path, 1).read_bytes()
    again = Log(tmp_path)
    assert held(tmp_path) == [0] and again.standings["press"].position == "0"
    assert [file.read_bytes() for file in damaged_in(tmp_path)] == [before]


def test_half_of_a_write_is_no_damage(tmp_path):
    log = Log(tmp_path)
    log.append([delivery(1, position=1)])
    log.append([delivery(2, position=2), delivery(3, position=3)])
    log.close()
    damage(file_of(tmp_path, 1), whole=2)
    Log(tmp_path).close()
    assert held(tmp_path) == [1] and damaged_in(tmp_path) == []


def test_a_file_that_is_none_of_the_log_is_named(tmp_path):
    file_of(tmp_path, 3).write_bytes(b"hello")
    with pytest.raises(StoreDamaged, match="beginning"):
        Log(tmp_path)


def test_two_processes_never_write_one_log(tmp_path):
    log = Log(tmp_path)
    with pytest.raises(StoreBusy):
        Log(tmp_path)
    log.close()
    Log(tmp_path).close()


WORK = """
from tests.store.test_stream_log import delivery
from zhizao.store.stream.log import Log
log = Log(Path(sys.argv[1]), roll_bytes=3000)
for i in range(40):
    log.append([delivery(i, position=i)])
    print(i, flush=True)
"""


@pytest.mark.parametrize(("name", "at"), [(n, at) for n in ("fdatasync", "pwrite", "fsync") for at in (1, 2, 3, 5, 8, 13)])
def test_a_killed_writer_loses_nothing_it_acknowledged_and_doubles_nothing(name, at, tmp_path):
    process = dying(tmp_path, "os", name, at, WORK)
    told, _ = process.communicate()
    acknowledged = [int(line) for line in told.split()]
    assert process.returncode in (0, -signal.SIGKILL)
    log = Log(tmp_path, roll_bytes=3000)
    found = held(tmp_path)
    assert found in (acknowledged, [*acknowledged, len(acknowledged)])
    assert log.standings.get("press", Standing(position="-1")).position == str(len(found) - 1)
    log.append([delivery(i, position=i) for i in range(len(found), 40)])
    assert held(tmp_path) == list(range(40))


FULL = """
import signal, sys, resource
from pathlib import Path
from tests.store.test_stream_log import delivery
from zhizao.store.stream.log import Log
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = Log(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
i = 0
try:
    while True:
        log.append([delivery(*range(20), position=i)])
        i += 1
except OSError:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.append([delivery(-1, position=i)])
print(i)
"""


def test_a_full_disk_takes_nothing_of_a_delivery_and_the_log_goes_on_when_there_is_room(tmp_path):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    process = child(FULL, tmp_path)
    told, _ = process.communicate()
    assert process.returncode == 0
    whole = int(told)
    assert whole > 1 and held(tmp_path) == [*range(20)] * whole + [-1]


@pytest.mark.parametrize("step", ["the first frame of the next file", "the name of the next file"])
def test_what_is_written_is_acknowledged_when_the_next_file_cannot_be_begun_and_that_is_tried_again(step, tmp_path, monkeypatch):
    log = Log(tmp_path, roll_bytes=3000)
    plain = zhizao.store.stream.log.flush

    def full(place: Path) -> None:
        if (place == tmp_path) == (step == "the name of the next file"):
            raise OSError(errno.ENOSPC, "no space left")
        plain(place)

    with monkeypatch.context() as disk:
        disk.setattr(zhizao.store.stream.log, "flush", full)
        taken = 0
        while taken < 100:
            try:
                log.append([delivery(float(taken), position=taken)])
            except OSError:
                assert step == "the name of the next file"  # what nobody could find is never acknowledged
                break
            taken += 1
    log.append([delivery(float(taken), position=taken)])
    log.close()
    assert [d.position for number in files_in(tmp_path) for d in deliveries(tmp_path, number)] == [str(n) for n in range(taken + 1)]
    assert len(files_in(tmp_path)) == 2
    assert Log(tmp_path).standings["press"].position == str(taken)
