"""An MTConnect agent as a source: its present once, then its buffer by sequence, so that nothing is lost while the buffer reaches back.

Source: MTConnect Standard, part 1: a client keeps ``instanceId`` and ``nextSequence``; a new instance is a new buffer; ``OUT_OF_RANGE`` says that
what was asked for has left the buffer. In both cases something may be missing: the gap is counted, and told by marks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.beginning import beginning, unknown
from zhizao.sense.connectors.mtconnect.agent import Agent, Asking
from zhizao.sense.connectors.mtconnect.devices import described
from zhizao.sense.connectors.mtconnect.place import Place
from zhizao.sense.connectors.mtconnect.reading import SHOWN, NotADocument, Refusal, Streams, streams
from zhizao.sense.contract import Clock, Feed, Promise
from zhizao.sense.gather import gathered
from zhizao.sense.source import Description, Source
from zhizao.sense.spoken import Spoken, Unread

PROMISE = Promise(
    "exactly_once",
    Text("代理实例号与序号", "instance of the agent and sequence"),
    describes_itself=True,
    backfills=True,
    marks_loss=True,
)
OUT_OF_RANGE = "OUT_OF_RANGE"
HOPELESS = frozenset({"NO_DEVICE", "INVALID_XPATH", "INVALID_PATH", "INVALID_URI", "INVALID_REQUEST", "UNSUPPORTED", "TOO_MANY"})
"""Refusals that asking again does not mend."""


class _NewInstance(Exception):
    """The agent has begun a new buffer."""


class MTConnect:
    """An agent being read; see the contract of ``Connector``.

    Args:
        source: its URL names the agent and, as path, one of its devices; its settings are those of ``agent.SETTINGS``.
    """

    def __init__(self, source: Source, clock: Clock) -> None:
        self.promise = replace(PROMISE, encrypts=source.scheme == "mtconnect+https")
        self._source, self._asking = source, Asking.of(source)
        self._connected = False
        self._threes = frozenset(a.removesuffix("/X") for a in source.signals if a.endswith("/X"))

    async def describe(self) -> Description:
        """See the contract."""
        async with Agent(self._asking) as agent:
            try:
                probe, current = await agent.document("probe"), streams(await agent.document("current"))
                present = {s.address: s.text if s.text is not None else f"{s.value:g}" for s in current.said if isinstance(s, Spoken) and s.quality == "good"}
                return described(probe, present)
            except NotADocument as error:
                raise ConnectionError(f"not an MTConnect agent: {error}") from error
            except Refusal as refusal:
                raise self._told(refusal) from refusal

    async def run(self, feed: Feed) -> None:
        """See the contract."""
        async with Agent(self._asking) as agent:
            place = Place.read(feed.position) or await self._begin(agent, feed, None)
            while True:
                try:
                    place = await self._follow(agent, feed, place)
                except _NewInstance:
                    place = await self._begin(agent, feed, place)
                except Refusal as refusal:
                    if OUT_OF_RANGE not in refusal.codes:
                        raise self._told(refusal) from refusal
                    place = await self._begin(agent, feed, place)

    async def _follow(self, agent: Agent, feed: Feed, place: Place) -> Place:
        """Take what the buffer has from a place on; where to go on once the answer ends, which that of a stream never does by itself."""
        async with aclosing(agent.samples(place.next)) as documents:
            async for document in documents:
                found = await self._read(document, feed, place)
                if found.header.instance != place.instance:
                    raise _NewInstance
                self._stands(feed)
                idle = found.header.next == place.next
                place = await self._take(found, feed, place)
                if idle and not self._asking.stream:
                    await asyncio.sleep(self._asking.interval_ms / 1000)
        return place

    async def _take(self, found: Streams, feed: Feed, place: Place) -> Place:
        """Hand over what is new in a document. One that only says that the agent lives is not worth a write."""
        new = [one for one in found.said if one.line >= place.next or not one.line]
        if not found.said and found.header.next == place.next:
            return place
        following = replace(place, next=max(place.next, found.header.next))
        await self._deliver(new, feed, following, duplicate=len(found.said) - len(new))
        return following

    async def _begin(self, agent: Agent, feed: Feed, place: Place | None) -> Place:
        """Take the present values: at the very first, or after a gap (``place`` is where it began)."""
        try:
            found = await self._read(await agent.document("current"), feed, place)
        except Refusal as refusal:
            raise self._told(refusal) from refusal
        self._stands(feed)
        head, marks, last_us = found.header, list[Spoken](), feed.last_us
        if place is not None:
            feed.count("gap")
            marks = unknown(self._source.signals, last_us + 1) if last_us else []
        now_us = max(head.made_us, last_us + 2)
        since_us = place.since_us if place else head.made_us
        # In the same buffer, what lies before the place was delivered before: it is only said again from now on.
        before = place.next if place and place.instance == head.instance else 0
        mapped = self._source.signals
        known = [one for one in found.said if 0 < one.line < before]
        again = [one for one in beginning(known, mapped, since_us=since_us, now_us=now_us, last_us=now_us) if isinstance(one, Spoken) and one.time_us == now_us]
        fresh = beginning([one for one in found.said if not 0 < one.line < before], mapped, since_us=since_us, now_us=now_us, last_us=last_us)
        following = Place(head.instance, head.next, since_us)
        await self._deliver([*marks, *fresh, *again], feed, following, duplicate=len(known))
        return following

    def _stands(self, feed: Feed) -> None:
        if not self._connected:
            feed.count("connected")
            self._connected = True

    async def _read(self, document: bytes, feed: Feed, place: Place | None) -> Streams:
        """A streams document; one that is broken is counted, and kept with its reason."""
        try:
            found = streams(document, self._threes)
        except NotADocument as error:
            feed.count("rejected_message")
            await self._deliver([_broken(document, str(error))], feed, place)
            raise ConnectionError(f"not a document of an agent: {error}") from error
        if not found.broken:
            return found
        feed.count("rejected_message")
        return replace(found, said=(*found.said, _broken(document, found.broken)))

    async def _deliver(self, said: Sequence[Spoken | Unread], feed: Feed, place: Place | None, duplicate: int = 0) -> None:
        taken = [one for one in said if isinstance(one, Unread) or one.address not in self._source.ignored]
        delivery = gathered(self._source.name, taken, self._source.signals, position=str(place or ""), lines=1)
        await feed.deliver(replace(delivery, duplicate=duplicate))

    def _told(self, refusal: Refusal) -> Exception:
        """A refusal as what it means for the source: never, or not now."""
        if not refusal.codes & HOPELESS:
            return ConnectionError(f"the agent refuses: {refusal}")
        return InputError(Text(f"代理拒绝请求：{refusal}", f"the agent refuses: {refusal}"), where=self._source.name)


def _broken(document: bytes, why: str) -> Unread:
    return Unread(0, f"not well formed: {why}", document[:SHOWN].decode("utf-8", "replace"))
