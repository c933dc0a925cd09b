"""The data items that an agent serves, from a devices document or made up from the keys of a log.

Source: MTConnect Standard, part 2 (devices).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

VERSION = "2.0"
NAMESPACE = f"urn:mtconnect.org:MTConnectDevices:{VERSION}"
SUFFIX = {"TIME_SERIES": "TimeSeries", "DATA_SET": "DataSet", "TABLE": "Table"}


@dataclass(frozen=True, slots=True)
class Item:
    """A data item and the component it belongs to; ``keys`` are the names by which an adapter may call it."""

    id: str
    category: str
    type: str
    subtype: str
    name: str
    representation: str
    device: str
    component: str
    component_id: str
    component_name: str
    keys: tuple[str, ...] = ()

    @property
    def element(self) -> str:
        """The name of its observations in a stream.

        Example:
            >>> Item("a", "SAMPLE", "x:PATH_FEEDRATE", "", "", "TIME_SERIES", "d", "Path", "p", "").element
            'PathFeedrateTimeSeries'
        """
        words = self.type.rpartition(":")[2].lower().split("_")
        return "".join(w.capitalize() for w in words) + SUFFIX.get(self.representation, "")


@dataclass(frozen=True)
class Model:
    """A devices document with its items by id, in its order."""

    root: Any
    items: Mapping[str, Item]

    @cached_property
    def devices(self) -> Mapping[str, str]:
        """The uuid of each device by its name."""
        return {d.get("name"): d.get("uuid", d.get("id")) for d in _devices(self.root)}

    def keys(self, device: str) -> Mapping[str, str]:
        """The item of a device that an adapter means by each key."""
        return {key: item.id for item in reversed(list(self.items.values())) if item.device == device for key in item.keys}

    def device_of(self, keys: Iterable[str]) -> str:
        """The device that an adapter with such keys is most likely of: the one that knows the most of them."""
        wanted = set(keys)
        return max(self.devices, key=lambda device: len(wanted & self.keys(device).keys()))


def model(document: bytes) -> Model:
    """The model of a devices document."""
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    return Model(root, {item.id: item for device in _devices(root) for item in _items(device, device.get("name"))})


def made_up(device: str, numbers: Iterable[str], texts: Iterable[str], conditions: Iterable[str] = ()) -> Model:
    """A device with an item for every key that a log has: a sample, an event or a condition, its name its type.

    Example:
        >>> [(i.id, i.category, i.element) for i in made_up("M1", ["Xload"], ["mode"]).items.values()]
        [('Xload', 'SAMPLE', 'Xload'), ('mode', 'EVENT', 'Mode')]
    """
    root = etree.Element(f"{{{NAMESPACE}}}MTConnectDevices", nsmap={None: NAMESPACE})
    etree.SubElement(root, f"{{{NAMESPACE}}}Header")
    devices = etree.SubElement(root, f"{{{NAMESPACE}}}Devices")
    top = etree.SubElement(devices, f"{{{NAMESPACE}}}Device", id=device, name=device, uuid=device)
    items = etree.SubElement(top, f"{{{NAMESPACE}}}DataItems")
    for category, keys in (("SAMPLE", numbers), ("EVENT", texts), ("CONDITION", conditions)):
        for key in keys:
            etree.SubElement(items, f"{{{NAMESPACE}}}DataItem", id=key, name=key, category=category, type=key.upper())
    return model(etree.tostring(root))


def named(element: Any) -> str:
    """The name of an element without its namespace."""
    found: str = etree.QName(element).localname
    return found


def _devices(root: Any) -> list[Any]:
    return [e for e in root.iter() if named(e) == "Device" or (named(e) == "Agent" and e.get("uuid"))]


def _items(component: Any, device: str) -> Iterator[Item]:
    for part in component:
        if named(part) == "DataItems":
            yield from (_item(e, component, device) for e in part if named(e) == "DataItem")
        elif named(part) == "Components":
            for below in part:
                yield from _items(below, device)


def _item(e: Any, component: Any, device: str) -> Item:
    source = next((s.text.strip() for s in e if named(s) == "Source" and s.text), "")
    keys = tuple(filter(None, (e.get("id"), e.get("name"), source)))
    where = (named(component), component.get("id", ""), component.get("name", ""))
    return Item(e.get("id"), e.get("category"), e.get("type"), e.get("subType", ""), e.get("name", ""), e.get("representation", ""), device, *where, keys)
