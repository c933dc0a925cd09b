"""A subscription whose messages are acknowledged only once the log has them, and which outlives its client.

Source: IEC 62541-4, 5.13 and 5.14. The server keeps what is not acknowledged; a session that comes later takes the subscription over,
asks for the messages it has not seen, and goes on where the log ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from asyncua import Client, ua
from asyncua.common.subscription import Subscription

from zhizao.sense.connectors.opcua.items import Item
from zhizao.sense.connectors.opcua.session import CHUNK
from zhizao.sense.connectors.opcua.settings import ORPHAN_S, Settings

Taking = Callable[[ua.NotificationMessage], Awaitable[None]]
QUIET_S = 5.0
"""A server that has nothing to say says so this often."""


class CannotResume(Exception):
    """The server no longer has the subscription, or not all of its messages."""


class Kept(Subscription):  # type: ignore[misc]
    """The library's subscription, but for its messages: each is taken to its end before the next is asked for."""

    def __init__(self, client: Client, parameters: ua.CreateSubscriptionParameters, take: Taking) -> None:
        super().__init__(client.uaclient.session, parameters)
        self._take = take

    async def publish_callback(self, publish_result: ua.PublishResult) -> None:
        """Called by the library with every message; it acknowledges the message when this returns."""
        message = publish_result.NotificationMessage
        await self._take(message)
        if message.NotificationData:
            self.last_sequence_number = int(message.SequenceNumber)

    async def ask_ahead(self) -> None:
        """Keep one more request with the server than the library does, so that a message is under way while the one before it is made durable.

        Ends with the session; what happened to it is told by the library.
        """
        taken: list[ua.SubscriptionAcknowledgement] = []
        with suppress(ua.UaError, OSError):
            while True:
                told = (await self.server.publish(taken)).Parameters
                await self.publish_callback(told)
                held = told.NotificationMessage
                taken = [ua.SubscriptionAcknowledgement(told.SubscriptionId, held.SequenceNumber)] if held.NotificationData else []

    async def recreate(self) -> None:
        """Called by the library where the old subscription cannot be had any more."""
        raise CannotResume


async def made(client: Client, settings: Settings, take: Taking) -> tuple[Kept, float]:
    """A new subscription, and after how many seconds of silence it is broken. It reads nothing yet."""
    every_s = max(settings.every_s, 0.001)
    quiet = max(1, round(QUIET_S / every_s))
    keep_s = settings.keep_s if settings.outlives else ORPHAN_S
    asked = ua.CreateSubscriptionParameters(
        RequestedPublishingInterval=settings.every_s * 1000,
        RequestedLifetimeCount=max(3 * quiet, round(keep_s / every_s)),
        RequestedMaxKeepAliveCount=quiet,
        MaxNotificationsPerPublish=0,
        PublishingEnabled=True,
        Priority=0,
    )
    subscription = Kept(client, asked, take)
    revised = await subscription.init()
    return subscription, revised.RevisedPublishingInterval * max(1, revised.RevisedMaxKeepAliveCount) / 1000


async def resumed(client: Client, number: int, sequence: int, take: Taking) -> Kept:
    """Take over a subscription that another session left; its messages after ``sequence`` follow.

    Raises:
        CannotResume: it is gone, or not every message after that one is left.
    """
    subscription = Kept(client, ua.CreateSubscriptionParameters(), take)
    subscription.subscription_id, subscription.last_sequence_number = number, sequence
    await subscription.restore()
    client.uaclient.session.ensure_publish_loop()
    return subscription


async def watched(subscription: Kept, settings: Settings, items: Sequence[Item]) -> dict[int, str]:
    """Have the server watch every item; the numbers of those it refuses, and why."""
    asked = [(number, item) for number, item in enumerate(items) if item.node is not None]
    refused: dict[int, str] = {}
    for first in range(0, len(asked), CHUNK):
        chunk = asked[first : first + CHUNK]
        answers = await subscription.create_monitored_items([_asked(number, item, settings) for number, item in chunk])
        refused |= {number: answer.name for (number, _), answer in zip(chunk, answers, strict=True) if isinstance(answer, ua.StatusCode)}
    return refused


def _asked(number: int, item: Item, settings: Settings) -> ua.MonitoredItemCreateRequest:
    # The oldest values stay where the queue is full: the stretch up to the loss is whole, and the value after it carries the overflow bit.
    parameters = ua.MonitoringParameters(
        ClientHandle=number, SamplingInterval=settings.sampling_s * 1000, QueueSize=settings.queue, DiscardOldest=False
    )
    value = ua.ReadValueId(NodeId=item.node, AttributeId=ua.AttributeIds.Value)
    return ua.MonitoredItemCreateRequest(ItemToMonitor=value, MonitoringMode=ua.MonitoringMode.Reporting, RequestedParameters=parameters)

