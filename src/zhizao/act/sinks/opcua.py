"""Set points written to an OPC UA server: in the type its variable has, its status checked, and read back.

Source: IEC 62541-4 (Write, Read, status codes).
"""

from __future__ import annotations

import asyncio
import logging
import math
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlsplit

from asyncua import Client, Node, ua
from asyncua.ua.ua_binary import variant_to_binary

from zhizao.act.contract import Destination, Lost, NotSent, Outgoing, Word
from zhizao.act.secrets import secret
from zhizao.errors import InputError
from zhizao.model.text import Text

T = TypeVar("T")
TIMEOUT_S = 5.0
"""How long one answer may take."""
WHOLE_S = 12.0
"""How long it may take in all, with finding the node and its type."""
WHOLE = ("SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64")
UNSURE = ("BadTimeout", "BadRequestTimeout", "BadCommunicationError", "BadConnectionClosed", "BadSecureChannelClosed", "BadShutdown", "BadUnexpectedError", "BadOutOfService")
"""Answers to a write that do not say that nothing was written: a server in front of a controller gives them when that is silent."""

logging.getLogger("asyncua").setLevel(logging.CRITICAL)


class OpcUa:
    """One server; each call is a session of its own, so that nothing is held open between two set points."""

    reads_back = True

    def __init__(self, destination: Destination) -> None:
        url = urlsplit(destination.url)
        if not url.hostname or not url.port or url.password:
            what = Text("网址须写作 opc.tcp://HOST:PORT/PATH，且不含密码", "the URL is to be opc.tcp://HOST:PORT/PATH without a password")
            raise InputError(what, where=destination.name)
        self._to = destination
        self._password = secret(destination, "password") if "user" in destination.options else ""

    def send(self, what: Outgoing) -> str:
        """See the contract."""
        return self._run(lambda client: self._write(client, what), NotSent)

    def read(self, what: Outgoing) -> Word | None:
        """See the contract."""
        return self._run(lambda client: _read(client, what.address), OSError)

    def _run(self, do: Callable[[Client], Awaitable[T]], unreached: type[Exception]) -> T:
        """Do something in a session. Before it is there nothing has left, whatever went wrong."""

        async def whole() -> T:
            async with self._connected(unreached) as client, asyncio.timeout(WHOLE_S):
                return await do(client)

        return asyncio.run(whole())

    @asynccontextmanager
    async def _connected(self, unreached: type[Exception]) -> AsyncIterator[Client]:
        try:
            client = await self._client()
            await client.connect()
        except (OSError, ua.UaError, TimeoutError) as error:
            raise _unreached(unreached, error) from error
        try:
            yield client
        finally:
            with suppress(Exception):
                async with asyncio.timeout(TIMEOUT_S):
                    await client.disconnect()

    async def _client(self) -> Client:
        options, client = self._to.options, Client(self._to.url, timeout=TIMEOUT_S)
        if "application_uri" in options:
            client.application_uri = str(options["application_uri"])
        if "user" in options:
            client.set_user(str(options["user"]))
            client.set_password(self._password)
        if "security" in options:
            files = [str(options[name]) for name in ("certificate", "private_key", "server_certificate") if name in options]
            await client.set_security_string(",".join([str(options["security"]), *files]))
        return client

    async def _write(self, client: Client, what: Outgoing) -> str:
        try:
            node = await _node(client, what.address)
            if await node.read_value_rank() >= 0:  # some servers would put one number in the place of a whole array
                raise NotSent(Text("变量是数组，不能写单个值", "the variable is an array, which one value would replace"))
            kind = await node.read_data_type_as_variant_type()
            request = _request(node, ua.Variant(_typed(what.value, kind), kind))
        except (OSError, ua.UaError, TimeoutError, struct.error) as error:
            raise _unreached(NotSent, error) from error
        try:
            [status] = await client.uaclient.session.write(request)
        except Exception as error:  # from here on it may have arrived
            raise Lost(f"{type(error).__name__}: {error}") from error
        if status.is_good():
            return str(status.name)
        if status.name in UNSURE or status.is_uncertain():
            raise Lost(status.name)
        raise NotSent(Text(f"服务器拒绝：{status.name}", f"the server refuses: {status.name}"))


def _request(node: Node, value: ua.Variant) -> ua.WriteParameters:
    """What is sent. It is encoded once for trial: a value its type cannot hold must show before anything leaves.

    Raises:
        struct.error: the type cannot hold the value.
    """
    variant_to_binary(value)
    return ua.WriteParameters(NodesToWrite=[ua.WriteValue(NodeId=node.nodeid, AttributeId=ua.AttributeIds.Value, Value=ua.DataValue(value))])


async def _read(client: Client, address: str) -> Word | None:
    node = await _node(client, address)
    found: Any = await node.read_value()
    if isinstance(found, bool):
        return Decimal(int(found))
    if isinstance(found, int | float):
        return Decimal(repr(found)) if math.isfinite(found) else None
    return found if isinstance(found, str) else None


async def _node(client: Client, address: str) -> Node:
    """The node of an address, whose namespace may be named by its URI.

    Raises:
        NotSent: the server has no such namespace.
    """
    head, _, rest = address.partition(";")
    if head.startswith("nsu="):
        uri, known = head[4:].replace("%3B", ";").replace("%25", "%"), await client.get_namespace_array()
        if uri not in known:
            raise NotSent(Text(f"服务器没有命名空间 {uri}", f"the server has no namespace {uri}"))
        address = f"ns={known.index(uri)};{rest}"
    return client.get_node(address)


def _typed(value: Word, kind: ua.VariantType) -> Any:
    """A value in the type of a variable.

    Raises:
        NotSent: the type cannot hold it.

    Example:
        >>> _typed(Decimal("2.5"), ua.VariantType.Double), _typed(Decimal(3), ua.VariantType.UInt16), _typed(Decimal(1), ua.VariantType.Boolean)
        (2.5, 3, True)
        >>> _typed(Decimal("1.1E+2"), ua.VariantType.String)
        '110'
    """
    name = kind.name
    if name == "String":
        return value if isinstance(value, str) else f"{value:f}"
    if isinstance(value, Decimal) and name in ("Double", "Float"):
        return float(value)
    if isinstance(value, Decimal) and name in WHOLE and value == int(value):
        return int(value)
    if isinstance(value, Decimal) and name == "Boolean" and value in (0, 1):
        return bool(value)
    raise NotSent(Text(f"{name} 不能取值 {value}", f"a variable of type {name} cannot be {value}"))


def _unreached(kind: type[Exception], error: Exception) -> Exception:
    said = str(error) or type(error).__name__
    return NotSent(Text(f"无法连接（{said}）", f"it cannot be reached ({said})")) if kind is NotSent else ConnectionError(said)
