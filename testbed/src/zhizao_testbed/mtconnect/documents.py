"""The documents that an agent answers with.

Source: MTConnect Standard, part 1 (headers, errors), part 3 (streams), edition 2.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from zhizao_testbed.mtconnect.buffer import UNAVAILABLE, Buffer, Said
from zhizao_testbed.mtconnect.model import VERSION, Item, Model, named

GROUPS = {"SAMPLE": "Samples", "EVENT": "Events", "CONDITION": "Condition"}
SENDER = "zhizao-testbed"


def instant(time_us: int) -> str:
    """A time as documents have it.

    Example:
        >>> instant(1_500_000)
        '1970-01-01T00:00:01.500000Z'
    """
    return f"{datetime(1970, 1, 1) + timedelta(microseconds=time_us):%Y-%m-%dT%H:%M:%S.%fZ}"


def devices(model: Model, buffer: Buffer) -> bytes:
    """The answer to ``probe``."""
    root = deepcopy(model.root)
    header = next(e for e in root.iter() if named(e) == "Header")
    for key, value in _common(buffer).items():
        header.set(key, value)
    return _written(root)


def streams(model: Model, buffer: Buffer, said: Iterable[Said], following: int) -> bytes:
    """The answer to ``current`` and ``sample``: observations by component; ``following`` is where to go on."""
    root = _root("Streams")
    sequences = {"firstSequence": buffer.first, "lastSequence": buffer.next - 1, "nextSequence": following}
    etree.SubElement(root, _tag("Streams", "Header"), {**_common(buffer), **{k: str(v) for k, v in sequences.items()}})
    top = etree.SubElement(root, _tag("Streams", "Streams"))
    places: dict[tuple[str, ...], Any] = {}
    for one in said:
        item = model.items[one.item]
        _observation(_place(places, top, model, item), item, one)
    return _written(root)


def errors(buffer: Buffer, code: str, told: str) -> bytes:
    """The answer to what cannot be answered."""
    root = _root("Error")
    etree.SubElement(root, _tag("Error", "Header"), _common(buffer))
    found = etree.SubElement(etree.SubElement(root, _tag("Error", "Errors")), _tag("Error", "Error"), errorCode=code)
    found.text = told
    return _written(root)


def _common(buffer: Buffer) -> dict[str, str]:
    said = {"creationTime": instant(buffer.clock()), "sender": SENDER, "instanceId": str(buffer.instance), "version": VERSION}
    return {**said, "bufferSize": str(buffer.size)}


def _tag(document: str, element: str) -> str:
    return f"{{urn:mtconnect.org:MTConnect{document}:{VERSION}}}{element}"


def _root(document: str) -> Any:
    space = f"urn:mtconnect.org:MTConnect{document}:{VERSION}"
    return etree.Element(f"{{{space}}}MTConnect{document}", nsmap={None: space})


def _place(places: dict[tuple[str, ...], Any], top: Any, model: Model, item: Item) -> Any:
    """The element below which observations of an item stand, made when the first does."""
    device, component, group = (item.device,), (item.device, item.component_id), (item.device, item.component_id, item.category)
    if device not in places:
        places[device] = etree.SubElement(top, _tag("Streams", "DeviceStream"), name=item.device, uuid=model.devices[item.device])
    if component not in places:
        about = {"component": item.component, "name": item.component_name, "componentId": item.component_id}
        places[component] = etree.SubElement(places[device], _tag("Streams", "ComponentStream"), about)
    if group not in places:
        places[group] = etree.SubElement(places[component], _tag("Streams", GROUPS[item.category]))
    return places[group]


def _observation(place: Any, item: Item, said: Said) -> None:
    attributes = {k: v for k, v in said.attributes.items() if k != "level"}
    level = said.attributes.get("level", "Unavailable") if item.category == "CONDITION" else ""
    about = {"dataItemId": item.id, "timestamp": instant(said.time_us), "sequence": str(said.sequence), **_known(item), **attributes}
    found = etree.SubElement(place, _tag("Streams", level or item.element), about)
    if level:
        found.set("type", item.type)
    if item.representation in ("DATA_SET", "TABLE") and said.text != UNAVAILABLE:
        _entries(found, said.text)
    elif level != "Unavailable":
        found.text = _clean(said.text) or None


def _known(item: Item) -> Mapping[str, str]:
    return {k: v for k, v in (("name", item.name), ("subType", item.subtype)) if v}


def _entries(found: Any, text: str) -> None:
    """Entries as an adapter writes them: ``key=value key=value``."""
    pairs = [pair.partition("=") for pair in text.split()]
    found.set("count", str(len(pairs)))
    for key, _, value in pairs:
        entry = etree.SubElement(found, _tag("Streams", "Entry"), key=key)
        entry.text = value


def _clean(text: str) -> str:
    """XML has no place for control characters."""
    return "".join(c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"))


def _written(root: Any) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written
