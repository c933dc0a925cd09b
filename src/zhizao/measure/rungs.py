"""The rungs between an entity and the units its figure is made of: which levels a change can be taken apart by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from zhizao.errors import InputError
from zhizao.measure.leaf import leaves
from zhizao.measure.measure import Measurement
from zhizao.model.entity import CROSS, Hierarchy, Level
from zhizao.model.expression import Barrier
from zhizao.model.indicator import Indicator
from zhizao.model.text import Text


@dataclass(frozen=True)
class Rungs:
    """Levels asked for between an entity and the units below it.

    Levels come in three kinds: those of hierarchies that place units (``placing``), those whose entities the units are part of (``hosts``),
    and text fields of the records (``field``).
    """

    measurement: Measurement
    indicator: Indicator
    entity: str
    asked: tuple[str, ...]

    @cached_property
    def unit(self) -> str:
        """The level of the units: what the facts are about, or the entities that a mean is taken over."""
        barrier = next((leaf.node.level for leaf in leaves(self.indicator) if isinstance(leaf.node, Barrier)), "")
        record = self.measurement.library.records[self.indicator.record]
        return barrier or record.level or self._lowest

    @cached_property
    def _lowest(self) -> str:
        """Where the facts may be about anything: the lowest rung of what is part of what that is asked for, or that facts are about."""
        record = self.measurement.library.records[self.indicator.record]
        present = {*self.measurement.levels_of(record)}
        return next((level.id for h in self._orders for level in h.levels if level.id in present), min(present, default=""))

    @property
    def _orders(self) -> Iterator[Hierarchy]:
        return (h for h in self.measurement.library.hierarchies.values() if not h.places)

    @cached_property
    def field(self) -> str:
        """The text field asked for, '' where none is.

        Raises:
            InputError: several fields.
        """
        named = [name for name in self.asked if not self._is_level(name)]
        if len(named) > 1:
            cure = Text("一次写一个字段", "write one field at a time")
            raise InputError(Text("一次只能按一个字段分解", "a change is taken apart by one field at a time"), where="--by", cure=cure)
        return next(iter(named), "")

    def _is_level(self, name: str) -> bool:
        return name == self.unit or any(level.id == name for _, level in self.measurement.library.levels())

    @cached_property
    def placing(self) -> tuple[str, ...]:
        """The levels of hierarchies that place units."""
        known = {level.id for h in self.measurement.placement.hierarchies for level in h.levels}
        return tuple(name for name in self.asked if name in known and name != self.unit)

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The levels of what units are part of."""
        return tuple(name for name in self.asked if name not in (*self.placing, self.field, self.unit))

    @property
    def levels(self) -> tuple[str, ...]:
        """Every level at which a unit has a place of its own, in the order asked for, but the units' own."""
        return tuple(name for name in self.asked if name != self.unit)

    def check(self) -> None:
        """Refuse a level that is not between the entity and the units.

        Raises:
            InputError: names the level, and those that can be asked for.
        """
        below = self.below
        for name in self.asked:
            if name not in below and name != self.field:
                listed = ", ".join(below) or "–"
                raise InputError(
                    Text(f"{name} 不在 {self.entity} 与 {self.unit} 之间", f"{name} is no level between {self.entity} and the {self.unit} level"),
                    where="--by",
                    cure=Text(f"可写 {listed}", f"write one of: {listed}"),
                )

    @cached_property
    def below(self) -> tuple[str, ...]:
        """Every level below the entity and not below the units, in which anything is placed, the highest of each hierarchy first."""
        placing = [name for h in self.measurement.placement.hierarchies if self._is_used(h) for name in self._under(h)]
        return tuple(dict.fromkeys([*placing, *(name for h in self._orders for name in self._under(h)), self.unit]))

    def _is_used(self, hierarchy: Hierarchy) -> bool:
        record = self.measurement.library.records[self.indicator.record]
        return record.level in hierarchy.prefixes or self.measurement.placement.memberships.own(hierarchy).exist

    def _under(self, hierarchy: Hierarchy) -> list[str]:
        """The levels of a hierarchy below the entity, from the top, down to the units' where they stand on it."""
        levels: Sequence[Level] = hierarchy.levels
        parts = self.entity.split(CROSS)
        top = next((i for i, level in enumerate(levels) if any(level.holds(part) for part in parts)), len(levels))
        bottom = next((i for i, level in enumerate(levels) if level.id == self.unit), 0 if hierarchy.places else len(levels))
        return [level.id for level in reversed(levels[bottom:top])]

    def host_of(self, level: str, day: date) -> Mapping[str, str]:
        """For every entity the one of a level that it is part of on a day."""
        units = self.measurement.placement.memberships.units(level)
        if units is None:
            return {}
        held = units.filter((units["_from"] <= day) & (day < units["_to"])).select("child", "host")
        table = self.measurement.session.fetch(held)
        return dict(zip(table["child"].to_pylist(), table["host"].to_pylist(), strict=True))
