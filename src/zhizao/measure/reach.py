"""Reach: where in time each part of a formula looks, and so the periods whose states a value needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from zhizao.errors import UnfitPeriod
from zhizao.model.expression import Barrier, Call, Expr, Fold, Op, record_of
from zhizao.model.indicator import Indicator
from zhizao.model.period import IN_A_YEAR, Period, PeriodKind, nests_in, year
from zhizao.model.text import Text


def looks(tree: Expr, period: Period, native: PeriodKind) -> Iterator[tuple[Fold | Barrier, Period]]:
    """Each topmost fold or barrier of a formula with each period whose state it is asked for.

    Example:
        >>> tree = Op("/", (Fold("sum"), Call("at_end", (Fold("count"),))))
        >>> [(tip.kind, str(at)) for tip, at in looks(tree, year(2020), "month")]
        [('sum', '2020'), ('count', '2020-12')]
    """
    if isinstance(tree, Fold | Barrier):
        yield tree, period
    elif isinstance(tree, Op | Call):
        for at in moments_of(tree, period, native) if isinstance(tree, Call) else [period]:
            for part in tree.args:
                yield from looks(part, at, native)


def reach(tree: Expr, period: Period, native: PeriodKind, record: str = "") -> set[Period]:
    """The periods whose states over a record type ('' for the indicator's own) a value needs; a window's states are those of its years.

    Raises:
        UnfitPeriod: a mean over entities of several years together.

    Example:
        >>> from decimal import Decimal
        >>> tree = Call("base", (Fold("sum"),), (("year", Decimal(2015)),))
        >>> sorted(str(p) for p in reach(Op("-", (Fold("sum"), tree)), year(2020), "year"))
        ['2015', '2020']
    """
    found: set[Period] = set()
    for tip, at in looks(tree, period, native):
        if record_of(tip) != record:
            continue
        if at.kind == "window" and isinstance(tip, Barrier):
            raise UnfitPeriod(
                Text(f"{at}：按对象平均的指标没有多年合并值", f"{at}: a mean over entities has no value over several years"),
                where="--period",
                cure=Text("请逐年测算，如 2016..2020", "measure year by year: 2016..2020"),
            )
        found.update(years_of(at) if at.kind == "window" else [at])
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
        UnfitPeriod: periods that do not count a whole number to a year.
    """
    if "years" not in dict(call.options):
        return 1
    a_year = IN_A_YEAR.get(period.kind)
    if a_year is None:
        cure = Text("请按年、季或月测算", "measure years, quarters or months")
        raise UnfitPeriod(
            Text(f"{period} 没有若干年前的同期", f"{period} has no same period some years before"), where="--period", cure=cure
        )
    return span_years(call) * a_year


def last_part(period: Period, native: PeriodKind) -> Period:
    """The last period of a finer kind inside a period; the period itself where that kind does not nest in it.

    Example:
        >>> [str(last_part(Period.parse(p), k)) for p, k in (("2020", "month"), ("2016/2020", "year"), ("2020-09-14T08", "hour"))]
        ['2020-12', '2020', '2020-09-14T08']
    """
    return _part_at(period, native, period.last_day, "23")


def parts_of(period: Period, native: PeriodKind) -> list[Period]:
    """The periods of a finer kind inside a period, in order; the period itself where that kind does not nest in it.

    Example:
        >>> [str(p) for p in parts_of(Period.parse("2020-Q1"), "month")], len(parts_of(Period.parse("2020"), "day"))
        (['2020-01', '2020-02', '2020-03'], 366)
    """
    return _part_at(period, native, period.first_day, "00").through(last_part(period, native))


def _part_at(period: Period, native: PeriodKind, day: date, hour: str) -> Period:
    if not nests_in(native, period.kind):
        return period
    match native:
        case "year":
            return year(day.year)
        case "quarter":
            return Period("quarter", f"{day.year:04d}-Q{(day.month + 2) // 3}")
        case "month":
            return Period("month", f"{day:%Y-%m}")
        case "day":
            return Period("day", day.isoformat())
        case _:
            return Period("hour", f"{day.isoformat()}T{hour}")


def years_of(window: Period) -> list[Period]:
    """The years of a window.

    Example:
        >>> [str(p) for p in years_of(Period.parse("2016/2018"))]
        ['2016', '2017', '2018']
    """
    return year(window.first_day.year).through(year(window.last_day.year))


def _same_in(period: Period, base: int) -> Period:
    """The same period of a base year; its last week or day of February where it has no 53rd or 29th."""
    if period.kind in ("year", "window"):
        return year(base)
    try:
        return Period.parse(f"{base:04d}{period.text[4:]}")
    except ValueError:
        return Period.parse(f"{base:04d}{period.text[4:].replace('-W53', '-W52').replace('-02-29', '-02-28')}")


def span_years(call: Call) -> int:
    """The years a growth is taken over, and averaged over."""
    return int(dict(call.options).get("years", 1))


def needed(indicators: Iterable[tuple[Indicator, PeriodKind]], periods: Iterable[Period], record: str = "") -> dict[PeriodKind, list[Period]]:
    """Every period whose cells over a record type ('' for the indicators' own) some value needs, by kind, in order of time."""
    found: set[Period] = set()
    wanted = list(periods)
    for indicator, native in indicators:
        assert indicator.tree is not None
        found = found.union(*(reach(indicator.tree, p, native, record) for p in wanted))
    kinds = sorted({p.kind for p in found})
    return {kind: sorted(p for p in found if p.kind == kind) for kind in kinds}
