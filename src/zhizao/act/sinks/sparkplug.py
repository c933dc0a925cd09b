"""Set points as commands of Sparkplug B (DCMD; NCMD for an edge node itself), read back from the birth that an edge node is asked for.

A birth states the name, alias, type and present value of every metric, so one question serves all: what a metric is, and what it stands at.

Source: Eclipse Sparkplug 3.0, sections 5 and 6; the wire format is that of protobuf (package org.eclipse.tahu.protobuf).
"""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from queue import Empty, SimpleQueue
from secrets import token_hex
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from zhizao.act.contract import Destination, Lost, NotSent, Outgoing, Word
from zhizao.act.secrets import secret
from zhizao.errors import InputError
from zhizao.model.text import Text

BIRTH_S, ANSWER_S = 5.0, 5.0
"""How long a birth, and an answer of the broker, is waited for."""
SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
UNSIGNED = {5: 8, 6: 16, 7: 32, 8: 64}
FLOAT, DOUBLE, BOOLEAN, STRINGS = 9, 10, 11, (12, 14)
REBIRTH = "Node Control/Rebirth"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as a message has it: its type as Sparkplug numbers them, its value None where it has none."""

    name: str
    kind: int = 0
    alias: int | None = None
    value: Word | None = None


class Sparkplug:
    """One group at a broker, ``sparkplug://HOST:PORT/GROUP``; an address is ``EDGE[/DEVICE]/METRIC``, as in the source's signals."""

    reads_back = True

    def __init__(self, destination: Destination) -> None:
        url = urlsplit(destination.url)
        self._group, self._secure = unquote(url.path.strip("/")), destination.scheme.endswith("s")
        if not url.hostname or not self._group:
            what = Text("网址须写作 sparkplug://HOST:PORT/GROUP", "the URL is to be sparkplug://HOST:PORT/GROUP")
            raise InputError(what, where=destination.name)
        self._host, self._port = url.hostname, url.port or (8883 if self._secure else 1883)
        self._user = str(destination.options.get("user", "") or unquote(url.username or ""))
        named = "password_env" in destination.options or "password_file" in destination.options
        self._password = secret(destination, "password") if named else unquote(url.password or "")
        self._ca = str(destination.options["ca"]) if "ca" in destination.options else None

    def send(self, what: Outgoing) -> str:
        """See the contract."""
        with self._joined(NotSent) as link:
            speaker, metric = link.born(what.address)
            if metric is None:
                raise NotSent(Text(f"没有听到 {what.address} 的出生报文", f"no birth told of {what.address}"))
            command = encoded([(Metric(metric.name, metric.kind, metric.alias, what.value))], link.now_ms())
            kind = "DCMD" if "/" in speaker else "NCMD"
            link.publish(f"spBv1.0/{self._group}/{kind}/{speaker}", command)
        return f"{kind} {speaker}"

    def read(self, what: Outgoing) -> Word | None:
        """See the contract."""
        with self._joined(ConnectionError) as link:
            _, metric = link.born(what.address)
        return metric.value if metric is not None else None

    @contextmanager
    def _joined(self, unreached: type[Exception]) -> Iterator[_Link]:
        client = Client(CallbackAPIVersion.VERSION2, f"zhizao-act-{token_hex(6)}", reconnect_on_failure=False)
        client.username_pw_set(self._user, self._password or None) if self._user else None
        client.tls_set(ca_certs=self._ca) if self._secure else None
        link = _Link(client, self._group)
        try:
            try:
                client.connect(self._host, self._port)
                client.loop_start()
                link.subscribe()
            except (OSError, ValueError, Empty) as error:
                said = Text(f"无法连接消息服务器（{type(error).__name__}）", f"the broker cannot be reached ({type(error).__name__})")
                raise NotSent(said) if unreached is NotSent else ConnectionError(said.en) from error
            yield link
        finally:
            client.disconnect()
            client.loop_stop()


class _Link:
    """One connection: births come in, commands go out."""

    def __init__(self, client: Client, group: str) -> None:
        self._client, self._group = client, group
        self._births: SimpleQueue[MQTTMessage] = SimpleQueue()
        self._granted: SimpleQueue[int] = SimpleQueue()
        client.on_message = lambda _client, _data, message: self._births.put(message)
        client.on_subscribe = lambda _client, _data, mid, _codes, _properties: self._granted.put(mid)

    def subscribe(self) -> None:
        """Hear the births of the group.

        Raises:
            Empty: the broker does not answer.
        """
        self._client.subscribe([(f"spBv1.0/{self._group}/{kind}/#", 1) for kind in ("NBIRTH", "DBIRTH")])
        self._granted.get(timeout=ANSWER_S)

    def born(self, address: str) -> tuple[str, Metric | None]:
        """Ask the edge node of an address to be born again, and hear who speaks of it; None where nobody does in time."""
        edge, until = address.partition("/")[0], time.monotonic() + BIRTH_S
        self.publish(f"spBv1.0/{self._group}/NCMD/{edge}", encoded([Metric(REBIRTH, BOOLEAN, None, Decimal(1))], self.now_ms()))
        while (left := until - time.monotonic()) > 0:
            try:
                message = self._births.get(timeout=left)
            except Empty:
                break
            speaker = message.topic.split("/", 3)[3]
            if not message.retain and address.startswith(f"{speaker}/") and (found := _named(bytes(message.payload), address.removeprefix(f"{speaker}/"))):
                return speaker, found
        return edge, None

    def publish(self, topic: str, payload: bytes) -> None:
        """Put a command on the wire, and wait for the broker to have it.

        Raises:
            Lost: the broker does not say that it does.
        """
        told = self._client.publish(topic, payload, qos=1)
        try:
            told.wait_for_publish(ANSWER_S)
        except (RuntimeError, ValueError) as error:
            raise Lost(type(error).__name__) from error
        if not told.is_published():
            raise Lost("the broker does not answer")

    def now_ms(self) -> int:
        """The time that a message carries."""
        return time.time_ns() // 1_000_000


def _named(payload: bytes, name: str) -> Metric | None:
    return next((one for one in decoded(payload) if one.name == name), None)


def encoded(metrics: list[Metric], now_ms: int) -> bytes:
    """A payload of metrics.

    Raises:
        NotSent: the type of a metric cannot hold its value.

    Example:
        >>> decoded(encoded([Metric("Speed", 3, 7, Decimal(-5)), Metric("T", 10, None, Decimal("21.5"))], 0))
        [Metric(name='Speed', kind=3, alias=7, value=Decimal('-5')), Metric(name='T', kind=10, alias=None, value=Decimal('21.5'))]
    """
    return _whole(1, now_ms) + b"".join(_bytes(2, _metric(one, now_ms)) for one in metrics)


def decoded(payload: bytes) -> list[Metric]:
    """The metrics of a payload; none where it is no payload."""
    try:
        return [_read(raw) for number, raw in _fields(payload) if number == 2 and isinstance(raw, bytes)]
    except (IndexError, struct.error, UnicodeDecodeError):
        return []


def _metric(one: Metric, now_ms: int) -> bytes:
    alias = b"" if one.alias is None else _whole(2, one.alias)
    return _bytes(1, one.name.encode()) + alias + _whole(3, now_ms) + _whole(4, one.kind) + _value(one)


def _value(one: Metric) -> bytes:
    value, bits = one.value, {**SIGNED, **UNSIGNED}.get(one.kind)
    if isinstance(value, str) and one.kind in STRINGS:
        return _bytes(15, value.encode())
    if isinstance(value, Decimal):
        if one.kind == DOUBLE:
            return _key(13, 1) + struct.pack("<d", float(value))
        if one.kind == FLOAT:
            return _key(12, 5) + struct.pack("<f", float(value))
        if one.kind == BOOLEAN and value in (0, 1):
            return _whole(14, int(value))
        low = -(1 << (bits - 1)) if bits and one.kind in SIGNED else 0
        if bits and value == int(value) and low <= value < low + (1 << bits):
            return _whole(11 if bits == 64 else 10, int(value) % (1 << max(bits, 32)))
    raise NotSent(Text(f"指标 {one.name}（类型 {one.kind}）不能取值 {value}", f"the metric {one.name} (type {one.kind}) cannot be {value}"))


def _read(raw: bytes) -> Metric:
    found = dict(_fields(raw))
    kind, alias, name = found.get(4, 0), found.get(2), found.get(1, b"")
    assert isinstance(kind, int) and isinstance(name, bytes)
    return Metric(name.decode(), kind, alias if isinstance(alias, int) else None, _word(found, kind))


def _word(found: dict[int, int | bytes], kind: int) -> Word | None:
    for number, form in ((12, "<f"), (13, "<d")):
        if isinstance(raw := found.get(number), bytes):
            return Decimal(repr(struct.unpack(form, raw)[0]))
    if isinstance(text := found.get(15), bytes):
        return text.decode()
    whole = next((found[n] for n in (10, 11, 14) if n in found), None)
    if not isinstance(whole, int):
        return None
    bits = SIGNED.get(kind, 0)
    whole = whole % (1 << bits) if bits else whole
    return Decimal(whole - (1 << bits) if bits and whole >= 1 << (bits - 1) else whole)


def _key(number: int, wire: int) -> bytes:
    return _varint(number << 3 | wire)


def _whole(number: int, value: int) -> bytes:
    return _key(number, 0) + _varint(value)


def _bytes(number: int, value: bytes) -> bytes:
    return _key(number, 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message by number: whole numbers, and the bytes of all else."""
    at = 0
    while at < len(raw):
        key, at = _take(raw, at)
        wire = key & 7
        if wire == 0:
            value, at = _take(raw, at)
            yield key >> 3, value
            continue
        size, at = (8, at) if wire == 1 else (4, at) if wire == 5 else _take(raw, at)
        if at + size > len(raw):
            raise IndexError("cut short")
        yield key >> 3, raw[at : at + size]
        at += size


def _take(raw: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while raw[at] & 0x80:
        value |= (raw[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return value | raw[at] << shift, at + 1
