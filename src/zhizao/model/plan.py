"""The tree of a plan: goals, tasks, fields, supports, and the systems it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from zhizao.model.finding import Place
from zhizao.model.text import Text

PlanKind = Literal["plan", "goal", "task", "field", "support", "system"]
Served = Literal["yes", "partly", "no"]


@dataclass(frozen=True, slots=True)
class PlanNode:
    """One node of the plan.

    ``serves`` lists what is meant to fulfil it, each written ``indicator:…``, ``record:…``, ``rule:…``, ``command:…``,
    ``solver:…`` or ``connector:…``; ``whole`` says the list is all the node asks for, so that having it serves it fully.
    """

    id: str
    kind: PlanKind
    section: str
    name: Text
    indicators: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    whole: bool = False
    cluster: str = ""
    entity: str = ""
    """Of a plan's root: whom its targets are about where they name nobody."""
    children: tuple[PlanNode, ...] = ()
    place: Place = Place("")

    def walk(self) -> Iterator[PlanNode]:
        """The node and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()
