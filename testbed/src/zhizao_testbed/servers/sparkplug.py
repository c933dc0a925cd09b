"""The plant as a Sparkplug B edge node with one device a machine; it needs a broker, and is born again when a host asks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from zhizao.sense.connectors.sparkplug.wire import Payload
from zhizao_testbed.changes import SIGNALS, Change
from zhizao_testbed.knob import PER_BAR, SETTING, OutOfRange
from zhizao_testbed.pace import now_us
from zhizao_testbed.plant import Plant

GROUP, NODE = "testbed", "plant"
STRING, DOUBLE, BOOLEAN, INT64 = 12, 10, 11, 4
"""Data types by their numbers."""
A_MESSAGE = 100
"""Metrics in a message of data, at most."""


class Sparkplug:
    """Publishes ``spBv1.0/testbed/+/plant/MACHINE`` to a broker; aliases are used as the standard has them."""

    def __init__(self, plant: Plant, port: int, *, broker: str) -> None:
        del port  # the broker's is used
        self._plant, self._machines = plant, list(plant.characters)
        host, _, at = broker.rpartition(":")
        self._host, self._port = host or "127.0.0.1", int(at)
        names = [(m, s) for m in self._machines for s in SIGNALS]
        self._aliases = {name: alias for alias, name in enumerate(names, start=1)}
        self._last: dict[tuple[str, str], Change] = {}
        self._seq, self._bd_seq = 0, 0
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=f"{GROUP}-{NODE}")
        self._born = asyncio.Event()

    @property
    def url(self) -> str:
        """See the contract."""
        return f"sparkplug://{self._host}:{self._port}/{GROUP}"

    async def start(self) -> None:
        """See the contract."""
        loop = asyncio.get_running_loop()
        self._client.will_set(_topic("NDEATH"), self._death(), qos=1)
        # The client calls from a thread of its own.
        connected: Any = lambda *_: loop.call_soon_threadsafe(self._connected)  # noqa: E731
        commanded: Any = lambda _client, _data, message: loop.call_soon_threadsafe(self._commanded, message.topic, message.payload)  # noqa: E731
        self._client.on_connect, self._client.on_message = connected, commanded
        await asyncio.to_thread(self._client.connect, self._host, self._port)
        self._client.loop_start()
        await asyncio.wait_for(self._born.wait(), 10)

    async def say(self, changes: Sequence[Change]) -> None:
        """See the contract."""
        by_machine: dict[str, list[Change]] = {}
        for change in changes:
            self._last[change.machine, change.signal] = change
            by_machine.setdefault(change.machine, []).append(change)
        for machine, said in by_machine.items():
            for start in range(0, len(said), A_MESSAGE):
                self._publish("DDATA", machine, [self._metric(c, named=False) for c in said[start : start + A_MESSAGE]])

    async def stop(self) -> None:
        """See the contract."""
        self._client.publish(_topic("NDEATH"), self._death(), qos=1).wait_for_publish(5)
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self) -> None:
        for commands in (_topic("NCMD"), _topic("DCMD", "+")):
            self._client.subscribe(commands, qos=1)
        self._be_born()
        self._born.set()

    def _commanded(self, topic: str, payload: bytes) -> None:
        asked = Payload.FromString(payload)
        machine = topic.rpartition("/")[2]
        if machine in self._plant.knobs:
            self._turn(machine, asked)
        if any(metric.name == "Node Control/Rebirth" and metric.boolean_value for metric in asked.metrics):
            self._be_born()

    def _turn(self, machine: str, asked: Any) -> None:
        """Set what a command asks for; what the machine does not take it ignores, as Sparkplug has no way to say so."""
        for metric in asked.metrics:
            value = getattr(metric, metric.WhichOneof("value") or "name")
            means = metric.name == SETTING or metric.alias == self._aliases[machine, SETTING]
            if means and isinstance(value, int | float):
                with suppress(OutOfRange, ValueError, OverflowError):
                    self._plant.knobs[machine].turn(round(value * PER_BAR))

    def _be_born(self) -> None:
        self._seq = 255
        rebirth = {"name": "Node Control/Rebirth", "datatype": BOOLEAN, "boolean_value": False, "timestamp": now_us() // 1000}
        self._publish("NBIRTH", "", [self._bd(), rebirth])
        for machine in self._machines:
            self._publish("DBIRTH", machine, [self._metric(self._last.get((machine, s), Change(0, machine, s)), named=True) for s in SIGNALS])

    def _publish(self, kind: str, machine: str, metrics: list[dict[str, Any]]) -> None:
        self._seq = (self._seq + 1) % 256
        payload = Payload(timestamp=now_us() // 1000, seq=self._seq, metrics=metrics)
        self._client.publish(_topic(kind, machine), payload.SerializeToString(), qos=0)

    def _death(self) -> bytes:
        return bytes(Payload(timestamp=now_us() // 1000, metrics=[self._bd()]).SerializeToString())

    def _bd(self) -> dict[str, Any]:
        return {"name": "bdSeq", "datatype": INT64, "long_value": self._bd_seq, "timestamp": now_us() // 1000}

    def _metric(self, change: Change, *, named: bool) -> dict[str, Any]:
        kind = SIGNALS[change.signal]
        metric: dict[str, Any] = {"alias": self._aliases[change.machine, change.signal], "timestamp": (change.at or now_us()) // 1000}
        metric["datatype"] = DOUBLE if kind.unit else STRING
        if named:
            metric["name"] = change.signal
            unit = {"type": STRING, "string_value": kind.unit}
            metric |= {"properties": {"keys": ["engUnit"], "values": [unit]}} if kind.unit else {}
        if change.text is not None:
            metric["string_value"] = change.text
        elif change.value is not None:
            metric["double_value"] = change.value / kind.per_unit
        else:
            metric["is_null"] = True
        return metric


def _topic(kind: str, device: str = "") -> str:
    return "/".join(["spBv1.0", GROUP, kind, NODE, *([device] if device else [])])
