"""Reads plain topics of a broker: ``mqtt://HOST:PORT/TOPIC/FILTER/#?qos=1``, encrypted as ``mqtts://``.

At QoS 1 the broker keeps what comes while nobody listens, and forgets a message only once it is in the log.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import replace

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.connectors.mqtt.broker import Broker
from zhizao.sense.connectors.mqtt.link import Heard, Link
from zhizao.sense.connectors.mqtt.reading import Message, read
from zhizao.sense.contract import Clock, Feed, Promise
from zhizao.sense.gather import gathered
from zhizao.sense.source import Described, Description, Device, Source
from zhizao.sense.spoken import Spoken, Unread

PROMISE = Promise(
    delivery="at_least_once",
    duplicate_key=Text(
        "主题与键、消息自带的时间；没有自带时间的消息以到达时间为准，中断后重发的会记两次",
        "topic and keys, and the time the message states; one that states none has that of its arrival, and counts twice when it is sent again after a break",
    ),
    describes_itself=True,
    backfills=True,
    marks_loss=True,
)
LISTENED_S = 5.0
"""How long topics are listened to when a source is asked what it has."""
_SILENT = Text("监听期间没有消息；请确认主题过滤器", "nothing was said while we listened; check the topic filter")
_LIMITS = Text(
    "离线期间由中间件保留消息：请确认其队列上限（Mosquitto 的 max_queued_messages 默认 1000）与持久化设置",
    "what is said while we are away is kept by the broker: check how much it keeps (Mosquitto's max_queued_messages is 1000 unless set) and whether it survives the broker",
)


class Topics:
    """The topics of one filter."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self.source, self.clock, self.broker = source, clock, Broker.of(source)
        self.filter, self.time_key = self.broker.path, str(source.options.get("time", ""))
        self.qos, self.version = (self._number(name, default, allowed) for name, default, allowed in (("qos", "1", "012"), ("version", "5", "35")))
        self.client_id = str(source.options.get("client_id", f"zhizao-{source.name}"))
        self.promise = replace(PROMISE, encrypts=self.broker.secure)
        if not self.qos:
            self.promise = replace(self.promise, delivery="at_most_once", backfills=False)
        if not self.filter:
            cure = Text("例如 mqtt://10.0.0.5:1883/plant/#?qos=1", "write for example mqtt://10.0.0.5:1883/plant/#?qos=1")
            raise InputError(Text("没有写明主题", "no topic is named"), where=source.name, cure=cure)
        self._lines = 0
        self._last: dict[str, int] = {}

    def _number(self, name: str, default: str, allowed: str) -> int:
        word = self.broker.query.get(name, default)
        if len(word) != 1 or word not in allowed:
            what = Text(f"{name}={word} 没有意义", f"{name}={word} means nothing")
            raise InputError(what, where=self.source.name, cure=Text(f"可写 {'、'.join(allowed)}", f"write one of {', '.join(allowed)}"))
        return int(word)

    async def describe(self) -> Description:
        """See the contract: it listens for a while, as a stranger for whom nothing is kept."""
        said: dict[str, tuple[Heard, Spoken]] = {}
        loop = asyncio.get_running_loop()
        async with Link(self.broker, f"zhizao-{secrets.token_hex(6)}", self.clock, version=self.version) as link:
            await link.subscribe(self.filter, qos=0)
            until = loop.time() + LISTENED_S
            while (left := until - loop.time()) > 0:
                for message in await link.heard(left):
                    said |= {s.address: (message, s) for s in self._read(message) if isinstance(s, Spoken)}
        devices = {_device(message, s): Device(_device(message, s), _device(message, s)) for message, s in said.values()}
        addresses = tuple(_described(message, s) for message, s in said.values())
        remarks = (*(() if said else (_SILENT,)), *((_LIMITS,) if self.qos else ()))
        return Description(tuple(devices.values()), addresses, {"client_id": f"zhizao-{self.source.name}-{secrets.token_hex(4)}"}, remarks)

    async def run(self, feed: Feed) -> None:
        """See the contract."""
        async with Link(self.broker, self.client_id, self.clock, keeps=self.qos > 0, version=self.version) as link:
            feed.count("connected")
            if feed.position and not link.resumed:
                await self._stale(feed, dict.fromkeys(self.source.signals, 0), min(feed.last_us, self.clock()) + 1)
            await link.subscribe(self.filter, qos=self.qos)
            try:
                while True:
                    messages = await link.heard()
                    await self._deliver(feed, messages)
                    link.acknowledge(messages)
            except ConnectionError:
                if not self.qos:  # what is kept by the broker is still told; what it does not keep is not known
                    await self._stale(feed, self._last, link.last_us)
                raise

    async def _deliver(self, feed: Feed, messages: list[Heard]) -> None:
        said = [s for message in messages for s in self._read(message) if isinstance(s, Unread) or s.address not in self.source.ignored]
        if refused := len({s.line for s in said if isinstance(s, Unread)}):
            feed.count("rejected_message", refused)
        for s in said:
            if isinstance(s, Spoken):
                self._last[s.address] = max(s.time_us, self._last.get(s.address, 0))
        await feed.deliver(gathered(self.source.name, said, self.source.signals, position=str(messages[-1].time_us), lines=len(messages)))

    async def _stale(self, feed: Feed, last: dict[str, int], when_us: int) -> None:
        """Of signals that had a value nothing more is known."""
        marks = [Spoken(0, a, max(when_us, t + 1), quality="stale") for a, t in last.items() if a in self.source.signals]
        feed.count("stale", len(marks))
        await feed.deliver(gathered(self.source.name, marks, self.source.signals, position=""))

    def _read(self, message: Heard) -> Iterable[Spoken | Unread]:
        self._lines += 1
        return read(Message(self._lines, message.topic, message.payload, message.time_us, message.retained), self.time_key)


def _device(message: Heard, said: Spoken) -> str:
    """The topic of an object is a device, and so is what stands above a topic with one value."""
    return message.topic if said.address != message.topic else message.topic.rpartition("/")[0] or message.topic


def _described(message: Heard, said: Spoken) -> Described:
    device = _device(message, said)
    kind = "text" if said.value is None else "number"
    example = said.text if said.text is not None else "" if said.value is None else f"{said.value:g}"
    return Described(said.address, device, said.address.removeprefix(f"{device}/"), kind, "", example)
