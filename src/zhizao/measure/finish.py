"""Finishers: from merged states to a value, in decimal, divided once and rounded once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import partial, reduce
from itertools import repeat

from zhizao.errors import InputError
from zhizao.measure.leaf import Leaf, leaves
from zhizao.measure.states import Values, merge
from zhizao.measure.states.distinct import Distinct
from zhizao.measure.states.histogram import Histogram
from zhizao.measure.states.moments import Moments
from zhizao.model.expression import Barrier, Call, Expr, Fold, Number, Op
from zhizao.model.indicator import Indicator, ZeroRule
from zhizao.model.period import Period, PeriodKind, year
from zhizao.model.text import Text

EXACT = Context(prec=50, traps=[InvalidOperation, Overflow, DivisionByZero])
"""The arithmetic of every finished value: 50 digits, half-even."""

Look = Callable[[Leaf, Period], Sequence[Values]]
"""Gives the merged states of a leaf in a period, one for each of a fixed list of entities."""


def reach(tree: Expr, period: Period, native: PeriodKind) -> set[Period]:
    """The periods whose states a value needs.

    Example:
        >>> tree = Call("base", (Fold("sum"),), (("year", Decimal(2015)),))
        >>> sorted(str(p) for p in reach(Op("-", (Fold("sum"), tree)), year(2020), "year"))
        ['2015', '2020']
    """
    match tree:
        case Fold() | Barrier():
            if period.kind == "window" and isinstance(tree, Barrier):
                raise InputError(
                    Text(f"{period}：按对象平均的指标没有多年合并值", f"{period}: a mean over entities has no value over several years"),
                    where="--period",
                    cure=Text("请逐年测算，如 2016..2020", "measure year by year: 2016..2020"),
                )
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
    """How many periods back a growth looks: ``years`` for years, else one period.

    Raises:
        InputError: periods that do not count a whole number to a year.
    """
    if "years" not in dict(call.options):
        return 1
    a_year = {"year": 1, "window": 1, "quarter": 4, "month": 12}.get(period.kind)
    if a_year is None:
        cure = Text("请按年、季或月测算", "measure years, quarters or months")
        raise InputError(
            Text(f"{period} 没有若干年前的同期", f"{period} has no same period some years before"), where="--period", cure=cure
        )
    return _years(call) * a_year


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
    return year(base) if period.kind in ("year", "window") else Period.parse(f"{base:04d}{period.text[4:]}")


Column = list[Decimal | None]
"""A finished value for each of a fixed list of entities; None where it is undefined."""


class Finisher:
    """The arithmetic of one indicator, applied to many entities at once."""

    def __init__(self, indicator: Indicator, native: PeriodKind) -> None:
        assert indicator.tree is not None
        self.indicator, self.native, self.tree = indicator, native, indicator.tree
        self._leaf: Mapping[int, Leaf] = {id(leaf.node): leaf for leaf in leaves(indicator)}
        self._unit = Decimal(1).scaleb(-indicator.decimals)

    def values(self, period: Period, look: Look) -> Column:
        """The values in the indicator's unit at its printed scale, in the order of the entities that ``look`` speaks of."""
        with localcontext(EXACT):
            factor, unit = self.indicator.factor, self._unit
            return [None if raw is None else (raw * factor).quantize(unit) for raw in self._of(self.tree, period, look)]

    def _of(self, tree: Expr, period: Period, look: Look) -> Column:
        match tree:
            case Fold() | Barrier():
                finish = self._leaf[id(tree)].state.finish
                return [finish(values) for values in self._merged(tree, period, look)]
            case Number(value=value):
                return _Repeated(value)
            case Op(op=op, args=args):
                return _each(lambda *v: _arithmetic(op, v, self.indicator.zero), [self._of(a, period, look) for a in args])
            case Call():
                return self._call(tree, period, look)
        raise AssertionError(tree)

    def _merged(self, tip: Expr, period: Period, look: Look) -> Sequence[Values]:
        """The states of a period; a window's are the merge of its years'."""
        leaf = self._leaf[id(tip)]
        if period.kind != "window":
            return look(leaf, period)
        parts = zip(*(look(leaf, year) for year in years_of(period)), strict=True)
        return [reduce(partial(merge, leaf.state), several) for several in parts]

    def _call(self, call: Call, period: Period, look: Look) -> Column:
        if call.name in ("quantile", "mean", "sd", "estimate"):
            reading = self._reading(call)
            return [reading(values) for values in self._merged(call.args[0], period, look)]
        columns = [self._of(arg, at, look) for at in moments_of(call, period, self.native) for arg in call.args]
        span = growth_span(call, period)
        return _each(lambda *v: _apply(call, v, span, self.indicator.zero), columns)

    def _reading(self, call: Call) -> Callable[[Values], Decimal | None]:
        """A finisher that reads a whole state, not a number."""
        state = self._leaf[id(call.args[0])].state
        match state, call.args[1:]:
            case Histogram(), (Number(value=q),) if call.name == "quantile":
                return lambda values: state.quantile(values, q)
            case Moments(), ():
                return state.mean if call.name == "mean" else state.sd
            case Distinct(), ():
                return state.finish
        raise InputError(Text(f"{call.name} 不适用于此状态", f"{call.name} does not read this state"), where=self.indicator.id)


class _Repeated(list[Decimal | None]):
    """A constant, as long as the columns beside it."""

    def __init__(self, value: Decimal) -> None:
        super().__init__([value])


def _each(function: Callable[..., Decimal | None], columns: Sequence[Column]) -> Column:
    """A function applied to each entity's values, None where any of them is."""
    length = max((len(c) for c in columns if not isinstance(c, _Repeated)), default=1)
    rows = zip(*(repeat(c[0], length) if isinstance(c, _Repeated) else c for c in columns), strict=True)
    return [None if None in row else function(*row) for row in rows]


_ZERO: Mapping[ZeroRule, Decimal | None] = {"undefined": None, "zero": Decimal(0), "one": Decimal(1)}


def _arithmetic(op: str, values: Sequence[Decimal], zero: ZeroRule) -> Decimal | None:
    first = values[0]
    match op:
        case "/":
            return first / values[1] if values[1] else _ZERO[zero]
        case "+":
            return first + values[1]
        case "-":
            return first - values[1]
        case "*":
            return first * values[1]
        case _:
            return -first


def _apply(call: Call, values: Sequence[Decimal], span: int, zero: ZeroRule) -> Decimal | None:
    first = values[0]
    match call.name:
        case "base" | "at_end":
            return first
        case "share":
            return _arithmetic("/", values, zero)
        case "growth":
            return _growth(_arithmetic("/", values, zero), _years(call), span)
        case "rolling":
            return sum(values, Decimal(0)) / len(values)
        case "pow":
            return first ** values[1] if first > 0 or (values[1] == int(values[1]) and first) else None
        case "sqrt":
            return first.sqrt() if first >= 0 else None
        case "ln":
            return first.ln() if first > 0 else None
        case "exp":
            return first.exp()
        case "abs":
            return abs(first)
    raise InputError(Text(f"没有名为 {call.name} 的函数", f"no function is named {call.name}"))


def _growth(ratio: Decimal | None, years: int, span: int) -> Decimal | None:
    """Yearly growth from the ratio of two values; a change of sign has no average growth."""
    if ratio is None or (span > 1 and ratio <= 0):
        return None
    return ratio - 1 if years == 1 else ratio ** (Decimal(1) / years) - 1


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
