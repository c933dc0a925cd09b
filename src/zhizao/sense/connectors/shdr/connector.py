"""An SHDR adapter as a source: lines over TCP. It has no position: what it says while nobody listens is lost, counted, and told by marks.

It begins with the last known value of every key, some with old times; see ``opening.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from urllib.parse import urlsplit

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.beginning import unknown
from zhizao.sense.connectors.shdr.adapter import Adapter, linked
from zhizao.sense.connectors.shdr.lines import COMMAND, read
from zhizao.sense.connectors.shdr.opening import Opening
from zhizao.sense.contract import Clock, Feed, Promise
from zhizao.sense.gather import gathered
from zhizao.sense.settings import number, settings
from zhizao.sense.source import Described, Description, Device, Source
from zhizao.sense.spoken import Spoken, Unread

PROMISE = Promise("at_most_once", Text("对象、量与时间：适配器在每次连接时重复最后的值", "entity, quantity and time: an adapter repeats its last values at each link"), marks_loss=True)
SETTINGS = ("timeout_s", "quiet_s", "listen_s", "encoding")
PORT = 7878
RECORDED_US = 30 * 86_400_000_000
"""An adapter whose newest value is older than this repeats a recording: its present is not ours."""
LIVE, LOST = "live", "lost"


class Shdr:
    """An adapter being read; see the contract of ``Connector``.

    Args:
        source: its URL is ``shdr://HOST:7878``; its settings are those of ``SETTINGS``.
    """

    promise = PROMISE

    def __init__(self, source: Source, clock: Clock) -> None:
        url, said = urlsplit(source.url), settings(source, SETTINGS)
        if not url.hostname:
            cure = Text("写作 shdr://主机:7878", "write shdr://HOST:7878")
            raise InputError(Text("URL 中没有主机", "the URL names no host"), where=source.name, cure=cure)
        self._source, self._clock = source, clock
        self._host, self._port, self._encoding = url.hostname, url.port or PORT, str(said.get("encoding", "utf-8"))
        self._timeout_s, self._quiet_s = number(source, said, "timeout_s", 10, least=0.1), number(source, said, "quiet_s", 1)
        self._listen_s = number(source, said, "listen_s", 5, least=0.1)
        self._newest_us = self._came_us = self._alive_us = 0

    async def describe(self) -> Description:
        """See the contract. An adapter does not describe itself: its keys are those it speaks of within some seconds."""
        keys: dict[str, Described] = {}
        name = self._host
        async with linked(self._host, self._port, self._timeout_s, self._encoding) as adapter, aclosing(adapter.pieces(self._listen_s)) as pieces:
            async for lines in pieces:
                if not lines:
                    break
                name = next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{COMMAND}device:")), name)
                for one in read(lines, now_us=self._clock()):
                    if isinstance(one, Spoken):
                        keys[one.address] = _described(one, self._host, keys.get(one.address))
        told = Text(f"适配器不描述自身；以上是 {self._listen_s:g} 秒内听到的键", f"an adapter does not describe itself; these keys spoke within {self._listen_s:g} s")
        return Description((Device(self._host, name),), tuple(keys.values()), remarks=(told,))

    async def run(self, feed: Feed) -> None:
        """See the contract."""
        since, _, state = feed.position.partition(":")
        if feed.last_us and state != LOST:
            await self._lost(feed, since, feed.last_us + 1)
        async with linked(self._host, self._port, self._timeout_s, self._encoding) as adapter:
            opening = Opening(self._source.signals, int(since) if since else None, feed.last_us)
            try:
                await self._follow(adapter, opening, feed)
            except OSError:
                if self._newest_us:
                    # In the time of the source: as long after its newest value as it was alive since.
                    lost_us = self._newest_us + max(0, self._alive_us - self._came_us)
                    await self._lost(feed, str(opening.since_us or since), max(lost_us, feed.last_us) + 1)
                raise

    async def _follow(self, adapter: Adapter, opening: Opening, feed: Feed) -> None:
        opened_us, line, stands = self._clock(), 0, False
        async with aclosing(adapter.pieces(self._quiet_s)) as pieces:
            async for lines in pieces:
                # A link stands once something came through it: behind what accepts it there may be nobody.
                stands = stands or self._stands(feed)
                self._alive_us = self._clock()
                said = opening.taken(read(lines, first=line + 1, now_us=self._alive_us))
                line += len(lines)
                if not lines and opening.live_us is None and opening.newest_us:
                    recorded = opening.newest_us < opened_us - RECORDED_US
                    said = opening.settled(opening.newest_us if recorded else max(opened_us, opening.newest_us))
                if said or lines:
                    await self._deliver(said, len(lines), feed, f"{opening.since_us or ''}:{LIVE}")
                self._newest_us, before = max((s.time_us for s in said if isinstance(s, Spoken)), default=0), self._newest_us
                self._came_us = self._alive_us if self._newest_us > before else self._came_us
                self._newest_us = max(self._newest_us, before)

    def _stands(self, feed: Feed) -> bool:
        feed.count("connected")
        if feed.last_us:
            feed.count("gap")
        return True

    async def _lost(self, feed: Feed, since: str, at_us: int) -> None:
        """Nothing is known from then on."""
        feed.count("stale")
        await self._deliver(unknown(self._source.signals, at_us), 0, feed, f"{since}:{LOST}")

    async def _deliver(self, said: Sequence[Spoken | Unread], lines: int, feed: Feed, position: str) -> None:
        taken = [one for one in said if isinstance(one, Unread) or one.address not in self._source.ignored]
        await feed.deliver(gathered(self._source.name, taken, self._source.signals, position=position, lines=lines))


def _described(one: Spoken, device: str, before: Described | None) -> Described:
    example = one.text if one.text is not None else "" if one.value is None else f"{one.value:g}"
    kind = "text" if one.text is not None else "number" if one.value is not None else before.kind if before else ""
    return Described(one.address, device, one.address, kind, "", example or (before.example if before else ""))
