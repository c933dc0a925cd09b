"""A session with a server, and the services that are asked many nodes at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from asyncua import Client, ua
from asyncua.ua import uaerrors

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.sense.connectors.opcua.settings import TIMEOUT_S, Settings

CHUNK = 200
"""Nodes in one request: what every server takes that states no limit of its own."""
UNWELCOME = (
    uaerrors.BadUserAccessDenied, uaerrors.BadIdentityTokenRejected, uaerrors.BadIdentityTokenInvalid, uaerrors.BadSecurityChecksFailed,
    uaerrors.BadSecurityPolicyRejected, uaerrors.BadCertificateUntrusted, uaerrors.BadCertificateUriInvalid,
)  # fmt: skip
"""Answers that stay the same however often one asks."""

# What the library logs is told by exceptions and counted events as well, once, and not line by line on a person's terminal.
logging.getLogger("asyncua").setLevel(logging.CRITICAL)


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Client]:
    """A client with a session. When it ends the server keeps our subscription for a while, where the next session can go on with it.

    Raises:
        InputError: the server will not have us, now or later.
        OSError: it cannot be reached, or does not answer as a server of OPC UA.
    """
    client = await settings.client()
    try:
        await client.connect()
    except UNWELCOME as error:
        cure = Text("检查用户、密码、证书与安全策略", "check user, password, certificate and security policy")
        raise InputError(Text(f"服务器拒绝登录：{error}", f"the server refuses us: {error}"), where=settings.source.name, cure=cure) from error
    except ua.UaError as error:
        raise ConnectionError(str(error)) from error
    try:
        yield client
    finally:
        await asyncio.shield(_left(client, settings))


async def _left(client: Client, settings: Settings) -> None:
    with suppress(Exception):
        async with asyncio.timeout(TIMEOUT_S):
            await client.uaclient.session.close_session(delete_subscriptions=not settings.outlives)
    with suppress(Exception):
        async with asyncio.timeout(TIMEOUT_S):
            await client.disconnect()


async def attributes(client: Client, nodes: Sequence[ua.NodeId], attribute: ua.AttributeIds) -> list[ua.DataValue]:
    """One attribute of many nodes, in their order."""
    found: list[ua.DataValue] = []
    for first in range(0, len(nodes), CHUNK):
        asked = [ua.ReadValueId(NodeId=node, AttributeId=attribute) for node in nodes[first : first + CHUNK]]
        parameters = ua.ReadParameters(TimestampsToReturn=ua.TimestampsToReturn.Both, NodesToRead=asked)
        found += await client.uaclient.session.read(parameters)
    return found


async def properties(client: Client, nodes: Sequence[ua.NodeId], name: str) -> list[ua.NodeId | None]:
    """The property of that name of each node, None where it has none."""
    found: list[ua.NodeId | None] = []
    has = ua.NodeId(ua.ObjectIds.HasProperty)
    element = ua.RelativePathElement(ReferenceTypeId=has, IsInverse=False, IncludeSubtypes=True, TargetName=ua.QualifiedName(name, 0))
    for first in range(0, len(nodes), CHUNK):
        paths = [ua.BrowsePath(node, ua.RelativePath([element])) for node in nodes[first : first + CHUNK]]
        answers = await client.uaclient.session.translate_browsepaths_to_nodeids(paths)
        found += [answer.Targets[0].TargetId if answer.StatusCode.is_good() and answer.Targets else None for answer in answers]
    return found


def content(said: ua.DataValue) -> object:
    """What a good answer holds, otherwise None."""
    good = said.StatusCode is None or said.StatusCode.is_good()
    return said.Value.Value if good and said.Value is not None else None
