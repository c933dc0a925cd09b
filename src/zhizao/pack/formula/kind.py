"""What kind of figure a part of a formula gives: its unit, whether it is a share or a change, and in whose prices it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from zhizao.pack.units import Unit

Nature = Literal["amount", "number", "count", "ratio", "difference", "growth", "yearly"]
"""``amount`` has a dimension; the rest are plain: a written number, how many, one thing over another, a difference of two
ratios, a relative change to the period before, a relative change per year."""

CHANGES = ("growth", "yearly")

POINT = Unit({"percentage_point": 1})
PERCENT = Unit({"percent": 1})
YEAR = Unit({"year": 1})


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of a finished value. ``price`` is '' where no money is left in it, ``current``, or the year of constant prices."""

    unit: Unit
    nature: Nature
    price: str = ""


PLAIN = Kind(Unit(), "ratio")
COUNT = Kind(Unit(), "count")
NUMBER = Kind(Unit(), "number")


def kind_of(found: Unit, plain: Nature, price: str = "") -> Kind:
    """A kind whose price is forgotten where no money is left, and whose nature is ``plain`` where no dimension is.

    Example:
        >>> kind_of(Unit({"yi_yuan": 1}) / Unit({"yi_yuan": 1}), "ratio", "current").price
        ''
    """
    money = any(dimension in found.dimension for dimension in ("[currency]", "[dollar]"))
    return Kind(found, plain if found.is_plain else "amount", price if money else "")


def added(a: Kind, b: Kind) -> Kind:
    """The sum of two kinds of one unit."""
    nature = b.nature if a.nature == "number" else "ratio" if a.nature in CHANGES or b.nature in CHANGES else a.nature
    if {a.nature, b.nature} == {"ratio", "difference"}:
        nature = "ratio"
    return replace(a, nature=nature, price=a.price or b.price)


def subtracted(a: Kind, b: Kind) -> Kind:
    """The difference of two kinds of one unit: of two ratios it is in percentage points, of one and a ratio it is a ratio again."""
    if a.nature in ("ratio", *CHANGES) and b.nature in ("ratio", *CHANGES):
        return replace(a, nature="difference")
    return added(a, b)


def multiplied(a: Kind, b: Kind) -> Kind:
    """The product of two kinds."""
    nature = b.nature if a.nature == "number" else a.nature if b.nature == "number" else "ratio"
    return kind_of(a.unit * b.unit, _plain(nature), a.price or b.price)


def divided(a: Kind, b: Kind) -> Kind:
    """The quotient of two kinds: of two of one unit it is a ratio."""
    nature = a.nature if b.nature == "number" else "ratio"
    return kind_of(a.unit / b.unit, _plain(nature), a.price or b.price)


def _plain(nature: Nature) -> Nature:
    return "ratio" if nature == "amount" or nature in CHANGES else nature
