"""An independent edge node, a real broker, and everything it says in the log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from paho.mqtt import publish, subscribe

from tests.sense.broker import Mosquitto, mosquitto
from tests.sense.listening import PATIENCE_S, clock, listening
from tests.sense.sparkplug import Edge, source
from tests.sense.sparkplug_peer import Publisher
from tests.sense.sparkplug_peer import publisher as running_publisher
from zhizao.errors import InputError
from zhizao.sense.connectors.sparkplug.connector import Sparkplug

P, S = {"name": "P", "alias": 1, "type": "Double", "value": 1.5}, {"name": "S", "alias": 2, "type": "String", "value": "ACTIVE"}
Q = {"name": "Q", "alias": 3, "type": "Int32", "value": -7}


@asynccontextmanager
async def publisher(broker: Mosquitto, *device: str) -> AsyncIterator[Publisher]:
    peer = await running_publisher(broker.port, *device)
    try:
        yield peer
    finally:
        await peer.kill()


def connector(broker: Mosquitto, *addresses: str) -> Sparkplug:
    return Sparkplug(source(*addresses, url=f"sparkplug://127.0.0.1:{broker.port}/g?host_id=h"), clock)


@pytest.fixture
def broker(tmp_path):
    with mosquitto(tmp_path) as running:
        yield running


def test_what_an_edge_node_says_from_its_birth_to_its_death_is_in_the_log(broker, tmp_path):
    async def play():
        async with listening(tmp_path / "log", connector(broker, "e1/P", "e1/S", "e1/press/Q")) as arrived, publisher(broker, "press") as peer:
            await peer.do("birth", metrics=[P, S], device_metrics=[Q])
            await peer.do("data", metrics=[{"alias": 1, "type": "Double", "value": 2.5}])
            await peer.do("device_data", metrics=[{"alias": 3, "type": "Int32", "value": 8}])
            await arrived.until(lambda: arrived.of("e1/press/Q") == [-7.0, 8.0])
            assert arrived.of("e1/P") == [1.5, 2.5] and arrived.of("e1/S") == ["ACTIVE"]
            await peer.do("device_death")
            await arrived.until(lambda: arrived.of("e1/press/Q")[-1] == "stale")
            await peer.kill()
            await arrived.until(lambda: arrived.of("e1/P")[-1] == "stale")
            assert arrived.of("e1/S") == ["ACTIVE", "stale"] and arrived.standing.balances and arrived.standing.rejected == 0

    asyncio.run(play())


def test_whoever_comes_later_asks_for_births_and_understands(broker, tmp_path):
    async def play():
        async with publisher(broker) as peer:
            await peer.do("birth", metrics=[P, S])
            async with listening(tmp_path / "log", connector(broker, "e1/P", "e1/S")) as arrived:
                await peer.told("asked")
                await arrived.until(lambda: arrived.of("e1/S") == ["ACTIVE"])

    asyncio.run(play())


def test_a_gap_is_counted_and_answered_with_a_request_for_rebirth(broker, tmp_path):
    async def play():
        async with listening(tmp_path / "log", connector(broker, "e1/P")) as arrived, publisher(broker) as peer:
            await peer.do("birth", metrics=[P])
            await arrived.until(lambda: arrived.of("e1/P") == [1.5])
            await peer.do("skip", messages=3)
            await peer.do("data", metrics=[{"alias": 1, "type": "Double", "value": 2.5}])
            await peer.told("asked")
            await arrived.until(lambda: arrived.of("e1/P") == [1.5, 2.5, 1.5])
            assert arrived.events["gap"] == 3 and arrived.events["rebirth"] == 1

    asyncio.run(play())


def test_a_forged_message_is_noticed_by_its_number(broker, tmp_path):
    async def play():
        async with listening(tmp_path / "log", connector(broker, "e1/P")) as arrived, publisher(broker) as peer:
            await peer.do("birth", metrics=[P])
            await arrived.until(lambda: arrived.of("e1/P") == [1.5])
            forged = Edge(seq=40).data((None, 1, 99.0))
            await asyncio.to_thread(publish.single, forged.topic, forged.payload, port=broker.port)
            await peer.told("asked")
            await arrived.until(lambda: arrived.events["gap"] == 40)

    asyncio.run(play())


def test_when_the_broker_stops_nothing_is_known_and_when_it_is_back_births_tell_what_holds(broker, tmp_path):
    async def play():
        async with publisher(broker) as peer:
            await peer.do("birth", metrics=[P, S])
            async with listening(tmp_path / "log", connector(broker, "e1/P", "e1/S")) as arrived:
                await arrived.until(lambda: arrived.of("e1/P") == [1.5])
                broker.stop()
                with pytest.raises(ConnectionError):
                    await asyncio.wait_for(arrived.task, PATIENCE_S)
                assert arrived.of("e1/P") == [1.5, "stale"] and arrived.events["stale"] == 2
            broker.start()
            async with listening(tmp_path / "log", connector(broker, "e1/P", "e1/S")) as again:
                await again.until(lambda: again.of("e1/P") == [1.5, "stale", 1.5])

    asyncio.run(play())


def test_a_link_that_is_cut_is_noticed_and_nothing_is_known_from_the_last_word_on(broker, tmp_path, monkeypatch):
    monkeypatch.setattr("zhizao.sense.connectors.mqtt.link.KEEPALIVE_S", 1)

    async def play():
        async with publisher(broker) as peer:
            await peer.do("birth", metrics=[P])
            async with listening(tmp_path / "log", connector(broker, "e1/P")) as arrived:
                await arrived.until(lambda: arrived.of("e1/P") == [1.5])
                broker.freeze()
                cut_us = clock()
                with pytest.raises(ConnectionError):
                    await asyncio.wait_for(arrived.task, PATIENCE_S)
                stale = arrived.rows[-1]
                assert stale["quality"] == "stale" and stale["time"].timestamp() * 1e6 < cut_us + 100_000 < clock()

    asyncio.run(play())


def test_after_an_end_without_warning_the_stretch_since_is_unknown(broker, tmp_path):
    async def play():
        async with publisher(broker) as peer:
            await peer.do("birth", metrics=[P])
            for values in ([1.5], [1.5, "stale", 1.5]):
                async with listening(tmp_path / "log", connector(broker, "e1/P")) as arrived:
                    await arrived.until(lambda values=values: arrived.of("e1/P") == values)

    asyncio.run(play())


def test_the_host_says_when_it_is_there_and_when_it_is_gone(broker, tmp_path):
    def state():
        return json.loads(subscribe.simple("spBv1.0/STATE/h", port=broker.port).payload)

    async def play():
        async with listening(tmp_path / "log", connector(broker, "e1/P")) as arrived:
            there = await asyncio.to_thread(state)
            forged = json.dumps({"online": False, "timestamp": 1})
            await asyncio.to_thread(publish.single, "spBv1.0/STATE/h", forged, qos=1, retain=True, port=broker.port)
            async with asyncio.timeout(PATIENCE_S):
                while not (await asyncio.to_thread(state))["online"]:
                    pass
            assert arrived.standing is None, "its own state is no observation"
        gone = await asyncio.to_thread(state)
        assert there["online"] and not gone["online"] and gone["timestamp"] >= there["timestamp"]

    asyncio.run(play())


def test_a_source_is_described_by_its_births(broker, monkeypatch):
    monkeypatch.setattr("zhizao.sense.connectors.sparkplug.connector.BIRTHS_S", 1.0)

    async def play():
        async with publisher(broker, "press") as peer:
            unit = {"engUnit": {"type": "String", "value": "kW"}}
            await peer.do("birth", metrics=[{**P, "properties": unit}, S], device_metrics=[Q])
            describing = asyncio.create_task(connector(broker).describe())
            while not describing.done():  # whoever listens asks as soon as anything is said
                await peer.do("data", metrics=[{"alias": 1, "type": "Double", "value": 2.5}])
                await asyncio.wait([describing], timeout=0.05)
            return await describing

    found = asyncio.run(play())
    assert [(d.id, d.within) for d in found.devices] == [("e1", ""), ("e1/press", "")], "what is attached to a gateway is a machine of its own"
    assert [(a.address, a.kind, a.unit, a.example) for a in found.addresses] == [
        ("e1/P", "Double", "kW", "1.5"),
        ("e1/S", "String", "", "ACTIVE"),
        ("e1/press/Q", "Int32", "", "-7"),
    ]
    assert not found.remarks


def test_a_group_where_nobody_is_says_so(broker, monkeypatch):
    monkeypatch.setattr("zhizao.sense.connectors.sparkplug.connector.BIRTHS_S", 0.1)
    found = asyncio.run(connector(broker).describe())
    assert not found.addresses and len(found.remarks) == 1


def test_a_burst_of_two_hundred_thousand_observations_neither_loses_nor_stalls(broker, tmp_path):
    metrics = [{"name": f"m{i}", "alias": i, "type": "Double", "value": 0} for i in range(100)]

    async def play():
        async with listening(tmp_path / "log", connector(broker, *(m["name"] and f"e1/{m['name']}" for m in metrics))) as arrived, publisher(broker) as peer:
            await peer.do("birth", metrics=metrics)
            await arrived.until(lambda: arrived.standing and arrived.standing.received == 100)
            await peer.do("burst", messages=2_000, **{"from": clock() // 1000})
            await arrived.until(lambda: arrived.standing.received >= 200_100)
            assert arrived.standing.accepted == 200_100 and arrived.standing.lines == 2_001 and not arrived.events["gap"]
            assert arrived.of("e1/m99")[-1] == 1999.0

    asyncio.run(play())


@pytest.mark.parametrize("url", ["sparkplug://127.0.0.1", "sparkplug://127.0.0.1/a/b", "sparkplug://127.0.0.1/g?host_id=a/b", "sparkplug://", "sparkplug://h:99999/g"])
def test_a_url_that_cannot_mean_a_group_is_named(url):
    with pytest.raises(InputError):
        Sparkplug(source(url=url), clock)


def test_a_broker_that_is_not_there_is_an_error_of_the_link(tmp_path):
    broker = Mosquitto(tmp_path)
    with pytest.raises(OSError):
        asyncio.run(connector(broker).describe())
