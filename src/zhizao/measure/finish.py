"""Finishers: from merged states to a value, in decimal, divided once and rounded once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import partial, reduce

from zhizao.errors import InputError
from zhizao.measure.leaf import Leaf, leaves
from zhizao.measure.states import State, Values, merge
from zhizao.measure.states.distinct import Distinct
from zhizao.measure.states.histogram import Histogram
from zhizao.measure.states.moments import Moments
from zhizao.model.expression import Barrier, Call, Expr, Fold, Number, Op
from zhizao.model.indicator import Indicator, ZeroRule
from zhizao.model.period import Period, PeriodKind, year
from zhizao.model.text import Text

EXACT = Context(prec=50, traps=[InvalidOperation, Overflow, DivisionByZero])
"""The arithmetic of every finished value: 50 digits, half-even."""

Look = Callable[[Leaf, Period], Values]
"""Gives the merged state (a tuple) of a leaf in a period."""


def reach(tree: Expr, period: Period, native: PeriodKind) -> set[Period]:
    """The periods whose states a value needs.

    Example:
        >>> tree = Call("base", (Fold("sum"),), (("year", Decimal(2015)),))
        >>> sorted(str(p) for p in reach(Op("-", (Fold("sum"), tree)), year(2020), "year"))
        ['2015', '2020']
    """
    match tree:
        case Fold() | Barrier():
            return set(years_of(period)) if period.kind == "window" else {period}
        case Number():
            return set()
        case Op(args=args):
            return set[Period]().union(*(reach(a, period, native) for a in args))
        case Call():
            found: set[Period] = set()
            for at in moments_of(tree, period, native):
                found = found.union(*(reach(a, at, native) for a in tree.args))
            return found


def moments_of(call: Call, period: Period, native: PeriodKind) -> list[Period]:
    """The periods at which a time function looks at its expression; the period itself for any other function."""
    options = dict(call.options)
    match call.name:
        case "base":
            return [_same_in(period, int(options["year"]))]
        case "growth":
            end = year(period.year) if period.kind == "window" else period
            return [end, end.shifted(-growth_span(call, end))]
        case "rolling":
            return [period.shifted(-i) for i in range(int(options.get("n", 1)))]
        case "at_end":
            return [last_part(period, native)]
        case _:
            return [period]


def growth_span(call: Call, period: Period) -> int:
    """How many periods back a growth looks: ``years`` for years, else one period."""
    years = int(dict(call.options).get("years", 1))
    return years * {"year": 1, "quarter": 4, "month": 12}.get(period.kind, 1) if "years" in dict(call.options) else 1


def last_part(period: Period, native: PeriodKind) -> Period:
    """The last period of a finer kind inside a period.

    Example:
        >>> str(last_part(Period.parse("2020"), "month"))
        '2020-12'
    """
    day = period.last_day
    match native:
        case "quarter":
            return Period("quarter", f"{day.year:04d}-Q{(day.month + 2) // 3}")
        case "month":
            return Period("month", f"{day:%Y-%m}")
        case "day":
            return Period("day", day.isoformat())
        case "hour":
            return Period("hour", f"{day.isoformat()}T23")
        case _:
            return period


def years_of(window: Period) -> list[Period]:
    """The years of a window.

    Example:
        >>> [str(p) for p in years_of(Period.parse("2016/2018"))]
        ['2016', '2017', '2018']
    """
    return year(window.first_day.year).through(year(window.last_day.year))


def _same_in(period: Period, base: int) -> Period:
    return year(base) if period.kind == "year" else Period.parse(f"{base:04d}{period.text[4:]}")


class Finisher:
    """The arithmetic of one indicator, ready to be applied to any entity and period."""

    def __init__(self, indicator: Indicator, native: PeriodKind) -> None:
        assert indicator.tree is not None
        self.indicator, self.native, self.tree = indicator, native, indicator.tree
        self._leaf: Mapping[int, Leaf] = {id(leaf.node): leaf for leaf in leaves(indicator)}
        self._states: Mapping[int, State] = {node: leaf.state for node, leaf in self._leaf.items()}
        self._unit = Decimal(1).scaleb(-indicator.decimals)

    def value(self, period: Period, look: Look) -> Decimal | None:
        """The value in the indicator's unit at its printed scale; None where it is undefined."""
        with localcontext(EXACT):
            raw = self._of(self.tree, period, look)
            return None if raw is None else (raw * self.indicator.factor).quantize(self._unit)

    def _of(self, tree: Expr, period: Period, look: Look) -> Decimal | None:
        match tree:
            case Fold() | Barrier():
                return self._states[id(tree)].finish(self._merged(tree, period, look))
            case Number(value=value):
                return value
            case Op(op="neg", args=(one,)):
                found = self._of(one, period, look)
                return None if found is None else -found
            case Op(op=op, args=(left, right)):
                a, b = self._of(left, period, look), self._of(right, period, look)
                return None if a is None or b is None else _arithmetic(op, a, b, self.indicator.zero)
            case Call():
                return self._call(tree, period, look)
        raise AssertionError(tree)

    def _merged(self, tip: Fold | Barrier, period: Period, look: Look) -> Values:
        """The state of a period; a window's is the merge of its years'."""
        leaf, state = self._leaf[id(tip)], self._states[id(tip)]
        parts = years_of(period) if period.kind == "window" else [period]
        return reduce(partial(merge, state), (look(leaf, p) for p in parts))

    def _call(self, call: Call, period: Period, look: Look) -> Decimal | None:
        if call.name in ("quantile", "mean", "sd", "estimate"):
            return self._of_state(call, period, look)
        values = [self._of(arg, at, look) for at in moments_of(call, period, self.native) for arg in call.args]
        if any(v is None for v in values):
            return None
        return _apply(call, [v for v in values if v is not None], growth_span(call, period), self.indicator.zero)

    def _of_state(self, call: Call, period: Period, look: Look) -> Decimal | None:
        """Finishers that read a whole state, not a number."""
        fold = call.args[0]
        state = self._states[id(fold)]
        assert isinstance(fold, Fold)
        values = self._merged(fold, period, look)
        match state:
            case Histogram() if call.name == "quantile":
                q = call.args[1]
                assert isinstance(q, Number)
                return state.quantile(values, q.value)
            case Moments():
                return state.mean(values) if call.name == "mean" else state.sd(values)
            case Distinct():
                return state.finish(values)
        raise InputError(Text(f"{call.name} 不适用于此状态", f"{call.name} does not read this state"), where=self.indicator.id)


def _arithmetic(op: str, a: Decimal, b: Decimal, zero: ZeroRule) -> Decimal | None:
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case _:
            return a / b if b else {"undefined": None, "zero": Decimal(0), "one": Decimal(1)}[zero]


def _apply(call: Call, values: list[Decimal], span: int, zero: ZeroRule) -> Decimal | None:
    first = values[0]
    match call.name:
        case "base" | "at_end":
            return first
        case "share":
            return _arithmetic("/", first, values[1], zero)
        case "growth":
            ratio = _arithmetic("/", first, values[1], zero)
            if ratio is None or (span > 1 and ratio <= 0):
                return None
            return ratio - 1 if _years(call) == 1 else ratio ** (Decimal(1) / _years(call)) - 1
        case "rolling":
            return sum(values, Decimal(0)) / len(values)
        case "pow":
            return first ** values[1] if first > 0 or values[1] == int(values[1]) and first else None
        case "sqrt":
            return first.sqrt() if first >= 0 else None
        case "ln":
            return first.ln() if first > 0 else None
        case "exp":
            return first.exp()
        case "abs":
            return abs(first)
    raise InputError(Text(f"没有名为 {call.name} 的函数", f"no function is named {call.name}"))


def _years(call: Call) -> int:
    return int(dict(call.options).get("years", 1))


def needed(indicators: Iterable[tuple[Indicator, PeriodKind]], periods: Iterable[Period]) -> dict[str, list[Period]]:
    """Every period whose cells some value needs, by kind, in order of time."""
    found: set[Period] = set()
    wanted = list(periods)
    for indicator, native in indicators:
        assert indicator.tree is not None
        found = found.union(*(reach(indicator.tree, p, native) for p in wanted))
    kinds = sorted({p.kind for p in found})
    return {kind: sorted(p for p in found if p.kind == kind) for kind in kinds}
