"""The catalogue of remedies, and how problems are posed from live figures: content of packs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhizao.model.expression import Row
from zhizao.model.finding import Place
from zhizao.model.problem import Fairness
from zhizao.model.text import Text

Reach = Literal["points", "of_value", "of_rest"]
"""An effect is stated in the indicator's own unit, in percent of its value, or in percent of what is missing to one hundred."""
Evidence = Literal["assumed", "literature", "reported", "measured"]
"""What an effect rests on: nobody's figure but ours; studies; what those say who did it; effects measured here."""


@dataclass(frozen=True, slots=True)
class RemedyEffect:
    """What one unit of a remedy does to an indicator of the unit it reaches: mean and standard deviation, of which ``shared`` goes the same way everywhere."""

    indicator: str
    mean: Decimal
    sd: Decimal
    shared: Decimal = Decimal(0)
    reach: Reach = "points"


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something that can be done: at what, for how much, with what effect, within which limits.

    ``unit`` is the level of what one unit of it reaches; ``share`` of all of those at an entity can take it, ``most`` at most. ``when`` is a condition over
    figures of the entity at which it is considered. ``uses`` are amounts that limits of a problem count. ``sets`` is the quantity it writes,
    whose value the problem ``by`` finds.
    """

    id: str
    name: Text
    unit: str
    cost: Decimal
    currency: str
    effects: tuple[RemedyEffect, ...]
    owner: str
    lead_days: int
    share: Decimal = Decimal(1)
    most: int = 0
    when: Row | None = None
    within: tuple[str, ...] = ()
    """Entities of which the entity must belong to one; empty: any."""
    uses: tuple[tuple[str, Decimal], ...] = ()
    excludes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    sets: str = ""
    by: str = ""
    evidence: Evidence = "assumed"
    source: str = ""
    pack: str = ""
    place: Place = Place("")

    def effect_on(self, indicator: str) -> RemedyEffect | None:
        """What it does to an indicator."""
        return next((e for e in self.effects if e.indicator == indicator), None)


@dataclass(frozen=True, slots=True)
class PosedLimit:
    """A limit on what all remedies together use of something: of ``cost``, or of what their ``uses`` name; for each entity of a level, where it says so."""

    id: str
    name: Text
    at_most: Decimal
    step: Decimal
    unit: str
    of: str = "cost"
    each: str = ""


@dataclass(frozen=True, slots=True)
class PosedOutcome:
    """An indicator that a setting moves, and what one unit of it is worth."""

    indicator: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Posing:
    """How a problem is posed: which solver, about which indicator or setting, of which parts, within which limits."""

    id: str
    name: Text
    solver: str
    indicator: str = ""
    by: str = ""
    probability: Decimal = Decimal("0.8")
    source: str = ""
    # remedies
    gap: Literal["path", "target"] | Decimal = "path"
    """How far the whole is behind its required path; how far it is from the target itself; or a number."""
    remedies: tuple[str, ...] = ()
    currency: str = ""
    limits: tuple[PosedLimit, ...] = ()
    # cascade
    fairness: Fairness = "to_potential"
    frontier: Decimal = Decimal("0.9")
    """The share of parts that the potential of all is at least as good as."""
    rise: Decimal | None = None
    """By how much any part may be asked to move at most, in the indicator's unit."""
    # set point
    quantity: str = ""
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    step: Decimal = Decimal(1)
    move: Decimal = Decimal(0)
    outcomes: tuple[PosedOutcome, ...] = ()
    every: str = "hour"
    looks_back: int = 240
    title: Text | None = None
    owner: str = ""
    lead_days: int = 0
    cost: Decimal = Decimal(0)
    pack: str = ""
    place: Place = Place("")
