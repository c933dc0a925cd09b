"""Quantities: what is observed, with unit, resolution and behaviour over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhizao.model.text import Text


@dataclass(frozen=True, slots=True)
class Quantity:
    """What an observation observes.

    ``resolution`` is the step in which states over it count ('0.001' kW); ``behaviour`` says whether it is a level held
    between readings (gauge), a running total (counter), or one of a few named modes (mode).
    """

    id: str
    name: Text
    unit: str
    resolution: str = "0.001"
    behaviour: Literal["gauge", "counter", "mode"] = "gauge"
    source: str = ""
