"""The model of an agent: its devices, their components, and what each data item is.

Source: MTConnect Standard, part 2 (devices).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zhizao.sense.connectors.mtconnect.reading import AXES, name, parsed
from zhizao.sense.source import Described, Description, Device

THREE = "_3D"
"""How the units of three numbers in one end."""


def described(document: bytes, present: dict[str, str] | None = None) -> Description:
    """What a devices document says of itself; ``present`` has the value of each address now.

    Raises:
        NotADocument: it cannot be read.
        Refusal: it is an error document.
    """
    root, _ = parsed(document)
    tops = [e for e in root.iter() if isinstance(e.tag, str) and e.get("id") and name(e.getparent()) == "Devices"]
    devices = [device for top in tops for device in _devices(top, "")]
    addresses = [item for top in tops for item in _items(top, top.get("id"), present or {})]
    return Description(tuple(devices), tuple(addresses))


def _devices(element: Any, within: str) -> Iterator[Device]:
    found = _child(element, "Description")
    about = "" if found is None else " ".join(filter(None, (found.get("manufacturer"), found.get("model"), found.get("serialNumber"), (found.text or "").strip())))
    yield Device(element.get("id"), element.get("name") or name(element), within, about or name(element))
    for part in _children(element, "Components"):
        yield from _devices(part, element.get("id"))


def _items(element: Any, device: str, present: dict[str, str]) -> Iterator[Described]:
    for item in _children(element, "DataItems"):
        yield from _item(item, device, element, present)
    for part in _children(element, "Components"):
        yield from _items(part, part.get("id"), present)


def _item(item: Any, device: str, component: Any, present: dict[str, str]) -> Iterator[Described]:
    address, unit = item.get("id", ""), item.get("units") or item.get("nativeUnits", "")
    called = item.get("name") or f"{component.get('name') or name(component)} {item.get('type', '').lower()}"
    if not unit.endswith(THREE):
        yield Described(address, device, called, kind_of(item), unit, present.get(address, ""))
        return
    for axis, part in zip(AXES, (present.get(address, "").split() + [""] * len(AXES))[: len(AXES)], strict=True):
        yield Described(f"{address}/{axis}", device, f"{called} {axis}", f"{kind_of(item)}/{axis}", unit.removesuffix(THREE), part)


def kind_of(item: Any) -> str:
    """``TYPE/SUBTYPE`` of a data item; that of a condition begins with ``CONDITION/``, for a temperature and its condition are two things."""
    kind: str = item.get("type", "")
    kind += f"/{item.get('subType')}" if item.get("subType") else ""
    return f"CONDITION/{kind}" if item.get("category") == "CONDITION" else kind


def _child(element: Any, called: str) -> Any:
    return next((e for e in element if isinstance(e.tag, str) and name(e) == called), None)


def _children(element: Any, called: str) -> list[Any]:
    found = _child(element, called)
    return [] if found is None else [e for e in found if isinstance(e.tag, str)]
