"""Pieces: stretches cut to a grid, read quantity by quantity, whether one signal lies in a row or several side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from zhizao.measure.signal.beside import THEN
from zhizao.measure.signal.grid import SLOT, Grid
from zhizao.measure.signal.points import AT, OWN, QUANTITY, STEPS, WORDS
from zhizao.measure.signal.stretches import RISE, UNTIL
from zhizao.model.quantity import Quantity

START, WIDTH, FIRST = "_start", "_us", "_first"
WHOLE = dt.Decimal(38, 0)


@dataclass(frozen=True)
class Pieces:
    """Rows that hold from ``_start`` to ``_until``; the columns of each quantity's value, whether the row is its own point, and its rise.

    A value is null where nothing is known; ``alone`` says that each row is of one quantity.
    """

    rows: ir.Table
    quantities: tuple[Quantity, ...]
    alone: bool
    later: bool = False
    """Whether no row is a point: values only go on holding."""

    @property
    def lasts(self) -> ir.IntegerColumn:
        """How long each row holds, in microseconds."""
        return self.rows[WIDTH]

    @property
    def begins(self) -> ir.BooleanColumn:
        """Whether something was said, or ended, when a row begins; else it only goes on from before."""
        return self.rows[WIDTH] < 0 if self.later else self.rows[FIRST]

    def value(self, name: str) -> ir.Column:
        """The steps or words of a quantity, null where it is not known."""
        if not self.alone:
            return self.rows[f"{name}{_suffix(self._quantity(name))}"]
        column = self.rows[STEPS if self._quantity(name).is_number else WORDS]
        return column if len(self.quantities) == 1 else ibis.ifelse(self.rows[QUANTITY] == name, column, ibis.null(column.type()))

    def then(self, name: str) -> ir.Column:
        """The same at the very moment a row begins, where what held up to it counts."""
        return self.value(name) if self.alone or self.later else self.rows[f"{name}{THEN}"]

    def is_own(self, name: str) -> ir.BooleanColumn:
        """Whether the row is a point of the quantity, said on the grid."""
        if self.later:
            return self.begins
        if not self.alone:
            return self.rows[f"{name}{OWN}"].fill_null(False) & self.rows[FIRST]
        own = self.rows[OWN] & self.rows[FIRST]
        return own if len(self.quantities) == 1 else own & (self.rows[QUANTITY] == name)

    def rise(self, name: str) -> ir.Column:
        """How far a counter rose at the row: not at all where it only goes on holding."""
        held = ibis.ifelse(self.value(name).notnull() & (self.lasts > 0), ibis.literal(0, "int64"), ibis.null("int64"))
        return held if self.later else ibis.ifelse(self.is_own(name), self.rows[RISE if self.alone else f"{name}{RISE}"], held)

    def fields(self, names: Sequence[str], *, then: bool = False) -> Mapping[str, ir.Column]:
        """The values of quantities as conditions compare them."""
        return {name: _comparable(self.then(name) if then else self.value(name), self._quantity(name)) for name in names}

    def _quantity(self, name: str) -> Quantity:
        return next(q for q in self.quantities if q.id == name)


def _suffix(quantity: Quantity) -> str:
    return STEPS if quantity.is_number else WORDS


def _comparable(value: ir.Column, quantity: Quantity) -> ir.Column:
    """Words as they are, steps as the exact number they mean."""
    if not quantity.is_number:
        return value
    places = max(0, -int(quantity.step.as_tuple().exponent))
    return (value * ibis.literal(f"{quantity.step:f}").cast(dt.Decimal(18, places))).cast(dt.Decimal(38, max(9, places)))


def cut(stretches: ir.Table, grid: Grid) -> ir.Table:
    """Stretches as far as they lie on the grid, each with its first slot and the time it holds there; what goes on beyond is ``carried``."""
    start = ibis.greatest(stretches[AT], ibis.literal(grid.first, "int64"))
    rows = stretches.mutate(**{START: start, FIRST: stretches[AT] >= grid.first, UNTIL: ibis.coalesce(stretches[UNTIL], start)})
    slot = rows[START] - (rows[START] - grid.first) % grid.width
    rows = rows.mutate(**{SLOT: slot, UNTIL: ibis.greatest(rows[UNTIL], rows[START])})
    return rows.mutate(**{WIDTH: ibis.least(rows[UNTIL], rows[SLOT] + grid.width) - rows[START]})


def carried(folded: ir.Table, grid: Grid) -> ir.Table:
    """A row for every further slot that a value goes on into: of each signal and slot at most one value does."""
    going_on = folded.filter(folded[UNTIL].notnull())
    rows = going_on.mutate(_later=ibis.range(going_on[SLOT] + grid.width, going_on[UNTIL], grid.width).unnest())
    rows = rows.mutate(**{SLOT: rows["_later"], START: rows["_later"]}).drop("_later")
    return rows.mutate(**{WIDTH: ibis.least(rows[UNTIL], rows[SLOT] + grid.width) - rows[START]})
