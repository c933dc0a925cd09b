"""A plant with one press, its policy, and a proposal to set its speed: what the tests of acting stand on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhizao.act.contract import Destination, Lost, NotSent, Outgoing, Word
from zhizao.model.canonical import canonical
from zhizao.model.proposal import Expected, PlannedAction, Write
from zhizao.model.text import Text, same
from zhizao.node.assemble import Node, open_node
from zhizao.store.ledger import tell

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOURCE = """url: {url}
entities:
  "site:S1": {{name: {{zh: 一厂, en: Plant one}}}}
  "machine:M1": {{part_of: "site:S1"}}
quantities:
  press_speed: {{unit: 1/min, resolution: 0.1}}
  press_mode: {{behaviour: mode}}
signals:
  "{address}": {{entity: "machine:M1", quantity: press_speed}}
"""
POLICY = """persons:
  li: {name: {zh: 李工, en: Li}, roles: [engineer], of: ["site:S1"], superior: zhang, mail: li@plant.example}
  wang: {name: {zh: 王工, en: Wang}, roles: [engineer, safety], of: ["site:S1"]}
  zhang: {name: {zh: 张厂长, en: Zhang}, roles: [director], of: ["site:S1"]}
  far: {name: {zh: 远方, en: Far}, roles: [engineer], of: ["site:S9"]}
lines:
  - id: press
    approved_by: [engineer]
    of: ["site:S1"]
    quantities: [press_speed]
    range: [80, 120]
    unit: 1/min
    largest_step: 15
    rate: {machine: 2 per 1 h, line: 3 per 1 h}
    two_persons: true
  - id: training
    approved_by: [engineer]
    of: ["site:S1"]
    remedies: [train]
"""


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Press:
    """A machine that remembers everything it was told; ``mood`` is what happens to the next write."""

    value: Word | None = Decimal(100)
    mood: str = ""
    reads_back: bool = True
    is_away: bool = False
    arrived: list[Outgoing] = field(default_factory=list)

    def send(self, what: Outgoing) -> str:
        if self.mood == "refuses":
            raise NotSent(same("no"))
        self.arrived.append(what)
        if self.mood != "ignores":
            self.value = what.value
        if self.mood == "silent":
            self.is_away = True
            raise Lost("no answer")
        if self.mood == "dies":
            raise KeyboardInterrupt
        return "good"

    def read(self, what: Outgoing) -> Word | None:
        if self.mood == "unreachable" or (self.is_away and self.mood == "silent"):
            raise OSError("unreachable")
        return self.value

    def __call__(self, destination: Destination) -> Press:
        return self


def retune(value: str = "110", **changed: Any) -> PlannedAction:
    said: dict[str, Any] = {
        "entity": "machine:M1", "remedy": "retune", "title": Text("调速", "Retune"), "owner": "li", "deadline_days": 7, "cost": Decimal(0), "needs": (),
        "writes": (Write("machine:M1", "press_speed", Decimal(value)),), "indicator": "scrap", "expected": Expected(Decimal(-2), Decimal(1)),
    }  # fmt: skip
    return PlannedAction(**{**said, **changed})


def home(folder: Path, url: str = "fake://press", address: str = "speed", policy: str = POLICY) -> Node:
    """A home with one source and a policy; its entities are stored."""
    from zhizao.node import sources

    (folder / "sources").mkdir(parents=True)
    (folder / "sources" / "press.yaml").write_text(SOURCE.format(url=url, address=address), "utf-8")
    (folder / "policy.yaml").write_text(policy, "utf-8")
    node = open_node(folder)
    sources.introduce(node.library, node.store, sources.find(folder).files, START)
    return node


def propose(node: Node, *alternatives: tuple[PlannedAction, ...], id_: str = "P-00000001", by: str = "") -> str:
    """Store a proposal."""
    body = canonical({"alternatives": [{"actions": actions} for actions in alternatives], **({"by": by} if by else {})})
    row = {"proposal": id_, "made_at": START, "entity": "site:S1", "problem": "press", "solver": "test", "body": body}
    tell(node.store, node.library.records["proposal"], [row], "test")
    return id_


def ids() -> Iterator[str]:
    """Ids of proposals."""
    return (f"P-{n:08d}" for n in range(1, 10_000))
