"""Attributions: a change or a gap of an indicator, taken apart into what each part of an entity made of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["within", "mix", "entry", "exit", "coverage", "price", "activity"]
"""Of a part of a change: its own figure moved; its weight among the others did; units came, went, or were silent in one period; prices moved; the whole grew."""

Method = Literal["exact", "lmdi", "lmdi_amount"]
"""How a change is taken apart: exactly and whatever the formula; a rate by logarithmic means; the amount above the rate's line by them."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one entity contributed in one way, at the indicator's printed scale."""

    kind: Kind
    entity: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Branch:
    """An entity with what it contributed to the whole, its share of that, and the weight by which it counts; with its own parts below."""

    entity: str
    level: str
    amount: Decimal
    share: Decimal | None
    weight: Decimal | None
    kinds: tuple[Part, ...] = ()
    below: tuple[Branch, ...] = ()
    """The parts on the next level, the greatest first; only the leading one goes on below."""
    others: int = 0
    """How many parts of the same level were left out of ``below``."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Entities of one or several hierarchies that together mark out where units moved unlike the others.

    ``amount`` is what their units contributed beyond what the others' movement would have made them contribute, ``share`` its share of the
    change or gap, ``strength`` how many times the noise of as many units it is, ``units`` their number. ``gain`` ranks causes: what naming it
    explains less what naming it costs, in nats.
    """

    entities: tuple[str, ...]
    amount: Decimal
    share: Decimal | None
    strength: float
    gain: float
    units: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """A change of an indicator from one period to another, or its gap to a required value, taken apart.

    ``first`` and ``last`` are the figures as measured; of a gap ``first`` is the value required. ``change`` is their difference, to which the parts
    add up at the printed scale.
    """

    indicator: str
    entity: str
    start: str
    end: str
    first: Decimal
    last: Decimal
    unit: str
    by: tuple[str, ...]
    method: Method
    parts: tuple[Part, ...]
    base: Decimal | None = None
    """Of a gap: the figure in the first period, from which the required value is counted."""
    tree: Branch | None = None
    causes: tuple[Cause, ...] = ()

    @property
    def change(self) -> Decimal:
        """What is taken apart."""
        return self.last - self.first

    @property
    def is_gap(self) -> bool:
        """Whether the figure is held against a required value."""
        return self.base is not None
