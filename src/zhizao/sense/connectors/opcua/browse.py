"""What a server says of itself: its objects as a tree, its variables with type and unit, the name plates of its machines.

Source: IEC 62541-4 (Browse), -8 (EngineeringUnits); OPC 40001-1 and OPC 10000-100 (the Identification of a machine).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from asyncua import Client, ua

from zhizao.model.text import Text
from zhizao.sense.connectors.opcua.address import address_of
from zhizao.sense.connectors.opcua.reading import number_or_text
from zhizao.sense.connectors.opcua.session import CHUNK, attributes, content, properties
from zhizao.sense.source import Described, Description, Device

DEPTH, NODES = 20, 100_000
"""What is looked at, at most."""
OBJECTS, SERVER = ua.NodeId(ua.ObjectIds.ObjectsFolder), ua.NodeId(ua.ObjectIds.Server)
HAS_PROPERTY = ua.NodeId(ua.ObjectIds.HasProperty)
PLATE = ("Manufacturer", "Model", "SerialNumber", "ProductInstanceUri", "DeviceClass", "SoftwareRevision", "YearOfConstruction")
"""What identifies a machine."""
PLAIN_TYPES = ("BaseDataVariableType", "BaseVariableType")
"""Types of variables that say less than the type of their data."""


@dataclass(eq=False, slots=True)
class Found:
    """A node on the way down from Objects; ``owner`` is the object it lies in."""

    node: ua.NodeId
    name: str
    kind: ua.NodeId
    owner: Found | None
    is_variable: bool = False
    is_property: bool = False


@dataclass(eq=False, slots=True)
class Tree:
    """Everything that was found, and whether that is everything there is."""

    found: list[Found] = field(default_factory=list)
    whole: bool = True


async def described(client: Client) -> Description:
    """Walk through a server.

    Raises:
        UaError: it does not answer as it should.
    """
    namespaces, tree = await client.get_namespace_array(), await walked(client)
    signals = [one for one in tree.found if one.is_variable and not one.is_property]
    plates = await _plates(client, tree)
    kinds, units, examples = await _kinds(client, signals), await _units(client, signals), await _examples(client, signals)
    names = await _type_names(client, [one.kind for one in tree.found if not one.is_variable])
    devices = [_device(one, plates, names, namespaces) for one in _owners(signals)]
    addresses = [
        Described(address_of(one.node, namespaces), address_of(one.owner.node, namespaces) if one.owner else "", one.name, kind, unit, example)
        for one, kind, unit, example in zip(signals, kinds, units, examples, strict=True)
    ]
    return Description(tuple(devices), tuple(addresses), remarks=tuple(_remarks(tree)))


async def walked(client: Client, depth: int = DEPTH, most: int = NODES) -> Tree:
    """Every object and variable below Objects, each once, however they refer to each other."""
    tree, known = Tree(), {OBJECTS, SERVER}
    level = [Found(OBJECTS, "Objects", ua.NodeId(), None)]
    for _ in range(depth):
        below = [one for one in await _below(client, level) if one.node not in known and not known.add(one.node)]  # type: ignore[func-returns-value]
        room = most - len(tree.found)
        tree.whole &= len(below) <= room
        tree.found += below[:room]
        level = [one for one in below[:room] if not one.is_property]
        if not level:
            return tree
    tree.whole = False
    return tree


async def _below(client: Client, level: Sequence[Found]) -> list[Found]:
    session, found = client.uaclient.session, list[Found]()
    for first in range(0, len(level), CHUNK):
        chunk = level[first : first + CHUNK]
        answers = await session.browse(ua.BrowseParameters(View=ua.ViewDescription(), NodesToBrowse=[_browsing(one.node) for one in chunk]))
        for owner, answer in zip(chunk, answers, strict=True):
            while True:
                found += (_found(owner, reference) for reference in answer.References or [])
                if not answer.ContinuationPoint:
                    break
                more = ua.BrowseNextParameters(ReleaseContinuationPoints=False, ContinuationPoints=[answer.ContinuationPoint])
                (answer,) = await session.browse_next(more)
    return found


def _browsing(node: ua.NodeId) -> ua.BrowseDescription:
    return ua.BrowseDescription(
        NodeId=node,
        BrowseDirection=ua.BrowseDirection.Forward,
        ReferenceTypeId=ua.NodeId(ua.ObjectIds.HierarchicalReferences),
        IncludeSubtypes=True,
        NodeClassMask=ua.NodeClass.Object | ua.NodeClass.Variable,
        ResultMask=ua.BrowseResultMask.All,
    )


def _found(owner: Found, reference: ua.ReferenceDescription) -> Found:
    holder = owner.owner if owner.is_variable else owner
    variable, name = reference.NodeClass == ua.NodeClass.Variable, reference.DisplayName.Text or reference.BrowseName.Name or ""
    node, kind = (ua.NodeId(n.Identifier, n.NamespaceIndex, n.NodeIdType) for n in (reference.NodeId, reference.TypeDefinition))
    return Found(node, name, kind, holder, variable, reference.ReferenceTypeId == HAS_PROPERTY)


def _owners(signals: Iterable[Found]) -> list[Found]:
    """The objects that hold signals, and those they lie in, from the top."""
    owners: dict[int, Found] = {}
    for one in signals:
        chain, owner = list[Found](), one.owner
        while owner is not None and owner.owner is not None and id(owner) not in owners:
            chain, owner = [owner, *chain], owner.owner
        owners |= {id(link): link for link in chain}
    return list(owners.values())


def _device(one: Found, plates: dict[int, dict[str, str]], names: dict[ua.NodeId, str], namespaces: Sequence[str]) -> Device:
    within = address_of(one.owner.node, namespaces) if one.owner and one.owner.owner else ""
    plate = ", ".join(f"{key} {value}" for key, value in plates.get(id(one), {}).items())
    return Device(address_of(one.node, namespaces), one.name, within, "; ".join(part for part in (names.get(one.kind, ""), plate) if part))


async def _plates(client: Client, tree: Tree) -> dict[int, dict[str, str]]:
    """The name plate of each object: properties of its own, or of the Identification that lies in it."""
    told = [one for one in tree.found if one.is_variable and one.name in PLATE and one.owner]
    plates: dict[int, dict[str, str]] = {}
    for one, said in zip(told, await attributes(client, [one.node for one in told], ua.AttributeIds.Value), strict=True):
        owner = one.owner.owner if one.owner and one.owner.name == "Identification" and one.owner.owner else one.owner
        if written := _written(said):
            plates.setdefault(id(owner), {})[one.name] = written
    return plates


async def _kinds(client: Client, signals: Sequence[Found]) -> list[str]:
    data = [content(said) for said in await attributes(client, [one.node for one in signals], ua.AttributeIds.DataType)]
    types = [one if isinstance(one, ua.NodeId) else ua.NodeId() for one in data]
    names = await _type_names(client, [*types, *(one.kind for one in signals)])
    return [
        names.get(kind, "") if (name := names.get(one.kind, "")) in PLAIN_TYPES or not name else name for one, kind in zip(signals, types, strict=True)
    ]


async def _type_names(client: Client, types: Iterable[ua.NodeId]) -> dict[ua.NodeId, str]:
    nodes = list(dict.fromkeys(node for node in types if not node.is_null()))
    said = [content(one) for one in await attributes(client, nodes, ua.AttributeIds.BrowseName)]
    return {node: name.Name or "" for node, name in zip(nodes, said, strict=True) if isinstance(name, ua.QualifiedName)}


async def _units(client: Client, signals: Sequence[Found]) -> list[str]:
    places = await properties(client, [one.node for one in signals], "EngineeringUnits")
    asked = [place for place in places if place is not None]
    said = dict(zip(asked, map(content, await attributes(client, asked, ua.AttributeIds.Value)), strict=True))
    return [unit.DisplayName.Text or "" if place and isinstance(unit := said[place], ua.EUInformation) else "" for place in places]


async def _examples(client: Client, signals: Sequence[Found]) -> list[str]:
    return [_written(said) for said in await attributes(client, [one.node for one in signals], ua.AttributeIds.Value)]


def _written(said: ua.DataValue) -> str:
    one = content(said)
    value, text = (one, None) if one is None or isinstance(one, float) else number_or_text(one)
    return text if text is not None else "" if value is None else f"{value:g}"


def _remarks(tree: Tree) -> Iterable[Text]:
    if not tree.whole:
        yield Text(f"只浏览了前 {len(tree.found)} 个节点", f"only the first {len(tree.found)} nodes were looked at")
