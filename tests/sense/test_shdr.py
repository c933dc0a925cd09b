"""An adapter as a source: its heart beats, it repeats what it knows at each link, and what it said meanwhile is lost and told.

No independent adapter can be installed with the tests' means: the peer is the testbed's own.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sense.rigs.mtconnect import now_us
from tests.sense.rigs.shdr import shdr
from zhizao.checks.play import playing, stored
from zhizao.errors import InputError
from zhizao.sense.connectors.shdr.connector import RECORDED_US, Shdr
from zhizao.sense.connectors.shdr.cutting import lines_of, whole
from zhizao.sense.connectors.shdr.lines import read
from zhizao.sense.connectors.shdr.opening import Opening
from zhizao.sense.source import Source
from zhizao.sense.spoken import Spoken

HOUR_US = 3_600_000_000


def played(tmp_path: Path, play, **options):
    async def whole():
        async with shdr(tmp_path, **options) as rig:
            return await play(rig, tmp_path / "log")

    return asyncio.run(whole())


def of(rows, quantity):
    return [(r["value"], r["quality"]) for r in rows if r["quantity"] == quantity]


def test_an_old_value_of_a_live_adapter_is_stale_and_holds_from_the_link_on(tmp_path):
    async def play(rig, log):
        await rig.adapter.say("Xload", "5", now_us() - HOUR_US)
        before = now_us()
        async with playing(rig, log) as play:
            await play.until(lambda: len(play.rows) == 2, "the last known value")
        (old, now) = stored(log)
        assert (now["time"].timestamp()) * 1e6 >= before - 1
        return [(r["value"], r["quality"]) for r in (old, now)]

    assert played(tmp_path, play) == [(5, "stale"), (5, "good")]


def test_an_adapter_that_repeats_a_recording_begins_where_the_recording_does(tmp_path):
    async def play(rig, log):
        at = now_us() - 2 * RECORDED_US
        await rig.adapter.say("Xload", "5", at)
        await rig.adapter.say("Sspeed", "6", at + HOUR_US)
        async with playing(rig, log) as play:
            await play.until(lambda: len(play.rows) == 3, "the last known values")
            return play.rows

    rows = played(tmp_path, play)
    assert of(rows, "load") == [(5, "stale"), (5, "good")] and of(rows, "spindle_speed") == [(6, "good")]
    assert max(r["time"] for r in rows).timestamp() * 1e6 < now_us() - RECORDED_US


def test_what_an_adapter_repeats_at_the_next_link_is_the_same_and_holds_again_from_then_on(tmp_path):
    async def play(rig, log):
        async with playing(rig, log) as play:
            await play.connected()
            await rig.say("Xload", 7.0)
            await rig.say("Sspeed", 8.0)
            await play.heard([("Xload", 7.0), ("Sspeed", 8.0)])
            await rig.cut()
            await play.until(lambda: bool(play.trouble), "the cut")
            await rig.restore()
            await play.until(lambda: of(play.rows, "load")[-1:] == [(7, "good")] and len(of(play.rows, "load")) == 4, "the value again")
            return play.rows

    rows = played(tmp_path, play)
    assert of(rows, "load") == [(7, "good"), (None, "stale"), (7, "good"), (7, "good")]
    times = [r["time"] for r in rows if r["quantity"] == "load"]
    assert times[0] == times[2] < times[1] < times[3]


def test_an_adapter_whose_heart_stops_is_a_lost_link(tmp_path):
    async def play(rig, log):
        rig.adapter.heartbeat_ms = 100
        async with playing(rig, log) as play:
            await play.connected()
            await rig.say("Xload", 7.0)
            await play.heard([("Xload", 7.0)])
            rig.adapter.answers = False
            await play.until(lambda: "silent" in play.trouble, "the silence")
            return play.rows

    assert of(played(tmp_path, play), "load")[:2] == [(7, "good"), (None, "stale")]


def test_marks_of_a_lost_link_are_made_once(tmp_path):
    async def play(rig, log):
        async with playing(rig, log) as play:
            await play.connected()
            await rig.say("Xload", 7.0)
            await play.heard([("Xload", 7.0)])
            await rig.cut()
            await play.until(lambda: "refused" in play.trouble or "Refused" in play.trouble, "several attempts")
        async with playing(rig, log) as play:
            await play.until(lambda: bool(play.trouble), "another attempt")
        return stored(log)

    assert of(played(tmp_path, play), "load") == [(7, "good"), (None, "stale")]


def test_after_a_kill_the_marks_stand_right_after_what_was_heard(tmp_path):
    async def play(rig, log):
        async with playing(rig, log) as play:
            await play.connected()
            await rig.say("Xload", 7.0)
            await play.heard([("Xload", 7.0)])
        await rig.cut()
        async with playing(rig, log) as play:
            await play.until(lambda: bool(play.trouble), "an attempt")
            return stored(log)

    rows = [r for r in played(tmp_path, play) if r["quantity"] == "load"]
    assert [(r["value"], r["quality"]) for r in rows] == [(7, "good"), (None, "stale")]
    assert (rows[1]["time"] - rows[0]["time"]).total_seconds() == 1e-6


def test_an_asset_of_several_lines_is_one_value_however_it_arrives(tmp_path):
    async def play(rig, log):
        async with playing(rig, log) as play:
            await play.connected()
            for line in ("2026-11-24T00:00:00Z|@ASSET@|A1|Tool|--multiline--X", "<Tool>", "</Tool>"):
                await rig.adapter.line(line)
            await rig.say("Xload", 7.0)
            await rig.adapter.line("--multiline--X")
            await rig.say("Xload", 8.0)
            await play.heard([("Xload", 8.0)])
            return play.intake.standings["adapter"]

    standing = played(tmp_path, play)
    assert standing.rejected == 1, "one asset, which no signal maps"
    assert standing.accepted == 1, "what was said inside the asset is part of it"


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20), min_size=1), st.integers(1, 30))
def test_lines_are_the_same_however_they_are_cut(lines, step):
    content, held, found = "".join(f"{line}\n" for line in lines).encode(), b"", []
    for i in range(0, len(content), step):
        held += content[i : i + step]
        cut = whole(held)
        found += lines_of(held[:cut], "utf-8") if cut else []
        held = held[cut:]
    assert found == lines and not held


def test_a_time_series_is_told_by_its_shape():
    said = list(read(["2026-11-24T00:00:01Z|v|3|100|1 2 3", "2026-11-24T00:00:01Z|v|3||1 2 3", "2026-11-24T00:00:01Z|a|3|b|1 2 3"]))
    assert [(s.address, s.value, s.text) for s in said] == [("v", 1, None), ("v", 2, None), ("v", 3, None), ("v", None, "1 2 3"), ("a", 3, None), ("b", None, "1 2 3")]
    assert said[2].time_us - said[0].time_us == 20_000


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 10**9)), max_size=12), st.lists(st.integers(1, 4)))
def test_an_opening_gives_everything_it_was_given_whatever_the_order(values, steps):
    said = [Spoken(i, address, at, value=float(i)) for i, (address, at) in enumerate(values)]
    opening, given, found = Opening("abc"), list(said), []
    for step in steps:
        found += opening.taken(given[:step])
        given = given[step:]
    found += opening.taken(given)
    found += opening.settled(opening.newest_us)
    assert {s.line for s in found} == {s.line for s in said}
    own = [s for s in found if (s.time_us == said[s.line].time_us)]
    assert len({s.line for s in own}) == len(said), "each at its own time, whatever is said again"


@pytest.mark.parametrize("url", ["shdr://", "shdr://h?quiet_s=-1", "shdr://h?encodin=gbk"])
def test_a_url_that_means_nothing_is_wrong_input(url):
    with pytest.raises(InputError):
        Shdr(Source("adapter", url), now_us)
