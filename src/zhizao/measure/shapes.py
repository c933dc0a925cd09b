"""The arithmetic of a formula as a tree over amounts, with every fold and every look in time resolved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from zhizao.measure.leaf import Leaf
from zhizao.measure.states import Values, finish
from zhizao.measure.volumes import Volume
from zhizao.model.indicator import ZeroRule
from zhizao.model.makeup import Amount, Apply, Constant, Shape
from zhizao.model.period import Period

Read = Callable[[Values], Decimal | None]


@dataclass(frozen=True)
class Look:
    """One number that is read of the states of a leaf in a period: a column that adds up, or (``read``) a figure that does not."""

    leaf: Leaf
    period: Period
    column: int = 0
    read: Read | None = None


@dataclass
class Shapes:
    """An arithmetic that computes nothing: it writes down what would be computed, and of what (``looks``).

    ``money`` are the leaves that are money of their own year, with their twins at constant prices.
    """

    money: Mapping[str, Volume | None] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)

    def figure(self, leaf: Leaf, period: Period) -> Shape:
        rule = leaf.state.figure
        columns = () if rule is None else (rule.top,) if rule.bottom is None else (rule.top, rule.bottom)
        if rule is None or any(leaf.state.columns[i].rule not in ("sum", "count") for i in columns):
            return self.reading(leaf, period, lambda values: finish(leaf.state, values))
        if leaf.key in self.money:
            return self._money(leaf, period, self.money[leaf.key])
        amounts = [self._look(Look(leaf, period, column), rule.scale if i == 0 else 0) for i, column in enumerate(columns)]
        return amounts[0] if len(amounts) == 1 else Apply("/", tuple(amounts))

    def _money(self, leaf: Leaf, period: Period, volume: Volume | None) -> Amount:
        amount = self._look(Look(leaf, period))
        twin = self._look(Look(volume.leaf, period)).index if volume else -1
        return Amount(amount.index, volume=twin, priced=True)

    def reading(self, leaf: Leaf, period: Period, read: Read) -> Shape:
        return self._look(Look(leaf, period, read=read))

    def _look(self, look: Look, scale: int = 0) -> Amount:
        self.looks.append(look)
        return Amount(len(self.looks) - 1, scale)

    def constant(self, value: Decimal) -> Shape:
        return Constant(value)

    def plus(self, a: Shape, b: Shape) -> Shape:
        return Apply("+", (a, b))

    def minus(self, a: Shape, b: Shape) -> Shape:
        return Apply("-", (a, b))

    def times(self, a: Shape, b: Shape) -> Shape:
        return Apply("*", (a, b))

    def over(self, a: Shape, b: Shape, zero: ZeroRule) -> Shape:
        return Apply("/", (a, b), zero)

    def negative(self, a: Shape) -> Shape:
        return Apply("neg", (a,))

    def absolute(self, a: Shape) -> Shape:
        return Apply("abs", (a,))

    def positive(self, a: Shape) -> Shape:
        return Apply("positive", (a,))

    def power(self, a: Shape, b: Shape) -> Shape:
        return Apply("pow", (a, b))

    def sqrt(self, a: Shape) -> Shape:
        return Apply("sqrt", (a,))

    def ln(self, a: Shape) -> Shape:
        return Apply("ln", (a,))

    def exp(self, a: Shape) -> Shape:
        return Apply("exp", (a,))
