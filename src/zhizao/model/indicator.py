"""Indicators: one formula with a level, a period, a unit, a direction, names and a source."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from zhizao.model.expression import Expr, folds
from zhizao.model.finding import Place
from zhizao.model.period import PeriodKind
from zhizao.model.text import Text

Direction = Literal["up", "down"]
Missing = Literal["complete", "each", "zero"]
ZeroRule = Literal["undefined", "zero", "one"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is measured, written once.

    ``formula`` is the text as written and ``tree`` its typed form (both None for a published-only indicator, which says
    ``because``). ``factor`` turns the formula's natural unit into ``unit``, exactly. ``missing`` decides which rows count:
    only rows that report every field of the formula (complete), each fold its own rows (each), or empty read as zero.
    ``zero`` decides a division by zero. ``weight`` is the field by which coverage is weighted.
    """

    id: str
    name: Text
    unit: str
    period: PeriodKind
    direction: Direction
    record: str = ""
    formula: str | None = None
    tree: Expr | None = None
    factor: Decimal = Decimal(1)
    decimals: int = 6
    missing: Missing = "complete"
    zero: ZeroRule = "undefined"
    weight: str = ""
    attribute: Literal["place", "seat"] = "place"
    because: Text | None = None
    """Why there is no formula, where there is none."""
    number: int = 0
    """Its line in the plan's table; 0 for a second-level indicator of ours."""
    group: Text | None = None
    variant_of: str = ""
    between: tuple[int | None, int | None] = (None, None)
    """The least and the greatest it can be; a value beyond comes with a doubt, for then some fact behind it is wrong."""
    goals: tuple[str, ...] = ()
    """Ids of the plan's nodes it serves."""
    doubts: tuple[Text, ...] = ()
    source: str = ""
    pack: str = ""
    place: Place = Place("")
    definition: str = ""
    """Hash of the canonical tree and rules: the definition's version."""
    notes: tuple[Text, ...] = field(default=())

    @property
    def other_records(self) -> tuple[str, ...]:
        """The record types its formula reads besides its own, in order."""
        return tuple(sorted({fold.record for fold in folds(self.tree)} - {""})) if self.tree is not None else ()

    @property
    def records(self) -> tuple[str, ...]:
        """Every record type its formula reads, its own first."""
        return (self.record, *self.other_records)

    def is_possible(self, value: Decimal) -> bool:
        """Whether a value lies between the bounds.

        Example:
            >>> from zhizao.model.text import same
            >>> oee = Indicator("oee", same("OEE"), "percent", "day", "up", between=(0, 100))
            >>> oee.is_possible(Decimal(100)), oee.is_possible(Decimal("100.1"))
            (True, False)
        """
        low, high = self.between
        return (low is None or value >= low) and (high is None or value <= high)

    @property
    def is_computed(self) -> bool:
        """Whether it can be computed from facts."""
        return self.tree is not None
