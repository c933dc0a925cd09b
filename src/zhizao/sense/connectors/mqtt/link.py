"""A link to a broker, read on the event loop: what comes in waits here, within bounds, and the broker is told only when it is safe.

paho keeps the protocol; reading on the loop and not in a thread of its own, because a thread that gives the interpreter away at every packet
waits for it far longer than it reads.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from zhizao.sense.connectors.mqtt.broker import Broker
from zhizao.sense.contract import Clock

KEEPALIVE_S, ANSWER_S, TICK_S = 20, 10.0, 1.0
"""How often the broker is asked whether it lives, how long an answer may take, how often both are looked at."""
WAITING_BYTES, OVERHEAD = 64 << 20, 200
"""What may wait here, counting so much for each message beside its payload; beyond it nothing is read, and the broker has to wait."""
READ_AT_ONCE, TAKEN_AT_ONCE = 500, 2_000
IN_FLIGHT = 20_000
"""Messages a broker may send before the first is acknowledged (MQTT 5; older brokers decide themselves)."""
AHEAD_US = 24 * 3600 * 1_000_000
"""How far after its arrival a message may claim to be true: beyond it a clock is wrong."""
KEPT_S = 7 * 24 * 3600
"""How long the broker keeps what it could not deliver."""


class Heard(NamedTuple):
    """A message, and when it came."""

    topic: str
    payload: bytes
    time_us: int
    retained: bool = False
    mid: int = 0
    qos: int = 0


class Will(NamedTuple):
    """What the broker says in our name when we are gone."""

    topic: str
    payload: bytes


class Link:
    """One connection; a context that is left says goodbye. Once lost it stays lost: ``heard`` gives what came before, then raises."""

    def __init__(self, broker: Broker, client_id: str, clock: Clock, *, will: Will | None = None, keeps: bool = False, version: int = 3) -> None:
        """``keeps``: the broker keeps a session by the client's id, and messages count as delivered only once they are acknowledged here."""
        protocol = MQTTProtocolVersion.MQTTv5 if version == 5 else MQTTProtocolVersion.MQTTv311
        clean = None if version == 5 else not keeps
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, clean, protocol=protocol, reconnect_on_failure=False, manual_ack=keeps)
        self._client.connect_timeout = ANSWER_S
        self._broker, self._clock, self._keeps, self._version = broker, clock, keeps, version
        self._waiting: list[Heard] = []
        self._bytes, self._paused = 0, False
        self.lost = ""
        """Why the link is gone, '' while it stands."""
        self._news = asyncio.Event()
        self._said = 0
        self.last_us = clock()
        """When the broker was last heard, with whatever it said."""
        self.resumed = False
        """Whether the broker had kept a session of ours."""
        self._prepare(will)

    def _prepare(self, will: Will | None) -> None:
        client, broker = self._client, self._broker
        if broker.user:
            client.username_pw_set(broker.user, broker.password)
        if broker.secure:
            client.tls_set_context(ssl.create_default_context(cafile=broker.ca))
        if will:
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.on_connect, client.on_disconnect, client.on_message = self._on_connect, self._on_disconnect, self._on_message
        client.on_subscribe, client.on_publish = self._on_subscribe, self._on_publish

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Any] = self._loop.create_future()
        await asyncio.to_thread(self._connect)
        self._client.on_socket_register_write = self._on_full_socket
        self._client.on_socket_unregister_write = self._on_free_socket
        self._client.on_socket_close = self._on_socket_close
        self._listen()
        self._timer = self._loop.call_later(TICK_S, self._tick)
        try:
            await self._answered()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._timer.cancel()
        self._client.disconnect()
        if sock := self._client.socket():  # the goodbye did not fit into the socket at once
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)

    def _connect(self) -> None:
        properties = None
        if self._version == 5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.ReceiveMaximum = IN_FLIGHT
            properties.SessionExpiryInterval = KEPT_S if self._keeps else 0
        clean: Any = {"clean_start": not self._keeps} if self._version == 5 else {}
        self._client.connect(self._broker.host, self._broker.port, KEEPALIVE_S, properties=properties, **clean)

    async def subscribe(self, *filters: str, qos: int) -> None:
        """Ask for topics.

        Raises:
            PermissionError: the broker gives some of them to nobody like us.
        """
        self._answer = self._loop.create_future()
        if self._version == 5:
            options = SubscribeOptions(qos=qos, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
            self._client.subscribe([(f, options) for f in filters])
        else:
            self._client.subscribe([(f, qos) for f in filters])
        codes: Sequence[ReasonCode] = await self._answered()
        if any(code.is_failure for code in codes):
            raise PermissionError(f"the broker refuses {', '.join(filters)}: {', '.join(map(str, codes))}")

    async def heard(self, within_s: float | None = None) -> list[Heard]:
        """What came, in its order, once anything has; nothing after so many seconds of silence.

        Raises:
            ConnectionError: the link is lost, and everything that came over it was taken.
        """
        if not self._waiting and not self.lost:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), within_s)
            except TimeoutError:
                return []
        if not self._waiting and self.lost:
            raise ConnectionError(self.lost)
        return self._taken()

    def say(self, topic: str, payload: bytes) -> None:
        """Publish, once at most."""
        self._client.publish(topic, payload)

    async def say_surely(self, topic: str, payload: bytes) -> None:
        """Publish for whoever comes, now or later; the broker has it when this returns.

        Raises:
            ConnectionError: the link is lost.
        """
        if self.lost:
            raise ConnectionError(self.lost)
        self._answer = self._loop.create_future()
        self._said = self._client.publish(topic, payload, qos=1, retain=True).mid
        await self._answered()

    def acknowledge(self, messages: Iterable[Heard]) -> None:
        """Tell the broker that messages are safe; a broker that is gone sends them again."""
        if not self.lost:
            for message in messages:
                self._client.ack(message.mid, message.qos)

    def _taken(self) -> list[Heard]:
        taken, self._waiting = self._waiting[:TAKEN_AT_ONCE], self._waiting[TAKEN_AT_ONCE:]
        self._bytes -= sum(len(m.payload) + OVERHEAD for m in taken)
        if self._paused and self._bytes < WAITING_BYTES // 2 and not self.lost:
            self._listen()
        return taken

    async def _answered(self) -> Any:
        return await asyncio.wait_for(self._answer, ANSWER_S)

    def _listen(self) -> None:
        self._paused = False
        sock: Any = self._client.socket()
        self._loop.add_reader(sock, self._read)

    def _read(self) -> None:
        self.last_us = self._clock()
        for _ in range(READ_AT_ONCE):
            before = len(self._waiting)
            self._client.loop_read()
            if len(self._waiting) == before:
                break
        sock: Any = self._client.socket()
        if sock and self._bytes > WAITING_BYTES:
            self._paused = True
            self._loop.remove_reader(sock)
        elif isinstance(sock, ssl.SSLSocket) and sock.pending():  # of what is already decrypted the loop knows nothing
            self._loop.call_soon(self._read)
        if self._waiting or self.lost:
            self._news.set()

    def _tick(self) -> None:
        self._client.loop_misc()
        if not self.lost:
            self._timer = self._loop.call_later(TICK_S, self._tick)

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._waiting.append(Heard(message.topic, bytes(message.payload), self.last_us, message.retain, message.mid, message.qos))
        self._bytes += len(message.payload) + OVERHEAD

    def _on_connect(self, _client: Client, _userdata: object, flags: ConnectFlags, code: ReasonCode, _properties: object = None) -> None:
        self.resumed = flags.session_present
        self._settle(PermissionError(f"the broker refuses: {code}") if code.is_failure else None)

    def _on_subscribe(self, _client: Client, _userdata: object, _mid: int, codes: list[ReasonCode], _properties: object = None) -> None:
        self._settle(None, codes)

    def _on_publish(self, _client: Client, _userdata: object, mid: int, _code: ReasonCode, _properties: object = None) -> None:
        if mid == self._said:
            self._settle(None)

    def _on_disconnect(self, _client: Client, _userdata: object, _flags: DisconnectFlags, code: ReasonCode, _properties: object = None) -> None:
        self.lost = f"the link to {self._broker.host}:{self._broker.port} is lost: {code}"
        self._settle(ConnectionError(self.lost))
        self._news.set()

    def _on_full_socket(self, _client: Client, _userdata: object, sock: Any) -> None:
        self._loop.add_writer(sock, self._client.loop_write)

    def _on_free_socket(self, _client: Client, _userdata: object, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _on_socket_close(self, _client: Client, _userdata: object, sock: Any) -> None:
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)

    def _settle(self, error: Exception | None, answer: object = None) -> None:
        if not self._answer.done():
            if error:
                self._answer.set_exception(error)
            else:
                self._answer.set_result(answer)
