"""OPC UA as a source: subscriptions that outlive a broken link, history for what was said meanwhile, and what the server says of itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from asyncua import Client, ua

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.connectors.opcua.browse import described
from zhizao.sense.connectors.opcua.history import missed
from zhizao.sense.connectors.opcua.items import Item, looked_up, unplaced
from zhizao.sense.connectors.opcua.listener import Listener, at
from zhizao.sense.connectors.opcua.position import Position, fingerprint
from zhizao.sense.connectors.opcua.reading import read, time_us
from zhizao.sense.connectors.opcua.session import attributes, connected
from zhizao.sense.connectors.opcua.settings import TIMEOUT_S, Settings
from zhizao.sense.connectors.opcua.subscription import CannotResume, Kept, made, resumed, watched
from zhizao.sense.contract import Clock, Feed, Promise
from zhizao.sense.source import Description, Source
from zhizao.sense.spoken import Unread


class OpcUa:
    """Reads one server; see ``Settings`` for the options.

    With a user or a secured link nothing is lost for as long as the server keeps the subscription (``keep``). The standard lets nobody take over
    that of an anonymous client on a plain link: there only what has a history is fetched afterwards, and the rest is marked.
    """

    def __init__(self, source: Source, clock: Clock) -> None:
        self._source, self._clock, self._settings = source, clock, Settings.of(source)
        self.promise = Promise(
            delivery="exactly_once" if self._settings.outlives else "at_most_once",
            duplicate_key=Text(
                "订阅号与消息序号；历史数据按节点与源时间戳",
                "the subscription and the number of its message; of history, the node and the time stamp of the source",
            ),
            describes_itself=True,
            backfills=True,
            encrypts=True,
            marks_loss=True,
        )

    async def describe(self) -> Description:
        """See the contract."""
        async with connected(self._settings) as client:
            try:
                return await described(client)
            except ua.UaError as error:
                raise ConnectionError(str(error)) from error

    async def run(self, feed: Feed) -> None:
        """See the contract. Ends only by an error or by being cancelled."""
        addresses = sorted(self._source.signals)
        if not addresses:
            cure = Text("先运行 zhizao connect，或写入 signals", "run zhizao connect first, or write its signals")
            raise InputError(Text("没有要读取的信号", "there is no signal to read"), where=self._source.name, cure=cure)
        async with connected(self._settings) as client:
            feed.count("connected")
            try:
                items = await looked_up(client, addresses)
                listener = Listener(self._source, feed, self._clock, items, Position.parsed(feed.position), feed.last_us or self._clock())
                client.connection_lost_callback = listener.lost
                subscription, silence_s = await listener.unless_broken(self._begun(client, listener, fingerprint(addresses)))
            except ua.UaError as error:
                raise ConnectionError(str(error)) from error
            ahead = asyncio.create_task(subscription.ask_ahead())
            try:
                await listener.unless_broken(listener.listen(2 * silence_s + TIMEOUT_S))
            except Exception:
                await listener.end()
                raise
            finally:
                ahead.cancel()

    async def _begun(self, client: Client, listener: Listener, items: int) -> tuple[Kept, float]:
        """Go on with the subscription of an earlier session, or begin anew; the seconds between two signs of life."""
        listener.ready.set()
        if self._settings.outlives and listener.position.subscription and listener.position.items == items:
            try:
                return await self._resumed(client, listener)
            except CannotResume:
                listener.feed.count("gap")
        listener.ready.clear()
        listener.fresh = set(range(len(listener.items)))
        subscription, silence_s = await made(client, self._settings, listener.take)
        refused = unplaced(listener.items) | await watched(subscription, self._settings, listener.items)
        listener.fresh -= refused.keys()
        listener.position = replace(listener.position, subscription=subscription.subscription_id or 0, sequence=0, items=items)
        await _caught_up(client, listener)
        if refused:
            unread = [Unread(0, why, listener.items[number].address) for number, why in refused.items()]
            await listener.deliver(unread, listener.position)
        listener.ready.set()
        return subscription, silence_s

    async def _resumed(self, client: Client, listener: Listener) -> tuple[Kept, float]:
        """Take over the old subscription; what holds since before the link was lost is said again, so that the mark ends there."""
        position = listener.position
        subscription = await resumed(client, position.subscription, position.sequence, listener.take)
        if position.lost_us:
            await _restated(client, listener, position.lost_us)
        listener.feed.count("reconnected")
        # The server does not tell again how often it speaks; what was asked for is what it mostly grants.
        return subscription, max(self._settings.every_s, 1.0) * 10


async def _caught_up(client: Client, listener: Listener) -> None:
    """What the server kept of the time since the log ends; where it kept nothing, nothing is known of that time."""
    if not listener.feed.last_us:
        return
    silent = [n for n, item in enumerate(listener.items) if not await _history(client, listener, n, item)]
    if silent and not listener.position.lost_us:
        await listener.go_stale(silent, listener.begun_us + 1, listener.position)


async def _history(client: Client, listener: Listener, number: int, item: Item) -> bool:
    since = listener.position.seen.get(item.address)
    if not item.historic or since is None or item.node is None:
        return False
    try:
        async for values in missed(client, item.node, since):
            said = [one for value in values for one in read(number, item.address, value, time_us(value, 0), item.labels)]
            await listener.deliver(said, listener.seen({number: values}), lines=1)
    except ua.UaError:
        seen = {address: at for address, at in listener.position.seen.items() if address != item.address}
        listener.position = replace(listener.position, seen=seen)
        return False
    listener.caught_up[number] = listener.position.seen[item.address]
    return True


async def _restated(client: Client, listener: Listener, lost_us: int) -> None:
    items = [item for item in listener.items if item.node is not None]
    values = await attributes(client, [item.node for item in items if item.node], ua.AttributeIds.Value)
    unchanged = [(item, value) for item, value in zip(items, values, strict=True) if time_us(value, lost_us) <= lost_us]
    said = [at(lost_us + 1, one) for item, value in unchanged for one in read(0, item.address, value, lost_us, item.labels)]
    await listener.deliver(said, replace(listener.position, lost_us=0))
