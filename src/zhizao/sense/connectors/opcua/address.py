"""Addresses: node ids that name their namespace by its URI, since a server may number its namespaces anew at each start.

Source: IEC 62541-6, 5.3.1.11 (``nsu=URI;s=NAME``); ``ns=2;s=NAME`` is understood as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from asyncua import ua


def node_of(address: str, namespaces: Sequence[str]) -> ua.NodeId | None:
    """The node of an address on a server with these namespaces; None where it cannot be one.

    Example:
        >>> node_of("nsu=urn:plant;s=Press", ["http://opcfoundation.org/UA/", "urn:plant"]).to_string()
        'ns=1;s=Press'
        >>> node_of("nsu=urn:other;s=Press", ["urn:plant"]) is None, node_of("Press", []) is None
        (True, True)
    """
    head, _, rest = address.partition(";")
    if head.startswith("nsu="):
        uri = head[4:].replace("%3B", ";").replace("%25", "%")
        if uri not in namespaces:
            return None
        address = f"ns={namespaces.index(uri)};{rest}"
    try:
        return ua.NodeId.from_string(address)
    except ua.UaError:
        return None


def address_of(node: ua.NodeId, namespaces: Sequence[str]) -> str:
    """The address of a node.

    Example:
        >>> address_of(ua.NodeId("Press", 1), ["", "urn:plant"]), address_of(ua.NodeId(2258, 0), [""])
        ('nsu=urn:plant;s=Press', 'i=2258')
    """
    written = str(node.to_string())
    if node.NamespaceIndex == 0 or node.NamespaceIndex >= len(namespaces):
        return written
    uri = namespaces[node.NamespaceIndex].replace("%", "%25").replace(";", "%3B")
    return f"nsu={uri};{written.partition(';')[2]}"
