"""Reads a group of Sparkplug B over a broker: ``sparkplug://HOST:PORT/GROUP[?host_id=…]``, encrypted as ``sparkplugs://``."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.connectors.mqtt.broker import Broker
from zhizao.sense.connectors.mqtt.link import Heard, Link, Will
from zhizao.sense.connectors.sparkplug.births import described
from zhizao.sense.connectors.sparkplug.host import Host
from zhizao.sense.connectors.sparkplug.topic import REBIRTH, command, read, says_offline, spoken_on, state, state_topic
from zhizao.sense.connectors.sparkplug.wire import Payload
from zhizao.sense.contract import Clock, Feed, Promise
from zhizao.sense.source import Description, Source
from zhizao.store.stream.delivery import Delivery

PROMISE = Promise(
    delivery="at_most_once",
    duplicate_key=Text("边缘节点、序号（最近 256 条）与内容；指标与其时间戳", "edge node, sequence number (of the last 256) and content; metric and its timestamp"),
    describes_itself=True,
    marks_loss=True,
)
BIRTHS_S = 10.0
"""How long births are waited for when a source is asked what it has; a node that says nothing meanwhile is not known to be there."""
_FORBIDDEN = set("+#/")


class Sparkplug:
    """One group, read as a host application that says when it is there."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self.source, self.clock, self.broker = source, clock, Broker.of(source)
        self.promise = replace(PROMISE, encrypts=self.broker.secure)
        self.group, self.host_id = self.broker.path, self.broker.query.get("host_id", f"zhizao-{source.name}")
        if not self.group or _FORBIDDEN & set(self.group + self.host_id):
            what = Text("没有写明组，或组与主机的编号含有 + # /", "no group is named, or the id of group or host holds one of + # /")
            cure = Text("例如 sparkplug://10.0.0.5:1883/plant1?host_id=zhizao", "write for example sparkplug://10.0.0.5:1883/plant1?host_id=zhizao")
            raise InputError(what, where=source.name, cure=cure)

    async def describe(self) -> Description:
        """See the contract: every node that is heard is asked for its birth, by a stranger who says nothing of the state of a host."""
        births: dict[str, Heard] = {}
        loop = asyncio.get_running_loop()
        async with Link(self.broker, f"zhizao-{secrets.token_hex(6)}", self.clock) as link:
            await link.subscribe(*spoken_on(self.group), qos=1)
            until, asked = loop.time() + BIRTHS_S, set(self._known())
            for edge in asked:
                self._ask(link, edge)
            while (left := until - loop.time()) > 0:
                for message in await link.heard(left):
                    if (topic := read(message.topic)).kind in ("NBIRTH", "DBIRTH"):
                        births[message.topic] = message
                    elif topic.edge not in asked:
                        asked.add(topic.edge)
                        self._ask(link, topic.edge)
        return described(births.values())

    async def run(self, feed: Feed) -> None:
        """See the contract."""
        host = Host(self.source)
        if feed.position:
            host.begin_again(min(feed.last_us, self.clock()))
        async with self._listening() as link:
            feed.count("connected")
            for edge in self._known():
                self._ask(link, edge)
            try:
                while True:
                    await self._deliver(host, link, feed)
            except ConnectionError:
                host.end(link.last_us)
                await self._hand_over(host, feed)
                raise

    async def _deliver(self, host: Host, link: Link, feed: Feed) -> None:
        """What came while the last delivery was on its way is the next one."""
        due_us, denied = host.due_us, False
        for message in await link.heard(None if due_us is None else max(due_us - self.clock(), 0) / 1e6):
            if message.topic == state_topic(self.host_id):
                denied |= says_offline(message.payload)
            else:
                host.hear(message)
        if denied:  # by a will of ours that came late
            await self._say_state(link, online=True)
        host.tick(self.clock())
        for edge in host.asks:
            self._ask(link, edge)
        host.asks.clear()
        await self._hand_over(host, feed)

    async def _hand_over(self, host: Host, feed: Feed) -> None:
        made: Delivery | None = host.delivery()
        for event, times in host.events.items():
            feed.count(event, times)
        host.events.clear()
        if made is not None:
            await feed.deliver(made)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[Link]:
        """There, and said so; gone again in good order."""
        self._since = self.clock()
        gone = state(online=False, time_us=self._since)
        async with Link(self.broker, f"{self.host_id}-{secrets.token_hex(4)}", self.clock, will=Will(state_topic(self.host_id), gone)) as link:
            await link.subscribe(state_topic(self.host_id), *spoken_on(self.group), qos=1)
            await self._say_state(link, online=True)
            try:
                yield link
            finally:
                if not link.lost:
                    self._since = self.clock()
                    await self._say_state(link, online=False)

    def _known(self) -> list[str]:
        """The edge nodes that signals are about."""
        return sorted({address.partition("/")[0] for address in self.source.signals})

    async def _say_state(self, link: Link, *, online: bool) -> None:
        await link.say_surely(state_topic(self.host_id), state(online=online, time_us=self._since))

    def _ask(self, link: Link, edge: str) -> None:
        """Ask an edge node to be born again."""
        wanted = Payload(timestamp=self.clock() // 1000)
        wanted.metrics.add(name=REBIRTH, timestamp=wanted.timestamp, datatype=11, boolean_value=True)
        link.say(command(self.group, edge), wanted.SerializeToString())

