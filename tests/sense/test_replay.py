"""A recorded log through a real agent interface arrives observation by observation."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.sense.rigs.mtconnect import now_us
from zhizao.checks.play import playing, stored
from zhizao.sense.connectors.mtconnect.connector import MTConnect
from zhizao.sense.source import Signal, Source
from zhizao.store.stream.delivery import Standing
from zhizao_testbed.mtconnect.model import model
from zhizao_testbed.mtconnect.recording import Recording, recorded, recording
from zhizao_testbed.mtconnect.replay import Replay
from zhizao_testbed.serving import serving

RAW = Path(__file__).parents[3] / "shared" / "data" / "plant" / "machine" / "nist_sms"
SHORT = ["2026-01-01T00:00:00Z|mode|MANUAL|load|1", "2026-01-01T08:00:00Z|load|2", "2026-01-01T08:00:01Z|servo|FAULT|7|1|HIGH|hot", "2026-01-01T08:00:02Z|mode|UNAVAILABLE"]


def through_an_agent(found: Recording, log: Path, served=None, **how):
    """What is in the log, and how long ago the replay began."""

    async def whole():
        again = Replay(found, served or found.model, **how)
        items = again.model.items
        async with serving(again.agent.app) as port:
            signals = {item: Signal("machine:M1", item) for item in items}
            source = Source("agent", f"mtconnect+http://127.0.0.1:{port}", signals, {"interval_ms": 5, "count": 20_000})
            rig = SimpleNamespace(source=source, making=MTConnect, clock=now_us)
            async with playing(rig, log) as play:
                await play.connected()
                await again.run()
                last = again.agent.buffer.next
                await play.until(lambda: f":{last}:" in play.intake.standings.get("agent", Standing()).position, "the end of the recording")
                assert not play.events["gap"] and not play.intake.standings["agent"].rejected
        return again

    return asyncio.run(whole()), stored(log)


def us(row) -> int:
    return round((row["time"] - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1e6)


def test_a_recording_is_said_again_at_its_own_times(tmp_path):
    found = recorded(SHORT)
    _, rows = through_an_agent(found, tmp_path, speed=100, as_if_now=False)
    live = [(r["quantity"], us(r), r["value"], r["text"], r["quality"]) for r in rows if us(r) < now_us() - 10**9 and r["quality"] != "stale"]
    assert live == [(s.address, s.time_us, s.value, s.text, s.quality) for s in found.said[found.live :]]


def test_as_if_it_happened_now_its_durations_stay_and_nothing_lies_in_the_future(tmp_path):
    _, rows = through_an_agent(recorded(SHORT), tmp_path, speed=20)
    fault, load = (next(r for r in rows if r["quantity"] == q and r["value"] != 1) for q in ("servo", "load"))
    assert us(fault) - us(load) == 1_000_000
    assert max(map(us, rows)) <= now_us()


@pytest.mark.skipif(not RAW.exists(), reason="the recordings of machines are not part of the repository")
@pytest.mark.parametrize("name", ["Hurco04-20170124-20170125", "Hurco01-20170518-20170519", "GFAgie01-20161107-20161108"])
def test_a_recorded_day_arrives_through_the_agent_observation_by_observation(name, tmp_path):
    found = recording(RAW / "raw" / f"{name}.shdr.txt.gz")
    _, rows = through_an_agent(found, tmp_path, speed=1e9, as_if_now=False)
    heard = Counter((r["quantity"], us(r), r["value"], r["text"]) for r in rows)
    wanted = Counter((s.address, s.time_us, s.value, s.text) for s in found.said[found.live :])
    assert not wanted - heard
    head = {s.address for s in found.said[: found.live]}
    assert sum((heard - wanted).values()) <= 2 * len(head), "beside it only the last known values, some of them said again"


@pytest.mark.skipif(not RAW.exists(), reason="the recordings of machines are not part of the repository")
def test_of_a_devices_document_of_many_machines_the_one_that_knows_the_keys_speaks():
    served = model((RAW / "mtc_Devices.xml").read_bytes())
    found = recording(RAW / "raw" / "Mazak01-20170622-20170623.shdr.txt.gz")
    again = Replay(found, served, as_if_now=False)
    assert served.device_of(s.address for s in found.said) == "Mazak01"
    assert {served.items[said.item].device for said in again.agent.buffer.current()} == {"Mazak01"}
    assert again.left_out == 2, "the model has no items for the changes of assets, which this log calls by names of its own"
