"""What is read from a server: each address with its node, the names of its numbers, and whether its history is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asyncua import Client, ua

from zhizao.sense.connectors.opcua.address import node_of
from zhizao.sense.connectors.opcua.reading import Labels
from zhizao.sense.connectors.opcua.session import attributes, content, properties

HISTORY_READ = 4
"""The bit of an access level that lets its history be read."""
BUILT_IN = 29
"""Data types of the standard's own up to this id are no enumerations; 29 is the root of all that are."""


@dataclass(frozen=True, slots=True)
class Item:
    """One address of a server; ``node`` is None where the server can have none of that name."""

    address: str
    node: ua.NodeId | None
    labels: Labels | None = None
    historic: bool = False


async def looked_up(client: Client, addresses: Sequence[str]) -> list[Item]:
    """Ask the server about addresses, many at a time."""
    namespaces = await client.get_namespace_array()
    named = {address: node for address in addresses if (node := node_of(address, namespaces)) is not None}
    nodes = list(named.values())
    access = await attributes(client, nodes, ua.AttributeIds.AccessLevel)
    historic = {node for node, said in zip(nodes, access, strict=True) if (level := content(said)) is not None and int(str(level)) & HISTORY_READ}
    labels = await _labels(client, nodes)
    return [Item(a, node, labels.get(node), node in historic) if (node := named.get(a)) else Item(a, None) for a in addresses]


async def _labels(client: Client, nodes: Sequence[ua.NodeId]) -> dict[ua.NodeId, Labels]:
    """The names of numbers, as the variable itself or its enumeration states them."""
    types = [content(said) for said in await attributes(client, nodes, ua.AttributeIds.DataType)]
    of_type = {node: kind for node, kind in zip(nodes, types, strict=True) if isinstance(kind, ua.NodeId)}
    found = await _stated(client, list({kind for kind in of_type.values() if kind.NamespaceIndex or _number(kind) >= BUILT_IN}))
    own = await _stated(client, [node for node, kind in of_type.items() if kind.NamespaceIndex == 0 and _number(kind) < BUILT_IN])
    return {node: found[kind] for node, kind in of_type.items() if kind in found} | own


def _number(node: ua.NodeId) -> int:
    return node.Identifier if isinstance(node.Identifier, int) else 0


async def _stated(client: Client, nodes: Sequence[ua.NodeId]) -> dict[ua.NodeId, Labels]:
    stated: dict[ua.NodeId, Labels] = {}
    for name in ("EnumStrings", "EnumValues"):
        where = {node: place for node, place in zip(nodes, await properties(client, nodes, name), strict=True) if place is not None}
        said = await attributes(client, list(where.values()), ua.AttributeIds.Value)
        stated |= {node: names for node, one in zip(where, said, strict=True) if (names := labels(content(one)))}
    return stated


def labels(stated: object) -> Labels:
    """The names of numbers from ``EnumStrings`` (in order from 0) or ``EnumValues``.

    Example:
        >>> labels([ua.LocalizedText("Idle"), ua.LocalizedText("Running")])
        {0: 'Idle', 1: 'Running'}
        >>> labels([ua.EnumValueType(7, ua.LocalizedText("Broken"))])
        {7: 'Broken'}
    """
    named: dict[int, str] = {}
    for number, one in enumerate(stated if isinstance(stated, list) else []):
        match one:
            case ua.LocalizedText(): named[number] = one.Text or ""
            case ua.EnumValueType(): named[int(one.Value)] = one.DisplayName.Text or ""
    return named


def unplaced(items: Sequence[Item]) -> dict[int, str]:
    """The numbers of the items the server can have no node for, and why."""
    return {number: "no such namespace, or no node id" for number, item in enumerate(items) if item.node is None}
