"""Which cells are wanted."""

from __future__ import annotations

from dataclasses import dataclass

from zhizao.measure.calendar import PERIOD
from zhizao.measure.lasting import place_column
from zhizao.measure.leaf import Leaf
from zhizao.measure.memberships import Attribute
from zhizao.measure.merged import ROWS as ROWS
from zhizao.model.entity import Hierarchy
from zhizao.model.period import Period
from zhizao.model.record import RecordType

UNIT = "_unit"
SPREAD = "_spread"
REPORTS = "_reports"
"""Where a unit may give several rows a period: how many units and periods there are rows of."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which cells are wanted: leaves over one record type, in some periods, placed in some hierarchies, perhaps per unit."""

    record: RecordType
    leaves: tuple[Leaf, ...]
    periods: tuple[Period, ...]
    hierarchies: tuple[Hierarchy, ...]
    answers: tuple[tuple[Leaf, str], ...] = ()
    """What coverage asks: a leaf of each indicator, and the field that weighs its answers ('' for none)."""
    unit_level: str = ""
    units: tuple[str, ...] = ()
    inside: str = ""
    attribute: Attribute = "place"

    @property
    def places(self) -> tuple[str, ...]:
        """The place columns of its cells."""
        return tuple(place_column(h) for h in self.hierarchies)

    @property
    def distinct_leaves(self) -> tuple[Leaf, ...]:
        """Its leaves, each once."""
        return tuple({leaf.key: leaf for leaf in self.leaves}.values())

    @property
    def weights(self) -> tuple[str, ...]:
        """The fields that weigh answers."""
        return tuple(dict.fromkeys(weight for _, weight in self.answers if weight))

    @property
    def keys(self) -> tuple[str, ...]:
        """The key columns of its cells."""
        return (PERIOD, *self.places, *((UNIT,) if self.unit_level else ()))

    @property
    def counts_reports(self) -> bool:
        """Whether rows must be told apart from reports to know who answered."""
        return self.record.is_due and not self.record.has_one_row
