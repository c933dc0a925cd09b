"""Files of a folder: each is read once, however it grows, is rotated, renamed, replaced or compressed."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhizao.checks.play import playing, stored
from zhizao.errors import InputError
from zhizao.sense.connectors.file.columns import NAMES, Columns, instant
from zhizao.sense.connectors.file.connector import Files
from zhizao.sense.connectors.file.places import Places
from zhizao.sense.connectors.shdr.lines import read
from zhizao.sense.intake import Intake
from zhizao.sense.source import Signal, Source
from zhizao.sense.spoken import Spoken
from zhizao.store.stream.log import Log, deliveries, files_in

MACHINES = Path(__file__).parents[3] / "shared" / "data" / "plant" / "machine"
LOGS = sorted([*MACHINES.glob("nist_sms/raw/*.gz"), *MACHINES.glob("nist_sms/partdata/*.gz"), *MACHINES.glob("mtconnect/okuma*.gz")])
NOW_US = 1_800_000_000_000_000


def source(folder: Path, *addresses: str, **options: object) -> Source:
    signals = {a: Signal("machine:M1", a.replace("/", "_")) for a in addresses}
    return Source("folder", folder.as_uri(), signals, {"every_s": 0.01, **options})


def once(source: Source, log: Path):
    """Read a folder to its end; the standing of the source afterwards."""

    async def play():
        intake = Intake(Log(log))
        writer = asyncio.create_task(intake.run())
        await Files(Source(source.name, source.url, source.signals, {**source.options, "watch": "no"}), lambda: NOW_US).run(await intake.feed(source.name))
        writer.cancel()
        intake.log.close()
        return intake.standings[source.name] if source.name in intake.standings else None

    return asyncio.run(play())


def refusals(log: Path):
    return [r for n in files_in(log) for d in deliveries(log, n) for r in d.refused]


def values(log: Path, quality: str = "good"):
    return [(r["quantity"], r["value"] if r["value"] is not None else r["text"]) for r in stored(log) if r["quality"] == quality]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_long_table_has_an_observation_a_row_and_a_wide_one_a_column(folder, log):
    (folder / "long.csv").write_text("time,entity,quantity,value,quality\n2026-01-01T00:00:00Z,M1,load,2.5,good\n2026-01-01T00:00:01Z,M1,mode,AUTO,uncertain\n")
    (folder / "wide.csv").write_text("time,power,speed\n2026-01-01T00:00:00Z,1,2\n2026-01-01T00:00:01Z,,3\n")
    once(source(folder, "M1/load", "M1/mode", "power", "speed"), log)
    assert values(log) == [("M1_load", 2.5), ("power", 1), ("speed", 2), ("speed", 3)]
    assert values(log, "uncertain") == [("M1_mode", "AUTO")]


def test_columns_may_be_called_otherwise_and_times_lie_in_a_zone(folder, log):
    (folder / "a.csv").write_text("ts;tag;v\n2026-01-01 08:00:00;load;2,5\n2026-01-01 08:00:01;load;3\n")
    once(source(folder, "load", time="ts", quantity="tag", value="v", delimiter=";", zone="Asia/Shanghai"), log)
    assert stored(log)[0]["time"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert values(log) == [("load", "2,5"), ("load", 3)]


def test_a_bad_row_is_refused_with_its_file_and_line_and_spoils_no_other(folder, log):
    (folder / "a.csv").write_text('time,quantity,value\nnoon,load,1\n2026-01-01,load\n2026-01-01,load,"1\n\n2026-01-01,load,2\n2026-01-01,other,3\n')
    standing = once(source(folder, "load"), log)
    assert [(r.place, r.why) for r in refusals(log)] == [
        ("a.csv line 2", "no time"),
        ("a.csv line 3", "not as many cells as columns"),
        ("a.csv line 7", "unmapped: other"),
    ]
    assert values(log) == [("load", 1), ("load", 2)]
    assert standing.balances and standing.lines == 7


def test_a_table_without_times_is_refused_row_by_row(folder, log):
    (folder / "a.csv").write_text("when,load\n2026-01-01,1\n2026-01-02,2\n")
    standing = once(source(folder, "load"), log)
    assert (standing.accepted, standing.rejected) == (0, 2) and refusals(log)[0].why == "no column time"


def test_parquet_says_what_its_types_hold(folder, log):
    when = pa.array([1, 2, 3, 4], pa.timestamp("ms", "UTC"))
    table = {"time": when, "load": [1.5, float("nan"), float("inf"), None], "count": [1, 2, 2**60 + 1, None], "mode": ["A", "B", "", None], "on": [True, False, None, None]}
    pq.write_table(pa.table(table), folder / "a.parquet")
    once(source(folder, "load", "count", "mode", "on"), log)
    rows = [(r["quantity"], r["value"], r["text"], r["quality"]) for r in stored(log)]
    assert ("load", 1.5, None, "good") in rows and ("load", None, None, "bad") in rows
    assert ("count", float(2**60), str(2**60 + 1), "good") in rows
    assert [r[1] for r in rows if r[0] == "on"] == [1, 0]
    assert [r.why for r in refusals(log)] == ["a number without end"]


def test_rows_of_parquet_are_read_on_from_where_the_log_stands(folder, log, monkeypatch):
    monkeypatch.setattr("zhizao.sense.connectors.file.parquet_table.ROWS", 7)
    pq.write_table(pa.table({"time": list(range(100)), "load": [float(n) for n in range(100)]}), folder / "a.parquet")
    settings = source(folder, "load", watch="no")

    class Ends(Exception):
        pass

    async def play(after):
        intake = Intake(Log(log))
        writer = asyncio.create_task(intake.run())
        feed = await intake.feed("folder")
        left = [after]

        async def deliver(delivery):
            if not left[0]:
                raise Ends
            left[0] -= 1
            await feed.deliver(delivery)

        broken = SimpleNamespace(position=feed.position, last_us=feed.last_us, deliver=deliver, count=feed.count)
        try:
            await Files(settings, lambda: NOW_US).run(broken)
        except Ends:
            pass
        writer.cancel()
        intake.log.close()

    for after in (3, 0, 5, 100):
        asyncio.run(play(after))
    assert [v for _, v in values(log)] == list(range(100))


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_whatever_stands_for_a_time_it_is_one_or_it_is_none(said):
    assert instant(said, UTC) is None or isinstance(instant(said, UTC), int)


@given(st.lists(st.one_of(st.text(), st.none(), st.floats(), st.integers(-(10**400), 10**400))))
def test_whatever_a_row_holds_it_is_read_or_named(cells):
    row = Columns({n: n for n in NAMES}).reader(["time", "quantity", "value"])
    assert row(1, cells)


# ── a folder that lives ─────────────────────────────────────────────────────────────────────────────────────────


def line(n: int) -> str:
    return f"2026-01-01T00:00:{n:02d}Z|load|{n}\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.rename(file.with_name("a.log.1")),
        lambda file: (file.with_name("a.log.1.gz").write_bytes(gzip.compress(file.read_bytes())), file.unlink()),
        lambda file: (file.with_name("a.log.1").write_bytes(file.read_bytes()), file.unlink()),
    ],
    ids=["renamed", "compressed", "copied and removed"],
)
def test_a_rotated_log_is_known_again_and_what_was_added_before_is_read(folder, log, change):
    file = folder / "a.log"
    file.write_text("".join(map(line, range(3))))
    once(source(folder, "load"), log)
    with file.open("a") as more:
        more.write(line(3))
    change(file)
    file.write_text(line(4))
    standing = once(source(folder, "load"), log)
    assert sorted(v for _, v in values(log)) == [0, 1, 2, 3, 4] and standing.lines == 5


def test_a_replaced_file_is_another_one(folder, log):
    (folder / "a.log").write_text(line(1) + line(2))
    once(source(folder, "load"), log)
    (folder / "a.log").write_text(line(5) + line(6) + line(7))
    once(source(folder, "load"), log)
    assert [v for _, v in values(log)] == [1, 2, 5, 6, 7]


def test_a_file_that_was_taken_away_and_brought_back_is_not_read_again(folder, log):
    (folder / "a.log").write_text(line(1) + line(2))
    once(source(folder, "load"), log)
    (folder / "a.log").rename(folder.parent / "a.log")
    (folder / "b.log").write_text(line(3))
    once(source(folder, "load"), log)
    (folder.parent / "a.log").rename(folder / "a.log")
    once(source(folder, "load"), log)
    assert [v for _, v in values(log)] == [1, 2, 3]


def watched(folder, log, play, clock=lambda: NOW_US, **options):
    async def whole():
        rig = SimpleNamespace(source=source(folder, "load", **options), making=Files, clock=clock)
        async with playing(rig, log) as at_work:
            await at_work.connected()
            return await play(at_work)

    return asyncio.run(whole())


def test_half_a_line_is_not_read_before_its_end_comes(folder, log):
    file = folder / "a.log"
    file.write_text(line(1) + line(2)[:-2])

    async def play(at_work):
        await at_work.heard([("load", 1.0)])
        with file.open("a") as more:
            more.write("2\n" + line(3))
        await at_work.heard([("load", 3.0)])

    watched(folder, log, play, clock=lambda: 0)
    assert [v for _, v in values(log)] == [1, 2, 3]


def test_a_last_line_without_an_end_is_read_once_nobody_writes_any_more(folder, log):
    (folder / "a.log").write_text(line(1) + line(2).strip())

    async def play(at_work):
        await at_work.heard([("load", 1.0), ("load", 2.0)])

    watched(folder, log, play, clock=lambda: NOW_US * 2)


def test_a_broken_file_is_refused_with_its_reason_and_stops_no_other(folder, log):
    (folder / "a.parquet").write_bytes(b"PAR1 and no more")
    (folder / "b.csv.gz").write_bytes(gzip.compress(b"time,load\n2026-01-01,1\n" * 1000)[:-20])
    (folder / "c.log").write_text(line(1))
    standing = once(source(folder, "load"), log)
    assert {r.raw for r in refusals(log)} >= {"a.parquet", "b.csv.gz"}
    assert values(log) == [("load", 1)] and standing.balances


def test_a_file_that_nobody_may_read_is_told(folder, log):
    (folder / "a.log").write_text(line(1))
    (folder / "a.log").unlink()
    os.symlink(folder / "nowhere", folder / "a.log")
    (folder / "b.log").write_text(line(2))
    once(source(folder, "load"), log)
    assert values(log) == [("load", 2)]


# ── what may be written ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("options", [{"patern": "*"}, {"format": "xml"}, {"zone": "Asia/Nowhere"}, {"every_s": "often"}, {"watch": "perhaps"}])
def test_settings_that_mean_nothing_are_wrong_input(folder, options):
    with pytest.raises(InputError):
        Files(source(folder, "load", **options), lambda: NOW_US)


def test_files_of_another_machine_are_wrong_input():
    with pytest.raises(InputError):
        Files(Source("folder", "file://elsewhere/logs"), lambda: NOW_US)


def test_a_folder_describes_what_its_files_name(folder):
    (folder / "a.csv").write_text("time,entity,quantity,value\n2026-01-01,M1,load,2.5\n2026-01-01,M2,mode,AUTO\n")
    (folder / "b.log").write_text(line(7))
    found = asyncio.run(Files(source(folder), lambda: NOW_US).describe())
    assert {(a.address, a.device, a.kind, a.example) for a in found.addresses} == {
        ("M1/load", "M1", "number", "2.5"),
        ("M2/mode", "M2", "text", "AUTO"),
        ("load", "in", "number", "7"),
    }


# ── recorded machines ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_known_values_at_the_head_of_a_log_are_stale_and_hold_from_its_live_start(folder, log):
    (folder / "a.log").write_text("2026-01-01T00:00:00Z|mode|AUTO\n2026-01-05T00:00:00Z|load|1\n2026-01-05T00:00:10Z|load|2\n")
    once(source(folder, "mode", "load"), log)
    rows = [(r["quantity"], r["time"].day, r["time"].second, r["quality"]) for r in stored(log)]
    assert rows == [("mode", 1, 0, "stale"), ("mode", 5, 9, "good"), ("load", 5, 0, "good"), ("load", 5, 10, "good")]


def test_what_the_next_days_log_repeats_is_exactly_the_same_again(folder, log):
    (folder / "1.log").write_text("2026-01-05T00:00:00Z|load|1\n2026-01-05T00:00:10Z|load|2\n2026-01-05T00:00:11Z|mode|AUTO\n")
    (folder / "2.log").write_text("2026-01-05T00:00:10Z|load|2\n2026-01-05T00:00:11Z|mode|AUTO\n2026-01-06T00:00:00Z|load|3\n")
    once(source(folder, "mode", "load"), log)
    found: dict[tuple[object, ...], set[tuple[object, ...]]] = {}
    for r in stored(log):
        found.setdefault((r["quantity"], r["time"]), set()).add((r["value"], r["text"], r["quality"]))
    assert all(len(held) == 1 for held in found.values()) and all(r["quality"] == "good" for r in stored(log))
    assert Places.read(Log(log).standings["folder"].position).since_us == 1767571210000000


@pytest.mark.parametrize("file", LOGS, ids=lambda f: f.name.removesuffix(".txt.gz"))
def test_every_line_and_observation_of_a_recorded_machine_arrives(file, folder, log):
    (folder / file.name).symlink_to(file)
    lines = gzip.decompress(file.read_bytes()).decode("utf-8", "replace").split("\n")
    lines = lines[:-1] if not lines[-1] else lines
    said = list(read(lines))
    heard = [s for s in said if isinstance(s, Spoken)]
    standing = once(source(folder, *{s.address for s in heard}), log)
    rows = stored(log)
    again = len(rows) - len(heard)
    assert standing.balances and standing.lines == len(lines) and standing.rejected == len(said) - len(heard)
    wanted = Counter((s.address.replace("/", "_"), s.time_us, s.value, s.text) for s in heard)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    found = Counter((r["quantity"], round((r["time"] - epoch).total_seconds() * 1e6), r["value"], r["text"]) for r in rows)
    assert not wanted - found, "every observation is there"
    assert sum((found - wanted).values()) == again <= len({s.address for s in heard}), "and beside it only last known values that are said again"
