"""What is proposed for a source that describes itself: which machine each address belongs to, and which quantity it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, count

from zhizao.model.quantity import Quantity
from zhizao.model.text import same
from zhizao.sense.mapping import Placed, SourceFile
from zhizao.sense.source import Described, Description, Device, Signal
from zhizao.sense.spoken_units import ours, scale

PROTOCOLS = {"opc.tcp": "opcua", "file": "shdr"}
"""Schemes whose protocol has another name in what quantities are known as (a file is the log of an adapter); of the others it is what stands before a +."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be written for the addresses that a file does not have yet; ``gone`` are those of the file that the source has no more."""

    entities: tuple[Placed, ...]
    quantities: tuple[Quantity, ...]
    signals: tuple[tuple[Described, Signal], ...]
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ground:
    """What a proposal stands on.

    Attributes:
        known: the quantities of the packs.
        part_of: what new machines are part of.
        above: the entities above them.
        file: what the source's file says already.
    """

    known: Mapping[str, Quantity]
    part_of: str
    above: tuple[Placed, ...] = ()
    file: SourceFile | None = None
    derived: frozenset[str] = field(default_factory=frozenset)


def proposal(description: Description, url: str, name: str, ground: Ground) -> Proposal:
    """What to write of a description; what a person wrote before stands, and new addresses of a machine follow it."""
    taken = _taken(ground.file)
    new = [a for a in description.addresses if a.address not in taken]
    machines = _machines(description, name, ground.file)
    choice = _quantities(description, protocol_of(url), ground, machines)
    signals = tuple((a, Signal(machines[a.device].id, *choice[a.address])) for a in new)
    used = {signal.entity for _, signal in signals}
    have = {e.id for e in ground.file.entities} if ground.file else set()
    entities = tuple(Placed(m.id, m.name, ground.part_of) for m in dict.fromkeys(machines.values()) if m.id in used - have)
    above = tuple(e for e in ground.above if (entities or not description.addresses) and e.id not in have)
    gone = frozenset(taken - {a.address for a in description.addresses})
    return Proposal((*above, *entities), _new_quantities(signals, ground), signals, gone)


def protocol_of(url: str) -> str:
    """The protocol by the name quantities know it by.

    Example:
        >>> protocol_of("mtconnect+http://h:1"), protocol_of("opc.tcp://h:1")
        ('mtconnect', 'opcua')
    """
    scheme = url.partition("://")[0]
    return PROTOCOLS.get(scheme, scheme.partition("+")[0])


def slug(words: str, otherwise: str = "signal") -> str:
    """A name as an id.

    Example:
        >>> slug("Spindle Load %"), slug("主轴"), slug("Xabs"), slug("2nd tool")
        ('spindle_load', 'signal', 'xabs', 'n2nd_tool')
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", words)
    found = re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_") or otherwise
    return f"n{found}" if found[0].isdigit() else found


def _taken(file: SourceFile | None) -> set[str]:
    return {*file.source.signals, *file.source.ignored} if file else set()


# ── which machine ───────────────────────────────────────────────────────────────────────────────────────────────


def _machines(description: Description, name: str, file: SourceFile | None) -> dict[str, Placed]:
    """The machine of every device: that of the outermost one around it, or what a person made of it."""
    devices = {d.id: d for d in description.devices}
    tops = {id_: _top(devices, id_) for id_ in {*devices, *(a.device for a in description.addresses)}}
    codes = _codes({top for top in tops.values()}, devices, name)
    chosen = _chosen(description, tops, file)
    return {id_: chosen.get(top) or codes[top] for id_, top in tops.items()}


def _top(devices: Mapping[str, Device], id_: str) -> str:
    seen: set[str] = set()
    while id_ in devices and devices[id_].within in devices and id_ not in seen:
        seen.add(id_)
        id_ = devices[id_].within
    return id_


def _codes(tops: Iterable[str], devices: Mapping[str, Device], name: str) -> dict[str, Placed]:
    """A machine a device, named as it is (a table may name it by its id); the same name twice gets the device's id too."""
    shown = {top: ((devices[top].name or top) if top in devices else name).removeprefix("machine:") for top in sorted(tops)}
    often = Counter(_code(text) for text in shown.values())
    codes = {top: _code(text) if often[_code(text)] == 1 else _code(f"{text}_{top}") for top, text in shown.items()}
    return {top: Placed(f"machine:{codes[top]}", same(text)) for top, text in shown.items()}


def _code(text: str) -> str:
    return re.sub(r"[\s:+/\\{}\[\],\"'#&*!|>%@`]+", "_", text).strip("_") or "machine"


def _chosen(description: Description, tops: Mapping[str, str], file: SourceFile | None) -> dict[str, Placed]:
    """The machine that most known addresses of a device belong to in the file."""
    votes: dict[str, Counter[str]] = {}
    for a in description.addresses:
        signal = file.source.signals.get(a.address) if file else None
        if signal:
            votes.setdefault(tops[a.device], Counter())[signal.entity] += 1
    return {top: Placed(found.most_common(1)[0][0], same(top or "machine")) for top, found in votes.items()}


# ── which quantity ──────────────────────────────────────────────────────────────────────────────────────────────


def _quantities(description: Description, protocol: str, ground: Ground, machines: Mapping[str, Placed]) -> dict[str, tuple[str, float]]:
    """Quantity and scale of every address; two addresses of a machine never share one, for what they say would be the same fact."""
    wanted = {a.address: _known(a, protocol, ground) for a in description.addresses}
    often = Counter((machines[a.device].id, found[0]) for a in description.addresses if (found := wanted[a.address]))
    parts = {d.id: d.name for d in description.devices}
    used: dict[str, set[str]] = {}
    for entity, quantity in _pairs(ground.file):
        used.setdefault(entity, set()).add(quantity)
    chosen: dict[str, tuple[str, float]] = {}
    for a in description.addresses:
        entity, found = machines[a.device].id, wanted[a.address]
        written = ground.file.source.signals.get(a.address) if ground.file else None
        if written:
            chosen[a.address] = (written.quantity, written.scale)
            continue
        names = used.setdefault(entity, set())
        if found and often[entity, found[0]] == 1 and found[0] not in names:
            chosen[a.address] = found
        else:
            chosen[a.address] = (_free(a, parts.get(a.device, a.device), names, ground.known), _own_scale(a))
        names.add(chosen[a.address][0])
    return chosen


def _pairs(file: SourceFile | None) -> list[tuple[str, str]]:
    return [(s.entity, s.quantity) for s in file.source.signals.values()] if file else []


def _known(a: Described, protocol: str, ground: Ground) -> tuple[str, float] | None:
    """The packs' quantity an address is: as its protocol calls it, or by its own name; its unit must fit."""
    called = {f"{protocol}:{a.kind}", f"{protocol}:{a.name}"}
    for quantity in ground.known.values():
        if quantity.id not in ground.derived and (called.intersection(quantity.known_as) or quantity.id == slug(a.name)):
            factor = scale(a.unit, quantity.unit)
            if factor is not None:
                return quantity.id, float(factor)
    return None


def _free(a: Described, part: str, names: set[str], known: Container[str]) -> str:
    """An id of its own for what an address says: its name, with that of its part where needed, with a number in the end."""
    base = slug(a.name, slug(a.kind))
    tries = chain((base, f"{slug(part)}_{base}"), (f"{base}_{n}" for n in count(2)))
    return next(n for n in tries if n not in names and n not in known)


def _own_scale(a: Described) -> float:
    found = ours(a.unit) if a.unit.strip() else None
    return float(found[1]) if found else 1.0


def _new_quantities(signals: Iterable[tuple[Described, Signal]], ground: Ground) -> tuple[Quantity, ...]:
    have = ground.known.keys() | (ground.file.quantities.keys() if ground.file else set())
    new = {s.quantity: a for a, s in reversed(list(signals)) if s.quantity not in have}
    return tuple(_quantity(id_, a) for id_, a in sorted(new.items()))


def _quantity(id_: str, a: Described) -> Quantity:
    found = ours(a.unit) if a.unit.strip() else None
    unit = found[0] if found else a.unit.strip()
    if not unit and a.example and not _is_number(a.example):
        return Quantity(id_, same(a.name or id_), "", "1", "mode")
    counted = re.search(r"count|total|计数|累计", f"{a.name} {a.kind}", re.IGNORECASE)
    return Quantity(id_, same(a.name or id_), unit, "1" if counted and unit in ("", "piece") else "0.001", "counter" if counted else "gauge")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
