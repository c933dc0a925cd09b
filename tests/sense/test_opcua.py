"""The connector of OPC UA against a server that shares nothing with it, node-opcua: nothing lost, nothing twice, whatever breaks."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.sense.opcua_peer import Link, Peer, address, clock, plant, source
from zhizao.sense.connectors.opcua.connector import OpcUa
from zhizao.sense.source import Signal

MICROSECOND = timedelta(microseconds=1)


USER = {"user": "operator", "password": "s3cret"}


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("PLANT_PASSWORD", USER["password"])


def as_user(url, *names, **options):
    return source(url, *names, user=USER["user"], password_env="PLANT_PASSWORD", **options)


def played(play):
    """Run it, and find every error that nobody asked for."""
    return asyncio.run(asyncio.wait_for(play, 90))


def test_every_type_of_value_arrives_as_it_was_said(tmp_path):
    types = "Double Float Boolean SByte Byte Int16 UInt16 Int32 UInt32 Int64 UInt64 String DateTime Guid ByteString LocalizedText QualifiedName StatusCode NodeId Array Mode"

    async def play():
        async with Peer(tmp_path) as peer, plant(tmp_path / "log") as p, p.reading(source(peer.url, *types.split())):
            await p.until(lambda: len({row["quantity"] for row in p.rows()}) == len(types.split()))
            return {row["quantity"]: (row["value"], row["text"]) for row in p.rows()}

    said = played(play())
    assert said.pop("mode") == (1.0, "Running"), "a number that has a name is both"
    found = {name: value if text is None else text for name, (value, text) in said.items()}
    assert {k: v for k, v in found.items() if isinstance(v, float)} == {
        "double": 1.5, "float": 2.5, "boolean": 1, "sbyte": -8, "byte": 8, "int16": -16, "uint16": 16, "int32": -32, "uint32": 32, "int64": 64,
    }  # fmt: skip
    assert {k: v for k, v in found.items() if isinstance(v, str)} == {
        "uint64": "9223372036854775807", "string": "run", "datetime": "2026-01-02T03:04:05+00:00", "guid": "72962b91-fa75-4ae6-8d28-b404dc7daf63",
        "bytestring": "Af8=", "localizedtext": "läuft", "qualifiedname": "q", "statuscode": "BadTimeout", "nodeid": "ns=1;s=Plant", "array": "[1.0, 2.5]",
    }  # fmt: skip


def test_every_change_arrives_once_and_in_its_order(tmp_path):
    async def play():
        async with Peer(tmp_path) as peer, plant(tmp_path / "log") as p, p.reading(source(peer.url, "Counter")):
            await p.until(lambda: p.values("counter") == [0])
            await peer.tell(count=[1, 800])
            await p.until(lambda: len(p.values("counter")) == 800)
            return p.values("counter")

    assert played(play()) == list(range(800))


def test_a_machine_whose_clock_is_behind_the_servers_is_not_said_to_go_back_to_its_first_value(tmp_path):
    def late(minutes):
        return (begun - timedelta(minutes=minutes)).isoformat()

    begun = datetime.now(UTC)

    async def play():
        async with Peer(tmp_path) as peer, plant(tmp_path / "log") as p:
            await peer.tell(set="Counter", value=127, time=late(9))
            async with p.reading(source(peer.url, "Counter")):
                await p.until(lambda: p.values("counter") == [127])
                await peer.tell(set="Counter", value=128, time=late(8))
                await peer.tell(set="Counter", value=129, time=late(7))
                await p.until(lambda: 129 in p.values("counter"))
                for value in (130, 131):  # the peer's clock counts in milliseconds: what is said at once is said at one time
                    await peer.tell(set="Counter", value=value)
                    await p.until(lambda value=value: value in p.values("counter"))
            return p.rows("counter")

    latest = {row["time"]: row["value"] for row in played(play()) if row["quality"] == "good"}  # of one time the last word holds
    assert [latest[time] for time in sorted(latest)] == [128, 129, 129, 130, 131]


def test_what_was_said_while_nobody_listened_is_fetched_afterwards_once(tmp_path):
    async def play():
        async with Peer(tmp_path, **USER) as peer, plant(tmp_path / "log") as p:
            of = as_user(peer.url, "Counter", "Double")
            async with p.reading(of):
                await p.until(lambda: p.values("counter") == [0])
            await peer.tell(count=[1, 500])
            async with p.reading(of):
                await p.until(lambda: len(p.values("counter")) >= 500)
                await peer.tell(count=[500, 600])
                await p.until(lambda: len(p.values("counter")) >= 600)
            return p.values("counter"), p.rows("double"), p.intake.events("opcua")

    counted, other, events = played(play())
    assert counted == list(range(600))
    assert [row["quality"] for row in other] == ["stale", "good"], "the first value is older than the first session"
    assert (events["connected"], events["reconnected"], events["gap"]) == (2, 1, 0)


def test_a_cut_link_makes_every_value_stale_and_what_follows_ends_that(tmp_path):
    async def play():
        async with Peer(tmp_path, **USER) as peer, Link(peer.port) as link, plant(tmp_path / "log") as p:
            of = as_user(link.url, "Counter", "Double")
            async with p.reading(of) as task:
                await p.until(lambda: p.values("counter") == [0] and p.values("double"))
                await link.cut()
                await asyncio.wait({task})
                assert isinstance(task.exception(), OSError)
            lost = p.rows()[-2:]
            await peer.tell(count=[1, 50])
            await link.mend()
            async with p.reading(of):
                await p.until(lambda: len(p.values("counter")) >= 50 and p.rows("double")[-1]["quality"] == "good")
            return lost, p.values("counter"), p.rows("double")

    lost, counted, double = played(play())
    assert [(row["quality"], row["value"], row["text"]) for row in lost] == [("stale", None, None)] * 2
    assert counted == list(range(50)), "every change once"
    assert [(row["quality"], row["value"]) for row in double[-2:]] == [("stale", None), ("good", 1.5)]
    assert double[-1]["time"] - double[-2]["time"] == MICROSECOND, "it held throughout"


def test_a_server_that_forgot_us_fills_the_gap_from_its_history_and_marks_what_has_none(tmp_path):
    async def play():
        async with Peer(tmp_path) as peer, plant(tmp_path / "log") as p:
            async with p.reading(source(peer.url, "Kept", "Double")):
                await p.until(lambda: p.rows("kept"))
                await peer.tell(set="Kept", value=1)
                await p.until(lambda: p.values("kept") == [1])
            for value in range(2, 200):
                await peer.tell(set="Kept", value=value)
            async with p.reading(source(peer.url, "Kept", "Double", "Float")):  # another set of signals: another subscription
                await peer.tell(set="Kept", value=200)
                await p.until(lambda: 200 in p.values("kept"))
                await peer.tell(set="Kept", value=201)
                await p.until(lambda: 201 in p.values("kept") and len(p.rows("double")) >= 4)
            return p.values("kept"), p.rows("kept"), p.rows("double")

    kept, rows, double = played(play())
    assert kept == list(range(1, 202))
    assert "stale" not in {row["quality"] for row in rows if row["time"] >= next(r["time"] for r in rows if r["value"] == 1)}, "nothing of it was missed"
    assert [row["quality"] for row in double] == ["stale", "good", "stale", "good"]


def test_a_server_that_was_started_anew_is_read_on_with_a_mark_between(tmp_path):
    async def play():
        async with plant(tmp_path / "log") as p:
            async with Peer(tmp_path) as peer:
                of, port = source(peer.url, "Counter"), peer.port
                async with p.reading(of) as task:
                    await p.until(lambda: p.values("counter"))
                    await peer.tell(count=[1, 20])
                    await p.until(lambda: 19 in p.values("counter"))
                    await peer.kill()
                    await asyncio.wait({task})
            async with Peer(tmp_path, port) as peer, p.reading(of):
                await p.until(lambda: p.rows("counter")[-1]["quality"] == "good")
                await peer.tell(count=[100, 120])
                await p.until(lambda: 119 in p.values("counter"))
            return p.rows("counter"), p.intake.events("opcua")

    rows, events = played(play())
    good = [row["value"] for row in rows if row["quality"] == "good"]
    assert good[-21:] == [0, *range(100, 120)] and len(set(good)) >= 40 - 1
    assert events["gap"] == 1 and [row["quality"] for row in rows].count("stale") >= 1


def test_numbers_that_are_none_are_refused_and_end_what_held(tmp_path):
    async def play():
        async with Peer(tmp_path) as peer, plant(tmp_path / "log") as p, p.reading(source(peer.url, "Double", "Float")):
            await p.until(lambda: p.values("double") and p.values("float"))
            await peer.tell(set="Double", value="NaN")
            await peer.tell(set="Float", value="Infinity")
            await p.until(lambda: len(p.refused()) == 2)
            await peer.tell(set="Double", value=3)
            await p.until(lambda: 3 in p.values("double"))
            return [row["quality"] for row in p.rows("double")][-3:], p.refused()

    qualities, refused = played(play())
    assert qualities == ["good", "bad", "good"]
    assert sorted(refused) == ["not a finite number: inf", "not a finite number: nan"]


@pytest.mark.parametrize("status, quality", [("UncertainLastUsableValue", "uncertain"), ("BadSensorFailure", "bad")])
def test_a_status_becomes_a_quality(tmp_path, status, quality):
    async def play():
        async with Peer(tmp_path) as peer, plant(tmp_path / "log") as p, p.reading(source(peer.url, "Double")):
            await p.until(lambda: p.values("double"))
            await peer.tell(set="Double", value=9, status=status, time=clock() // 1000 + 1)
            await p.until(lambda: p.rows()[-1]["quality"] == quality)

    played(play())


def test_values_that_did_not_fit_the_servers_queue_are_counted_and_nothing_is_known_between(tmp_path):
    async def play():
        async with Peer(tmp_path) as peer, plant(tmp_path / "log") as p, p.reading(source(peer.url, "Counter", queue=5, every="2s")):
            await p.until(lambda: p.values("counter") == [0])
            await peer.tell(count=[1, 100])
            await p.until(lambda: 99 in p.values("counter"))
            return p.values("counter"), [row["quality"] for row in p.rows("counter")], p.intake.events("opcua")["overflow"]

    counted, qualities, overflows = played(play())
    assert counted == [0, 1, 2, 3, 4, 99] and overflows == 1
    assert qualities[-2:] == ["stale", "good"]


def test_addresses_the_server_does_not_have_are_refused_and_the_rest_is_read(tmp_path):
    async def play():
        async with Peer(tmp_path) as peer, plant(tmp_path / "log") as p:
            of = source(peer.url, "Double", "Nowhere")
            of = replace(of, signals={**of.signals, "nsu=urn:none;s=x": Signal("machine:M1", "x"), "not a node": Signal("machine:M1", "y")})
            async with p.reading(of):
                await p.until(lambda: p.values("double") and len(p.refused()) == 3)
            return p.refused()

    assert sorted(played(play())) == ["BadNodeIdUnknown", "no such namespace, or no node id", "no such namespace, or no node id"]


def test_thousands_of_values_are_watched_by_requests_a_server_can_take(tmp_path):
    names = [f"v{i}" for i in range(3000)]

    async def play():
        async with Peer(tmp_path, many=3000) as peer, plant(tmp_path / "log") as p, p.reading(source(peer.url, *names)):
            await p.until(lambda: p.intake.standings.get("opcua") and p.intake.standings["opcua"].accepted >= 6000, 40)
            await peer.tell(tick={"every": 500, "times": 2})
            await p.until(lambda: p.intake.standings["opcua"].accepted >= 12000, 40)
            return p.intake.standings["opcua"]

    assert played(play()).accepted == 12000


def test_a_server_says_what_it_has(tmp_path):
    async def play():
        async with Peer(tmp_path) as peer:
            return await OpcUa(source(peer.url), clock).describe()

    said = played(play())
    by_name = {one.name: one for one in said.addresses}
    assert (by_name["Power"].unit, by_name["Power"].example, by_name["Power"].device) == ("kW", "10", address("Press"))
    assert by_name["Power"].kind.startswith("Analog") and by_name["Int32"].kind == "Int32" and by_name["Mode"].kind == "MultiStateDiscreteType"
    assert by_name["Double"].address == address("Double")
    assert "EURange" not in by_name, "a property describes a signal, it is none"
    tree = {device.name: device.within for device in said.devices}
    assert tree["Plant"] == "" and tree["Press"] == address("Plant")
