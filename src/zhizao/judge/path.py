"""The required path: where an indicator must stand at any time if its target is to be reached, and the gap to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal, localcontext
from itertools import pairwise

from zhizao.model.period import Period
from zhizao.model.target import Target

PLACES = Decimal("0.000001")
"""Required values and gaps are given to six decimals, as values are."""

_EXACT = Context(prec=34)
_ALL = Decimal(100)

Anchor = tuple[Decimal, Decimal]
"""A decimal year and the value required then."""


def end_year(period: Period) -> Decimal:
    """The end of a period as a decimal year; the end of 2020 is 2020.

    Example:
        >>> str(end_year(Period.parse("2020"))), str(end_year(Period.parse("2019-06")).quantize(PLACES))
        ('2020', '2018.495890')
    """
    last = period.last_day
    day, days = last.timetuple().tm_yday, last.replace(month=12, day=31).timetuple().tm_yday
    return Decimal(last.year) if day == days else last.year - 1 + Decimal(day) / days


def interim(target: Target, targets: Sequence[Target]) -> tuple[Target, ...]:
    """The earlier targets the path to a target leads through, earliest first."""
    same = (t for t in targets if (t.indicator, t.plan, t.entity, t.form) == (target.indicator, target.plan, target.entity, target.form))
    return tuple(sorted((t for t in same if (target.base_year or 0) < t.year < target.year), key=lambda t: t.year))


def required(target: Target, period: Period, targets: Sequence[Target] = ()) -> Decimal | None:
    """The value required at the end of a period; None before the base year, where the path begins.

    Levels and changes move in a straight line from the base through the interim targets, cuts by the same share each year of
    what remains. An average growth and a band are required all the way; so is a first target whose base nobody gave.

    Args:
        targets: the targets among which the interim ones are found.

    Example:
        >>> nc = [Target("nc", y, "level", "up", Decimal(v), Decimal(v), "percent", 2015, Decimal(33)) for y, v in ((2020, 50), (2025, 64))]
        >>> str(required(nc[1], Period.parse("2022"), nc)), str(required(nc[1], Period.parse("2018"), nc))
        ('55.600000', '43.200000')
    """
    when = end_year(period)
    if target.base_year is not None and when < target.base_year:
        return None
    with localcontext(_EXACT):
        return _between(target, _anchors(target, targets), when).quantize(PLACES)


def drawn(target: Target, targets: Sequence[Target] = ()) -> tuple[Anchor, ...]:
    """The required path at the end of every year from its beginning to the target: points to draw it by.

    Example:
        >>> cut = [Target("e", y, "cut_since", "up", Decimal(v), Decimal(v), "percent", 2015) for y, v in ((2020, 18), (2025, 34))]
        >>> [f"{y}: {v:.2f}" for y, v in drawn(cut[0])][2:4]
        ['2017: 7.63', '2018: 11.23']
    """
    anchors = _anchors(target, targets)
    # What is required all the way is drawn over the years it is required for.
    first = target.year - max(target.window, 1) if target.form in ("average_growth", "band") else int(anchors[0][0])
    with localcontext(_EXACT):
        years = (Decimal(y) for y in range(first, target.year + 1))
        return tuple((y, Decimal(_between(target, anchors, y)).quantize(PLACES)) for y in years)


def gap(target: Target, value: Decimal, period: Period, targets: Sequence[Target] = ()) -> Decimal | None:
    """How far a value is ahead of the required path, in the target's direction; below zero is behind, None is before the path begins.

    Inside a band it is the distance to the nearer edge.

    Example:
        >>> fall = Target("price", 2025, "level", "down", Decimal(5), Decimal(5), "yuan")
        >>> str(gap(fall, Decimal(7), Period.parse("2025")))
        '-2.000000'
    """
    needed = required(target, period, targets)
    if needed is None:
        return None
    if target.form == "band" and target.upper is not None:
        return min(value - target.used, target.upper - value).quantize(PLACES)
    ahead = value - needed
    return (ahead if target.direction == "up" else -ahead).quantize(PLACES)


def on_path(target: Target, value: Decimal, period: Period, targets: Sequence[Target] = ()) -> bool | None:
    """Whether a value keeps to the path; an approximate target is eased all along it as it is at its end."""
    ahead = gap(target, value, period, targets)
    return None if ahead is None else ahead >= -abs(target.used - target.threshold)


def _anchors(target: Target, targets: Sequence[Target]) -> list[Anchor]:
    if target.form in ("average_growth", "band"):
        return [(Decimal(target.year), target.used)]
    start = Decimal(0) if target.form in ("change_since", "cut_since") else target.base_value
    base = [(Decimal(target.base_year), start)] if target.base_year is not None and start is not None else []
    return [*base, *((Decimal(t.year), t.used) for t in (*interim(target, targets), target))]


def _between(target: Target, anchors: Sequence[Anchor], year: Decimal) -> Decimal:
    if year <= anchors[0][0]:
        return anchors[0][1]
    for (y0, v0), (y1, v1) in pairwise(anchors):
        if year <= y1:
            way = (year - y0) / (y1 - y0)
            return _cut(v0, v1, way) if target.form == "cut_since" else v0 + (v1 - v0) * way
    return anchors[-1][1]


def _cut(first: Decimal, last: Decimal, way: Decimal) -> Decimal:
    """A cut in percent part of the way between two, falling by an equal share of the remainder each year."""
    before, after = 1 - first / _ALL, 1 - last / _ALL
    if before <= 0 or after <= 0:  # nothing remains to fall by a share of: a straight line is all that is left
        return first + (last - first) * way
    return _ALL * (1 - before ** (1 - way) * after**way)
