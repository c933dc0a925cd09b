"""From the messages of a subscription to deliveries: what one session hears."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from asyncua import ua

from zhizao.sense.connectors.opcua.items import Item
from zhizao.sense.connectors.opcua.position import Position, following
from zhizao.sense.connectors.opcua.reading import microseconds, overflowed, read, time_us
from zhizao.sense.contract import Clock, Feed
from zhizao.sense.gather import gathered
from zhizao.sense.source import Source
from zhizao.sense.spoken import Spoken, Unread

Said = Spoken | Unread
Result = TypeVar("Result")


@dataclass(eq=False)
class Listener:
    """Takes messages and delivers what they say, with the position after them.

    ``position`` is where the log stands; ``begun_us`` the time before which nothing is news: that of the newest value in the log, or when the
    very first session began. ``fresh`` are the items whose first value is still to come: it is what the server has, be it old or new.
    """

    source: Source
    feed: Feed
    clock: Clock
    items: Sequence[Item]
    position: Position
    begun_us: int
    fresh: set[int] = field(default_factory=set)
    caught_up: dict[int, int] = field(default_factory=dict)
    """Items whose history was read, and up to when; an entry goes with the first newer value."""
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    busy: bool = False
    restating: bool = False
    """Whether the mark of a lost link is still to be taken back, from what did not change meanwhile."""
    _newest: dict[int, int] = field(default_factory=dict)
    _restated: dict[int, int] = field(default_factory=dict)
    """Items that were said to be as they are at the server's own time, and that time, until they speak of a later one."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _broken: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def __post_init__(self) -> None:
        self._heard_before, self._heard_us = self.feed.last_us > 0, self.clock()
        self._broken.add_done_callback(lambda broken: broken.exception())  # it may break when nobody waits any more

    async def take(self, message: ua.NotificationMessage) -> None:
        """Durable when it returns, so that the message may be acknowledged.

        What fails here breaks the session: it never returns then, since the library would acknowledge what it was told of.
        """
        try:
            self.busy = True
            await self.ready.wait()
            async with self._turn:
                await self._taken(message)
                self._heard_us = self.clock()
        except Exception as error:
            if not self._broken.done():
                self._broken.set_exception(error)
            await asyncio.Future()
        finally:
            self.busy = False
        self.heard.set()

    async def unless_broken(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something for as long as the session stands.

        Raises:
            OSError: it broke meanwhile.
        """
        doing = asyncio.ensure_future(work)
        either: set[asyncio.Future[Any]] = {doing, self._broken}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                self._broken.result()
            return doing.result()
        finally:
            doing.cancel()

    async def listen(self, silence_s: float) -> None:
        """Go on until the server has been silent for longer than it said it would be.

        Raises:
            TimeoutError: it has.
        """
        while True:
            self.heard.clear()
            try:
                async with asyncio.timeout(silence_s):
                    await self.heard.wait()
            except TimeoutError as error:
                if not self.busy:
                    raise TimeoutError(f"the server has been silent for {silence_s:.0f} s") from error

    async def lost(self, error: Exception) -> None:
        """Called when the link broke."""
        if not self._broken.done():
            self._broken.set_exception(ConnectionError(str(error) or "the link broke"))

    async def deliver(self, said: Iterable[Said], position: Position, *, lines: int = 0, duplicate: int = 0) -> None:
        """Hand over, and stand at the new position afterwards."""
        delivery = gathered(self.source.name, said, self.source.signals, position=str(position), lines=lines)
        await self.feed.deliver(replace(delivery, duplicate=duplicate))
        self.position = position

    async def go_stale(self, numbers: Iterable[int], at_us: int, position: Position) -> None:
        """Nothing is known of these items since a time."""
        marks = [Spoken(0, self.items[number].address, at_us, quality="stale") for number in numbers]
        self.feed.count("stale", len(marks))
        await self.deliver(marks, position)

    async def restate(self, said: Iterable[Said]) -> None:
        """What did not change while the link was lost is said again, right after the mark."""
        async with self._turn:
            self.restating = False
            await self.deliver(said, replace(self.position, lost_us=0))

    async def end(self) -> None:
        """The link is lost: nothing is known since it was last heard from."""
        async with self._turn:  # what is being delivered comes first
            known = range(len(self.items)) if self._heard_before else sorted(self._newest)
            at = max(self._heard_us, self.feed.last_us + 1)
            await self.go_stale(known, at, replace(self.position, lost_us=at))

    def seen(self, values: Mapping[int, Sequence[ua.DataValue]]) -> Position:
        """The position once these values of items are delivered."""
        new = {self.items[n].address: max(time_us(v, 0) for v in said) for n, said in values.items() if said and self.items[n].historic}
        old = self.position.seen
        return replace(self.position, seen={**old, **{a: max(at, old.get(a, 0)) for a, at in new.items()}}) if new else self.position

    async def _taken(self, message: ua.NotificationMessage) -> None:
        changes: list[ua.MonitoredItemNotification] = []
        for told in message.NotificationData or []:
            # The library says so itself where the link broke, with no number.
            if isinstance(told, ua.StatusChangeNotification) and told.Status.value != ua.StatusCodes.GoodSubscriptionTransferred:
                raise ConnectionError(f"the subscription ended: {told.Status.name}")
            changes += getattr(told, "MonitoredItems", [])
        due = following(self.position.sequence)
        if message.SequenceNumber != due:
            self.feed.count("gap")
            raise ConnectionError(f"message {message.SequenceNumber} came where {due} was due")
        if message.NotificationData:
            await self._changed(changes, due)

    async def _changed(self, changes: Sequence[ua.MonitoredItemNotification], line: int) -> None:
        now, said, known = self.clock(), list[Said](), 0
        historic: dict[int, list[ua.DataValue]] = {}
        behind: dict[int, Sequence[Said]] = {}
        for change in changes:
            number, value = change.ClientHandle, change.Value
            item, restated = self.items[number], self._restated.get(change.ClientHandle, 0)
            told = self._told(line, number, item, value, now) if number in self.fresh or number in self.caught_up or overflowed(value) else None
            if told is None:
                told = list(read(line, item.address, value, now, item.labels))
            elif not told:
                known += 1
            said += told
            if time_us(value, now) <= restated:  # its clock is behind the server's: this is what it was at that time
                behind[number] = [at(restated, one) for one in told[-1:]]
            elif restated:
                del self._restated[number]
            if item.historic:
                historic.setdefault(number, []).append(value)
            self._newest[number] = time_us(value, now)
        position = replace(self.seen(historic), sequence=line, lost_us=self.position.lost_us if self.fresh or self.restating else 0)
        await self.deliver(chain(said, *behind.values()), position, lines=1, duplicate=known)

    def _told(self, line: int, number: int, item: Item, value: ua.DataValue, now: int) -> list[Said]:
        """A value that is more, or less, than a change: the first of an item, one that its history had already, one after a loss."""
        if number in self.fresh:
            self.fresh.discard(number)
            return list(self._first(line, number, value, now))
        before = self._lost_before(line, number) if overflowed(value) else []
        if time_us(value, now) <= self.caught_up.get(number, 0):
            return before
        self.caught_up.pop(number, None)
        return [*before, *read(line, item.address, value, now, item.labels)]

    def _first(self, line: int, number: int, value: ua.DataValue, now: int) -> Iterator[Said]:
        """What an item has when it begins to be watched: news, or what has long been so and holds at least from now on."""
        item = self.items[number]
        seen, lost_us = self.position.seen.get(item.address), self.position.lost_us
        told = list(read(line, item.address, value, now, item.labels))
        if time_us(value, now) > (self.begun_us if seen is None else seen):
            yield from told
        elif seen is not None:
            # Its history is whole: it held throughout. Only a mark that the link was lost has to be taken back.
            yield from (at(lost_us + 1, one) for one in told if lost_us)
        else:
            if not self._heard_before:
                yield from (replace(one, quality="stale") for one in told if isinstance(one, Spoken))
            self._restated[number] = max(_server_us(value, now), self.begun_us + 2)
            yield from (at(self._restated[number], one) for one in told)

    def _lost_before(self, line: int, number: int) -> list[Said]:
        """Values before this one are lost: what the last one said is not known to have held."""
        self.feed.count("overflow")
        return [Spoken(line, self.items[number].address, self._newest[number] + 1, quality="stale")] if number in self._newest else []


def at(time_us: int, one: Said) -> Said:
    """The same at another time."""
    return replace(one, time_us=time_us) if isinstance(one, Spoken) else one


def _server_us(value: ua.DataValue, now: int) -> int:
    at: datetime | None = value.ServerTimestamp
    return now if at is None else microseconds(at)


