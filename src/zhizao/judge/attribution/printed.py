"""Parts at the printed scale: rounded so that they add up to the printed change.

The rule is that of the largest remainder: every part is rounded to the nearest step (ties to even), and the steps by which the sum then misses the printed
change go one each to the parts whose own rounding lost most in that direction; parts that are exactly zero come last, and equal losses go to the greater
part first. The rule is odd: where the change has the other sign, so has every part.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

Name = TypeVar("Name")


def printed(parts: Mapping[Name, Fraction], total: int) -> dict[Name, int]:
    """Parts in whole steps that add up to a total in whole steps.

    Example:
        >>> third = Fraction(1, 3)
        >>> printed({"a": third, "b": third, "c": third}, 1)
        {'a': 1, 'b': 0, 'c': 0}
        >>> printed({"a": -third, "b": -third, "c": -third}, -1)
        {'a': -1, 'b': 0, 'c': 0}
    """
    found = {name: round(part) for name, part in parts.items()}
    missing = total - sum(found.values())
    step = 1 if missing > 0 else -1
    order = sorted(parts, key=lambda name: (parts[name] == 0, (found[name] - parts[name]) * step, -abs(parts[name])))
    for i in range(abs(missing)):
        found[order[i % len(order)]] += step
    return found
