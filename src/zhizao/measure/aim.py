"""What is asked for: which entities, resolved over every place a fact can lie in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from zhizao.errors import InputError, UnknownName
from zhizao.measure.placement import Placement
from zhizao.model.entity import CROSS, Hierarchy, level_of
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.text import Text

Place = tuple[str, ...]
"""The entity a fact lies at in each hierarchy, '' where it has none."""


@dataclass(frozen=True, slots=True)
class Aim:
    """One request: inside these entities, one result for every combination of these levels.

    ``within`` and ``levels`` speak of hierarchies; ``unit`` is the one entity, and ``unit_level`` the level of entities, that the facts
    themselves are about (or are part of).
    """

    within: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    unit: str = ""
    unit_level: str = ""

    @property
    def inside(self) -> str:
        """The unit inside which units of another level are asked for, '' where the unit itself is."""
        return self.unit if self.unit and level_of(self.unit) != self.unit_level else ""

    @property
    def label(self) -> str:
        """The name of its result where no level spreads it."""
        return CROSS.join(e for e in (*self.within, self.unit) if e)


def aims(library: Library, of: Sequence[str], by: Sequence[str]) -> tuple[Aim, ...]:
    """The requests that ``--of`` and ``--by`` make together.

    Raises:
        UnknownName: a level that no hierarchy and no record type has.
        InputError: two levels of units, each of which would be the name of a result.

    Example:
        >>> from zhizao.measure.aim import Aim
        >>> Aim(("region:32",), ("sector",)).label
        'region:32'
    """
    placing = {level.id for h, level in library.levels() if h.places}
    known = placing | {level.id for _, level in library.levels()} | {r.level for r in library.records.values() if r.level}
    for level in by:
        if level not in known:
            raise UnknownName(Text("层级", "level"), level, known, where="--by")
    levels = tuple(level for level in by if level in placing)
    units = [level for level in by if level not in placing]
    if len(units) > 1:
        raise InputError(
            Text(f"{'、'.join(units)} 是同一组织的层级，不能同时展开", f"{' and '.join(units)} are levels of the same units and cannot be spread at once"),
            where="--by",
            cure=Text(f"每次问一个层级，例如 --by {units[-1]}", f"ask for one of them at a time, such as --by {units[-1]}"),
        )
    unit_level = units[0] if units else ""
    return tuple(_aim(library, entity, levels, unit_level) for entity in (of or ("",)))


def _aim(library: Library, entity: str, levels: tuple[str, ...], unit_level: str) -> Aim:
    prefixes = {prefix for h in library.placing for prefix in h.prefixes}
    parts = tuple(part for part in entity.split(CROSS) if part)
    within = tuple(part for part in parts if level_of(part) in prefixes)
    unit = next((part for part in parts if level_of(part) not in prefixes), "")
    return Aim(within, levels, unit, unit_level or (level_of(unit) if unit else ""))


@dataclass
class Targets:
    """Resolves places to the names of results."""

    placement: Placement
    hierarchies: tuple[Hierarchy, ...]
    whole_units: bool = True
    """Whether a unit lies in one place as a whole, so that its name alone says which result it is."""

    def labels(self, aim: Aim, place: Place, period: Period) -> Iterator[str]:
        """The results a fact at this place belongs to; '' stands for its unit alone."""
        above = self._above(place, period)
        if any(not any(entity in chain for chain in above) for entity in aim.within):
            return
        for found in product(*(self._on_level(level, above) for level in aim.levels)):
            alone = not found and aim.unit_level
            named = () if alone and self.whole_units else self._context(aim, found, above)
            yield CROSS.join((*named, *found))

    def level_entity(self, level: str, place: Place, period: Period) -> str:
        """The first entity of a level above a place, '' where there is none."""
        above = self._above(place, period)
        return next(iter(self._on_level(level, above)), "")

    def _above(self, place: Place, period: Period) -> list[tuple[str, ...]]:
        """What lies above a place in each hierarchy, on the day of the period that decides there."""
        days = (h.day_of(period) for h in self.hierarchies)
        return [self.placement.ancestors(h, p, day) if p else () for h, p, day in zip(self.hierarchies, place, days, strict=True)]

    def _on_level(self, level: str, above: Sequence[tuple[str, ...]]) -> list[str]:
        """A level that several hierarchies end in (the nation) is taken from the first that places the fact."""
        for hierarchy, chain in zip(self.hierarchies, above, strict=True):
            rung = next((lv for lv in hierarchy.levels if lv.id == level), None)
            found = [entity for entity in chain if rung and rung.holds(entity)]
            if found:
                return found
        return []

    def _context(self, aim: Aim, found: Iterable[str], above: Sequence[tuple[str, ...]]) -> list[str]:
        """The asked-for entities that the result's own name does not already imply."""
        named = tuple(found)
        if not named:
            return list(aim.within)
        return [e for e in aim.within if not any(e in chain and n in chain for chain in above for n in named)]
