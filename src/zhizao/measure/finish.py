"""Finishers: from merged states to a value, divided once and rounded once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import reduce
from typing import TypeVar

from zhizao.errors import InputError, StateOverflow
from zhizao.measure.arithmetic.contract import Arithmetic
from zhizao.measure.arithmetic.decimals import DIGITS, Column, Decimals
from zhizao.measure.arithmetic.estimates import Estimates, settled
from zhizao.measure.frame import Frame
from zhizao.measure.leaf import Leaf, leaves
from zhizao.measure.reach import growth_span, moments_of, span_years
from zhizao.measure.states import Values, finish
from zhizao.measure.states.distinct import Distinct
from zhizao.measure.states.histogram import Histogram
from zhizao.measure.states.moments import Moments
from zhizao.model.expression import Barrier, Call, Expr, Fold, Number, Op
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period, PeriodKind
from zhizao.model.text import Text

C = TypeVar("C")


class Finisher:
    """The arithmetic of one indicator, applied to all entities of a frame at once.

    The formula is walked twice by the same lines: first with estimates, which settle nearly every figure, then exactly for the rest.
    """

    def __init__(self, indicator: Indicator, native: PeriodKind) -> None:
        assert indicator.tree is not None
        self.indicator, self.native, self.tree = indicator, native, indicator.tree
        self._leaf = {id(leaf.node): leaf for leaf in leaves(indicator)}

    def figures(self, period: Period, frame: Frame) -> list[int | None]:
        """The values in whole steps of the indicator's printed scale, in the order of the frame's entities; None where undefined."""
        estimate = self._of(self.tree, period, Estimates(frame))
        return settled(estimate, self.indicator.factor, self.indicator.decimals, lambda doubtful: self.exact(period, frame, doubtful))

    def exact(self, period: Period, frame: Frame, entities: list[int]) -> list[int | None]:
        """The same for some entities, by their place in the frame, in exact arithmetic alone.

        Raises:
            StateOverflow: a value has more digits than exact arithmetic keeps.
        """
        if not entities:
            return []
        try:
            with localcontext(DIGITS):
                column: Column = self._of(self.tree, period, Decimals(frame, entities))
                scale, unit = self.indicator.factor.scaleb(self.indicator.decimals), Decimal(1)
                return [None if raw is None else int((raw * scale).quantize(unit)) for raw in column]
        except ArithmeticError as error:
            what = Text(f"{period} 的数值超出 50 位", f"a value in {period} has more than 50 digits")
            cure = Text("检查公式，或用较大的单位", "look at the formula, or take a larger unit")
            raise StateOverflow(what, where=self.indicator.id, cure=cure) from error

    def walked(self, period: Period, by: Arithmetic[C]) -> C:
        """The formula walked by any arithmetic: what it makes of a period."""
        return self._of(self.tree, period, by)

    def _of(self, tree: Expr, period: Period, by: Arithmetic[C]) -> C:
        match tree:
            case Fold() | Barrier():
                return by.figure(self._leaf[id(tree)], period)
            case Number(value=value):
                return by.constant(value)
            case Op(op=op, args=args):
                return self._operation(op, [self._of(a, period, by) for a in args], by)
            case Call(name="mean", args=(Fold(kind="moments") as fold,)):
                return by.figure(self._leaf[id(fold)], period)
            case Call(name="quantile" | "mean" | "sd" | "estimate"):
                leaf = self._leaf[id(tree.args[0])]
                return by.reading(leaf, period, self._reading(tree, leaf))
            case Call():
                columns = [self._of(a, at, by) for at in moments_of(tree, period, self.native) for a in tree.args]
                return self._call(tree, columns, growth_span(tree, period), by)
        raise AssertionError(tree)

    def _operation(self, op: str, columns: list[C], by: Arithmetic[C]) -> C:
        match op:
            case "+":
                return by.plus(*columns)
            case "-":
                return by.minus(*columns)
            case "*":
                return by.times(*columns)
            case "/":
                return by.over(columns[0], columns[1], self.indicator.zero)
            case _:
                return by.negative(*columns)

    def _call(self, call: Call, columns: list[C], span: int, by: Arithmetic[C]) -> C:
        first, *rest = columns
        match call.name:
            case "base" | "at_end":
                return first
            case "share":
                return by.over(first, rest[0], self.indicator.zero)
            case "growth":
                return self._growth(by.over(first, rest[0], self.indicator.zero), span_years(call), span, by)
            case "rolling":
                return by.over(reduce(by.plus, columns), by.constant(Decimal(len(columns))), "undefined")
            case "pow":
                return by.power(first, rest[0])
            case "sqrt":
                return by.sqrt(first)
            case "ln":
                return by.ln(first)
            case "exp":
                return by.exp(first)
            case "abs":
                return by.absolute(first)
        raise InputError(Text(f"没有名为 {call.name} 的函数", f"no function is named {call.name}"))

    def _growth(self, ratio: C, years: int, span: int, by: Arithmetic[C]) -> C:
        """Yearly growth from the ratio of two values; a change of sign has no average growth."""
        sound = by.positive(ratio) if span > 1 else ratio
        yearly = sound if years == 1 else by.power(sound, by.over(by.constant(Decimal(1)), by.constant(Decimal(years)), "undefined"))
        return by.minus(yearly, by.constant(Decimal(1)))

    def _reading(self, call: Call, leaf: Leaf) -> Callable[[Values], Decimal | None]:
        """A function that reads a whole state, not a number."""
        state, more = leaf.state, call.args[1:]
        if call.name == "quantile" and isinstance(state, Histogram) and len(more) == 1 and isinstance(more[0], Number):
            q, quantile = more[0].value, state.quantile
            return lambda values: quantile(values, q)
        if call.name == "sd" and isinstance(state, Moments):
            return state.sd
        if isinstance(state, Moments | Distinct) and not more:
            return lambda values: finish(state, values)
        raise InputError(Text(f"{call.name} 不适用于此状态", f"{call.name} does not read this state"), where=self.indicator.id)
