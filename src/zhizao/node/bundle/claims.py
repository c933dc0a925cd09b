"""What can be claimed, one kind an entry: how a claim is asked, which facts it needs, and how it is computed, first here and then anywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from zhizao.model.bundle import Claim, Row
from zhizao.model.library import Library
from zhizao.node.assemble import Node
from zhizao.node.bundle import evaluation, loop, values
from zhizao.store.frozen import FrozenStore


@dataclass(frozen=True, slots=True)
class World:
    """Where claims are computed: a library and facts that stand still, and the instant it is."""

    node: Node
    store: FrozenStore
    at: datetime


class Kind(Protocol):
    """A kind of claim."""

    def records(self, library: Library, ask: Row) -> frozenset[str] | None:
        """The record types it reads beside those every claim reads; None for all there are."""

    def claim(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """What is claimed to be so."""

    def answer(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """What is found to be so: plain data, the same wherever it is computed."""


KINDS: Mapping[str, Kind] = {
    "value": values.VALUE, "evaluation": evaluation.EVALUATION, "warning": loop.WARNING, "effect": loop.EFFECT, "told": loop.TOLD,
}
EVERY = frozenset({"entity", "membership", "shift_calendar", "target_revision", "published_figure"})
"""What every claim may read: who there is, where everyone belongs, on which clock, and what is aimed at."""


def claimed(world: World, kind: str, ask: Row) -> Claim:
    """A claim, computed."""
    return Claim(kind, ask, KINDS[kind].claim(world.node, world.store, world.at, ask))


def found(world: World, claim: Claim) -> list[Row]:
    """What a claim comes to when it is computed again."""
    return KINDS[claim.kind].answer(world.node, world.store, world.at, claim.ask)


def records(library: Library, claims: Iterable[Claim]) -> frozenset[str]:
    """The record types that claims need."""
    needed = [KINDS[claim.kind].records(library, claim.ask) for claim in claims]
    return frozenset(library.records) if None in needed else EVERY.union(*(n for n in needed if n is not None)) & library.records.keys()

