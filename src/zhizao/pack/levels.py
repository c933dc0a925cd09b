"""Which level lies below which: from the loaded hierarchies, and from the ladder every plant knows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from zhizao.model.entity import Hierarchy

PLANT = ("machine", "line", "area", "site", "enterprise")
"""The ladder from the machine to the legal unit, known even where no hierarchy of it is loaded."""


class Levels:
    """The order of levels over all hierarchies together.

    What is part of something (a site, an enterprise) lies below every place or class it is put in.

    Example:
        >>> Levels([]).below("machine", "enterprise"), Levels([]).below("enterprise", "site")
        (True, False)
        >>> Levels([]).reporting("site"), Levels([]).reporting("region")
        (('site', 'area', 'line', 'machine'), ('region',))
    """

    def __init__(self, hierarchies: Iterable[Hierarchy]) -> None:
        every = list(hierarchies)
        own = {level.id for h in every if not h.places for level in h.levels} | set(PLANT)
        placed = {level.id for h in every if h.places for level in h.levels}
        self.known = own | placed
        self._parts = own
        self._prefixes = {level.id: level.prefix for h in every for level in h.levels}
        self._above: dict[str, set[str]] = {level: set() for level in self.known}
        for ladder in (PLANT, *(tuple(level.id for level in h.levels) for h in every)):
            for lower, higher in pairwise(ladder):
                self._above[lower].add(higher)
        for lower in own - placed:
            self._above[lower] |= placed - own

    def below(self, lower: str, higher: str) -> bool:
        """Whether the first level lies strictly below the second."""
        seen: set[str] = set()
        waiting = [lower]
        while waiting:
            for level in self._above.get(waiting.pop(), set()) - seen:
                seen.add(level)
                waiting.append(level)
        return higher in seen and lower not in seen

    def reporting(self, level: str) -> tuple[str, ...]:
        """The prefixes of the entities whose rows a field of a level takes: its own, and those of what may be part of it, highest first."""
        below = [lower for lower in self._parts if level in self._parts and self.below(lower, level)]
        below.sort(key=lambda lower: (sum(self.below(lower, other) for other in below), lower))
        return tuple(dict.fromkeys(self._prefixes.get(name, name) for name in (level, *below)))
