"""Quantities: what is observed, with unit, resolution and behaviour over time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from zhizao.model.expression import Row
from zhizao.model.text import Text

SIGNALS = "observation"
"""The record type whose rows are observations of quantities."""


MOST_STEPS = 2**53
"""A value of more steps is not known: as it is received, in floating point, it could not be told from its neighbours."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What an observation observes.

    ``resolution`` is the step in which states over it count ('0.001' kW); ``behaviour`` says whether it is a level held
    between readings (gauge), a running total (counter), or one of a few named modes (mode). ``hold_us`` is the longest time a value
    is trusted, in microseconds (0: until the next). A derived quantity is observed by nobody: it is what ``when`` says of others.
    """

    id: str
    name: Text
    unit: str
    resolution: str = "0.001"
    behaviour: Literal["gauge", "counter", "mode"] = "gauge"
    source: str = ""
    hold_us: int = 0
    when: Row | None = None
    known_as: tuple[str, ...] = ()
    """What protocols call it: ``mtconnect:SPINDLE_SPEED/ACTUAL``."""

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers; those of a mode are words."""
        return self.behaviour != "mode"

    @property
    def step(self) -> Decimal:
        """Its resolution as a number."""
        return Decimal(self.resolution)

    @property
    def steps_a_unit(self) -> Fraction:
        """How many of its steps make one of its unit.

        Example:
            >>> from zhizao.model.text import same
            >>> Quantity("power", same("power"), "kW", "0.25").steps_a_unit
            Fraction(4, 1)
        """
        return 1 / Fraction(self.step)
