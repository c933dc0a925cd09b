"""A burst on plain topics of a real broker: far more at once than usual, and none of it is lost, doubled, or holds up what comes after it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from itertools import accumulate, pairwise

import paho.mqtt.client as paho
import pytest

from tests.sense.broker import mosquitto
from tests.sense.listening import clock, listening
from zhizao.sense.connectors.mqtt.connector import Topics
from zhizao.sense.source import Signal, Source

T = 1_700_000_000_000
VALUES, MINUTE_S = 100, 60
"""Values of a message; how long a burst takes at most."""
USUAL = 20
"""Messages of a source when nothing is the matter."""


def say(port: int, first: int, count: int) -> None:
    """Publish messages at QoS 1, each with values of its own time, and return when the broker has all of them."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    sent = [client.publish("plant/M1", json.dumps({"t": T + n, **{f"q{q}": n for q in range(VALUES)}}), qos=1) for n in range(first, first + count)]
    for one in sent:
        one.wait_for_publish(MINUTE_S)
    client.disconnect()
    client.loop_stop()


@pytest.mark.parametrize("bursts", [[2_000], [USUAL, 100 * USUAL, USUAL]], ids=["two hundred thousand in a minute", "a hundred times faster than usual"])
def test_a_burst_is_in_the_log_within_a_minute_each_value_once(tmp_path, bursts: Sequence[int]):
    async def play(broker):
        signals = {f"plant/M1/q{q}": Signal("machine:M1", f"q{q}") for q in range(VALUES)}
        connector = Topics(Source("line", f"mqtt://127.0.0.1:{broker.port}/plant/#?qos=1", signals, {"time": "t"}), clock)
        async with listening(tmp_path / "log", connector) as arrived:
            for first, total in pairwise(accumulate(bursts, initial=0)):
                async with asyncio.timeout(MINUTE_S):
                    await asyncio.to_thread(say, broker.port, first, total - first)
                    await arrived.until(lambda said=total: arrived.standing and arrived.standing.lines >= said)
            assert (arrived.standing.accepted, arrived.standing.lines, arrived.standing.rejected) == (total * VALUES, total, 0)
            assert arrived.standing.balances and not arrived.events["gap"]
            for quantity in ("q0", f"q{VALUES - 1}"):
                assert arrived.of(quantity) == [float(n) for n in range(total)]

    with mosquitto(tmp_path) as broker:
        asyncio.run(play(broker))
