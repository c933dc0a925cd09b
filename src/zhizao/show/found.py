"""What a source was found to have: the tree of its devices, each address with unit, quantity and entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from zhizao.model.text import Lang, Text

if TYPE_CHECKING:
    from rich.tree import Tree

SHOWN = 60
"""Addresses of a device that are shown; the file has them all."""
STATES = {"new": Text("新", "new"), "known": Text("已有", "known"), "ignored": Text("不取", "ignored"), "gone": Text("已消失", "gone")}

Row = Mapping[str, Any]


def tree(name: str, devices: Sequence[Row], signals: Sequence[Row], lang: Lang) -> Tree:
    """The devices and their addresses.

    Args:
        devices: id, name, within, about.
        signals: address, device, name, kind, unit, example, entity, quantity, scale, state.
    """
    from rich.markup import escape
    from rich.tree import Tree

    root = Tree(f"[bold]{escape(name)}[/bold]")
    branches: dict[str, Tree] = {}
    for device in _outermost_first(devices):
        parent = branches.get(device["within"], root)
        branches[device["id"]] = parent.add(f"[bold]{escape(device['name'] or device['id'])}[/bold] {escape(device['about'])}".rstrip())
    of: dict[str, list[Row]] = {}
    for signal in signals:
        of.setdefault(signal["device"], []).append(signal)
    for id_, found in of.items():
        branch = branches.get(id_, root)
        for signal in found[:SHOWN]:
            branch.add(escape(_line(signal, lang)))
        if len(found) > SHOWN:
            branch.add(Text(f"… 另有 {len(found) - SHOWN} 个", f"… {len(found) - SHOWN} more").in_(lang))
    return root


def _outermost_first(devices: Iterable[Row]) -> list[Row]:
    left, placed, found = list(devices), {""}, []
    ids = {d["id"] for d in left}
    while left:
        ready = [d for d in left if d["within"] in placed or d["within"] not in ids] or left[:1]
        found += ready
        placed |= {d["id"] for d in ready}
        left = [d for d in left if d["id"] not in placed]
    return found


def _line(s: Row, lang: Lang) -> str:
    about = " ".join(part for part in (s["name"] or s["address"], s["kind"], f"[{s['unit']}]" if s["unit"] else "", f"= {s['example']}" if s["example"] else "") if part)
    state = STATES[s["state"]].in_(lang)
    if not s["quantity"]:
        return f"{about}  ({state})"
    scale = f" × {s['scale']:g}" if s["scale"] != 1 else ""
    return f"{about}  → {s['entity']} {s['quantity']}{scale}  ({state})"
