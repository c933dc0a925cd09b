"""Where sendings go: which source's file reaches a quantity of a machine, which sinks a home has, and what each action is to send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from zhizao.act.contract import Destination
from zhizao.act.fate import write_id
from zhizao.act.life import Action
from zhizao.act.policy import covering
from zhizao.errors import InputError
from zhizao.model.action import Sending
from zhizao.model.canonical import canonical
from zhizao.model.policy import Policy
from zhizao.model.proposal import PlannedAction, Write
from zhizao.model.quantity import Quantity
from zhizao.model.text import Text
from zhizao.node import sources
from zhizao.node.assemble import Node
from zhizao.sense import mapping
from zhizao.sense.mapping import SourceFile
from zhizao.sense.source import Signal

FOLDER = "sinks"


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything a home can send to: its sources, and the sinks of messages in ``HOME/sinks``."""

    sources: Mapping[str, SourceFile]
    sinks: Mapping[str, Destination]
    quantities: Mapping[str, Quantity]

    def destination(self, name: str) -> Destination:
        """Where a source or sink is.

        Raises:
            InputError: the home has none of that name.
        """
        if name in self.sinks:
            return self.sinks[name]
        if name in self.sources:
            source = self.sources[name].source
            return Destination(name, source.url, source.options)
        raise InputError(Text(f"没有名为 {name} 的来源或去向", f"no source or sink is named {name}"), where=name)

    def address(self, machine: str, quantity: str, source: str = "") -> tuple[str, str, Signal] | None:
        """Which source takes a set point of a machine, at which address; None where none does, or where it cannot be told which of several.

        What a file says under ``writes`` goes before the address the quantity is read from.
        """
        files = {name: file for name, file in self.sources.items() if source in ("", name)}
        for found in (_about(machine, quantity, {n: f.writes for n, f in files.items()}), _about(machine, quantity, {n: f.source.signals for n, f in files.items()})):
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def sendings(self, action: Action, policy: Policy, above: frozenset[str]) -> Iterator[Sending]:
        """Everything an action is to send: its set points, and what policy lines have told to others."""
        for write in action.planned.writes:
            yield self._set_point(action, write)
        told = _message(action, "")
        for name in dict.fromkeys(sink for line in covering(told, policy, above, any_sink=True) for sink in sorted(line.sinks)):
            yield _message(action, name, _mail(action, policy))

    def _set_point(self, action: Action, write: Write) -> Sending:
        name, address, signal = self.address(write.machine, write.quantity) or ("", "", Signal(write.machine, write.quantity))
        quantity, planned = self.quantities.get(write.quantity), action.planned
        unit, step = (quantity.unit, quantity.step) if quantity else ("", Decimal(0))
        id_ = write_id(action.id, write.machine, write.quantity)
        return Sending(
            id_, action.id, action.proposal, action.alternative, planned.remedy, write.machine, name, address, write.quantity, write.value, unit,
            Decimal(str(signal.scale)), step,
        )  # fmt: skip


def reach(node: Node) -> Reach:
    """What a home can send to now.

    Raises:
        InputError: the file of a sink cannot be read; of sources those that cannot are left out, as a running node does.
    """
    found = {file.stem: _destination(file) for file in sorted((node.home / FOLDER).glob("*.yaml")) if not file.name.startswith(".")}
    return Reach(sources.find(node.home).files, found, node.library.quantities)


def _destination(file: Path) -> Destination:
    said = mapping.read(file)
    return Destination(file.stem, said.source.url, said.source.options)


def _about(machine: str, quantity: str, tables: Mapping[str, Mapping[str, Signal]]) -> list[tuple[str, str, Signal]]:
    return [(n, a, s) for n, table in tables.items() for a, s in table.items() if (s.entity, s.quantity) == (machine, quantity)]


def _message(action: Action, sink: str, address: str = "") -> Sending:
    planned = action.planned
    return Sending(
        write_id(action.id, action.entity, sink), action.id, action.proposal, action.alternative, planned.remedy, action.entity, sink, address,
        body=canonical(told_of(action)),
    )  # fmt: skip


def told_of(action: Action) -> dict[str, object]:
    """What others are told of an action: all that was planned, its owner and its deadline."""
    planned: PlannedAction = action.planned
    return {"action": action.id, "proposal": action.proposal, "owner": action.owner, "deadline": action.deadline.isoformat(), "planned": planned}


def _mail(action: Action, policy: Policy) -> str:
    owner = policy.persons.get(action.owner)
    return owner.mail if owner else ""
