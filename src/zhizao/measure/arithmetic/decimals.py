"""Exact arithmetic: decimals of 50 digits. What every figure is in the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import reduce

from zhizao.measure.arithmetic.contract import ZERO
from zhizao.measure.frame import Frame
from zhizao.measure.leaf import Leaf
from zhizao.measure.reach import years_of
from zhizao.measure.states import Values, finish, merge
from zhizao.model.indicator import ZeroRule
from zhizao.model.period import Period

DIGITS = Context(prec=50, traps=[InvalidOperation, Overflow, DivisionByZero])
"""The arithmetic of every finished value: 50 digits, half-even."""

Column = list[Decimal | None]
"""A finished value for each of a fixed list of entities; None where it is undefined."""


class Decimals:
    """Decimal columns of the entities of a frame; call it inside ``localcontext(DIGITS)``."""

    def __init__(self, frame: Frame, entities: Sequence[int]) -> None:
        self._frame, self._entities = frame, entities

    def figure(self, leaf: Leaf, period: Period) -> Column:
        return self.reading(leaf, period, lambda values: finish(leaf.state, values))

    def reading(self, leaf: Leaf, period: Period, read: Callable[[Values], Decimal | None]) -> Column:
        if period.kind != "window":
            return [read(values) for values in self._frame.states(leaf, period, self._entities)]
        parts = zip(*(self._frame.states(leaf, year, self._entities) for year in years_of(period)), strict=True)
        return [read(reduce(lambda a, b: merge(leaf.state, a, b), several)) for several in parts]

    def constant(self, value: Decimal) -> Column:
        return [value] * len(self._entities)

    def plus(self, a: Column, b: Column) -> Column:
        return _each(lambda x, y: x + y, a, b)

    def minus(self, a: Column, b: Column) -> Column:
        return _each(lambda x, y: x - y, a, b)

    def times(self, a: Column, b: Column) -> Column:
        return _each(lambda x, y: x * y, a, b)

    def over(self, a: Column, b: Column, zero: ZeroRule) -> Column:
        return _each(lambda x, y: x / y if y else ZERO[zero], a, b)

    def negative(self, a: Column) -> Column:
        return _each(lambda x: -x, a)

    def absolute(self, a: Column) -> Column:
        return _each(abs, a)

    def positive(self, a: Column) -> Column:
        return _each(lambda x: x if x > 0 else None, a)

    def power(self, a: Column, b: Column) -> Column:
        return _each(lambda x, y: x**y if x > 0 or (x and y == y.to_integral_value()) else None, a, b)

    def sqrt(self, a: Column) -> Column:
        return _each(lambda x: x.sqrt() if x >= 0 else None, a)

    def ln(self, a: Column) -> Column:
        return _each(lambda x: x.ln() if x > 0 else None, a)

    def exp(self, a: Column) -> Column:
        return _each(lambda x: x.exp(), a)


def _each(function: Callable[..., Decimal | None], *columns: Column) -> Column:
    """A function applied to each entity's values, None where any of them is."""
    return [None if None in row else function(*row) for row in zip(*columns, strict=True)]
