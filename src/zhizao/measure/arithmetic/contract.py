"""What a formula asks of numbers: columns of them, one an entity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Protocol, TypeVar

from zhizao.measure.leaf import Leaf
from zhizao.measure.states import Values
from zhizao.model.indicator import ZeroRule
from zhizao.model.period import Period

C = TypeVar("C")
ZERO: Mapping[ZeroRule, Decimal | None] = {"undefined": None, "zero": Decimal(0), "one": Decimal(1)}
"""What a division by zero is, by each rule."""


class Arithmetic(Protocol[C]):
    """Computes with columns, one number an entity; what is undefined stays undefined."""

    def figure(self, leaf: Leaf, period: Period) -> C:
        """What the states of a leaf say on their own."""

    def reading(self, leaf: Leaf, period: Period, read: Callable[[Values], Decimal | None]) -> C:
        """What a function reads from the whole states of a leaf."""

    def constant(self, value: Decimal) -> C:
        """One number for every entity."""

    def plus(self, a: C, b: C) -> C:
        """The sum."""

    def minus(self, a: C, b: C) -> C:
        """The difference."""

    def times(self, a: C, b: C) -> C:
        """The product."""

    def over(self, a: C, b: C, zero: ZeroRule) -> C:
        """The quotient; by zero, what the rule says."""

    def negative(self, a: C) -> C:
        """The column with the other sign."""

    def absolute(self, a: C) -> C:
        """The column without its sign."""

    def positive(self, a: C) -> C:
        """The column where it is above zero, undefined elsewhere."""

    def power(self, a: C, b: C) -> C:
        """Undefined where the base is zero, or below zero and the exponent no whole number."""

    def sqrt(self, a: C) -> C:
        """The square root, undefined below zero."""

    def ln(self, a: C) -> C:
        """The natural logarithm, undefined at zero and below."""

    def exp(self, a: C) -> C:
        """The exponential."""
