"""A change taken apart over groups of units, exactly and by the shape of its formula: no part is estimated, and the parts add up.

The formula is walked once, from the amounts up. Every node knows its figure in both periods and how its change divides over the groups:

    amount        what each group brings more than before
    sum           the parts of both sides together
    product       a' Δb + b' Δa, each change at the mean of the other
    rate a / b    shift-share at mean weights: w' Δr within a group, Δw (r' - R') for its weight among the others
    quotient      the same changes at the mean of the other side, where a side is no plain sum over groups
    f(a)          Δa at the slope of the chord

Each rule is an identity and symmetric in the two periods, so the parts add up to the change exactly and change their sign when the periods change
places. Arithmetic is in fractions; roots, powers and logarithms enter as decimals of 60 digits, and only as the slope of a chord.

Source:
    Esteban-Marquillas, A reinterpretation of shift-share analysis, 1972, with mean weights as in Marshall-Edgeworth; the mean of both orders is
    the Shapley value of two factors (Ang, Liu, Chew, Perfect decomposition techniques in energy and environmental analysis, 2003).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from zhizao.judge.attribution.chord import power, raised, slope, undefined
from zhizao.judge.attribution.shift_share import Mass, both_zero_apart, shift_share
from zhizao.model.attribution import Kind
from zhizao.model.makeup import Amount, Apply, Constant, Shape, Standing, Unit

SUM = Context(prec=200)
"""Digits for sums of amounts: more than any economy needs, so that none is lost."""

Slot = tuple[int, Kind]
"""The number of a group, and the kind of its part."""
Parts = dict[Slot, Fraction]


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are taken together: all stand alike to the two periods. ``before`` and ``after`` are what they bring."""

    standing: Standing
    before: tuple[Fraction, ...]
    after: tuple[Fraction, ...]

    @classmethod
    def of(cls, standing: Standing, units: Sequence[Unit]) -> Group:
        """What units bring together."""
        return cls(standing, _added([u.before for u in units]), _added([u.after for u in units]))


@dataclass(frozen=True, slots=True)
class Taken:
    """A figure in both periods, and its change by groups. ``masses`` are given where the figure is the sum of what groups bring; ``weights`` add up to 1."""

    before: Fraction
    after: Fraction
    parts: Parts
    masses: tuple[Mass, ...] = ()
    weights: tuple[Fraction, ...] = ()
    priced: bool = False

    @property
    def middle(self) -> Fraction:
        """The mean of both periods."""
        return (self.before + self.after) / 2


def apportion(shape: Shape, groups: Sequence[Group]) -> Taken:
    """The change of a figure, divided over groups.

    Raises:
        NoAnswer: the figure is undefined in one of the periods.

    Example:
        >>> a, b = Group("both", (Fraction(1), Fraction(10)), (Fraction(3), Fraction(10))), Group("both", (Fraction(9), Fraction(10)), (Fraction(9), Fraction(30)))
        >>> found = apportion(Apply("/", (Amount(0), Amount(1))), [a, b])
        >>> str(found.after - found.before), {slot: str(part) for slot, part in found.parts.items()}
        ('-1/5', {(0, 'within'): '3/40', (0, 'mix'): '1/20', (1, 'within'): '-3/8', (1, 'mix'): '1/20'})
    """
    match shape:
        case Amount():
            return _amount(shape, groups)
        case Constant(value=value):
            return Taken(Fraction(value), Fraction(value), {})
        case Apply(op=op, args=args, zero=zero):
            taken = [apportion(arg, groups) for arg in args]
            return _applied(op, taken, groups, zero)


def _applied(op: str, taken: list[Taken], groups: Sequence[Group], zero: str) -> Taken:
    first = taken[0]
    match op:
        case "+":
            return _plus(first, taken[1], 1)
        case "-":
            return _plus(first, taken[1], -1)
        case "neg":
            return _scaled(first, Fraction(-1))
        case "*":
            return _times(first, taken[1])
        case "/":
            return _over(first, taken[1], groups, zero)
        case "pow":
            return _power(first, taken[1])
        case "positive":
            if first.before <= 0 or first.after <= 0:
                raise undefined()
            return first
    return _function(op, first)


def _amount(amount: Amount, groups: Sequence[Group]) -> Taken:
    unit = Fraction(1, 10**amount.scale)
    masses = tuple(Mass.of(amount, group.before, group.after, unit) for group in groups)
    before, after = sum((m.before for m in masses), Fraction(0)), sum((m.after for m in masses), Fraction(0))
    parts: Parts = {}
    for i, (group, mass) in enumerate(zip(groups, masses, strict=True)):
        _add(parts, (i, _kind(group.standing)), mass.after - mass.before - mass.by_price)
        _add(parts, (i, "price"), mass.by_price)
    return Taken(before, after, parts, masses, _weights(masses, before, after), amount.priced)


def _weights(masses: Sequence[Mass], before: Fraction, after: Fraction) -> tuple[Fraction, ...]:
    """The mean share of each group in both periods; the share in one where the other has nothing."""
    sides = [(total, [m.before if i == 0 else m.after for m in masses]) for i, total in enumerate((before, after)) if total]
    return tuple(sum((side[g] / total for total, side in sides), Fraction(0)) / len(sides) for g in range(len(masses))) if sides else ()


def _plus(a: Taken, b: Taken, sign: int) -> Taken:
    parts = dict(a.parts)
    for slot, part in b.parts.items():
        _add(parts, slot, sign * part)
    masses = tuple(m.plus(n, sign) for m, n in zip(a.masses, b.masses, strict=True)) if a.masses and b.masses else ()
    return Taken(a.before + sign * b.before, a.after + sign * b.after, parts, masses, a.weights or b.weights, a.priced or b.priced)


def _scaled(a: Taken, by: Fraction) -> Taken:
    masses = tuple(m.times(by) for m in a.masses)
    return Taken(a.before * by, a.after * by, {slot: part * by for slot, part in a.parts.items()}, masses, a.weights, a.priced)


def _times(a: Taken, b: Taken) -> Taken:
    for one, other in ((a, b), (b, a)):
        if not other.parts and other.before == other.after:
            return _scaled(one, other.before)
    parts = _mixed((a.parts, b.middle), (b.parts, a.middle))
    return Taken(a.before * b.before, a.after * b.after, parts, (), a.weights or b.weights)


def _over(a: Taken, b: Taken, groups: Sequence[Group], zero: str) -> Taken:
    if not b.parts and b.before == b.after and b.before:
        return _scaled(a, 1 / b.before)
    before, after = _quotient(a.before, b.before, zero), _quotient(a.after, b.after, zero)
    if a.masses and b.masses:
        return _rate(a, b, before, after, groups)
    if not b.before or not b.after:
        raise both_zero_apart()
    parts = _mixed((a.parts, (1 / b.before + 1 / b.after) / 2), (b.parts, -a.middle / (b.before * b.after)))
    return Taken(before, after, parts, (), a.weights or b.weights)


def _rate(a: Taken, b: Taken, before: Fraction, after: Fraction, groups: Sequence[Group]) -> Taken:
    """A rate of two sums over the groups: shift-share, what prices did apart."""
    shares = shift_share(a.masses, b.masses, (before, after), split_price=a.priced != b.priced)
    parts: Parts = {}
    for i, (group, share) in enumerate(zip(groups, shares, strict=True)):
        if group.standing == "both":
            _add(parts, (i, "within"), share.within)
            _add(parts, (i, "mix"), share.mix)
            _add(parts, (i, "price"), share.price)
        else:
            _add(parts, (i, _kind(group.standing)), share.total)
    return Taken(before, after, parts, (), tuple(share.weight for share in shares))


def _power(a: Taken, b: Taken) -> Taken:
    """Base and exponent, each changed first and last in turn."""
    by_base, by_exponent = power((a.before, a.after), (b.before, b.after))
    return Taken(raised(a.before, b.before), raised(a.after, b.after), _mixed((a.parts, by_base), (b.parts, by_exponent)), (), a.weights)


def _function(name: str, a: Taken) -> Taken:
    before, after, by = slope(name, a.before, a.after)
    return Taken(before, after, _mixed((a.parts, by)), (), a.weights)


def _quotient(top: Fraction, bottom: Fraction, zero: str) -> Fraction:
    if bottom:
        return top / bottom
    if zero == "undefined":
        raise undefined()
    return Fraction(0 if zero == "zero" else 1)


def _mixed(*sides: tuple[Parts, Fraction]) -> Parts:
    found: Parts = {}
    for parts, by in sides:
        for slot, part in parts.items():
            _add(found, slot, part * by)
    return found


def _add(parts: Parts, slot: Slot, part: Fraction) -> None:
    if part or slot in parts:
        parts[slot] = parts.get(slot, Fraction(0)) + part


def _kind(standing: Standing) -> Kind:
    return "within" if standing == "both" else standing


def _added(rows: Sequence[Sequence[Decimal]]) -> tuple[Fraction, ...]:
    totals = [Decimal(0)] * (len(rows[0]) if rows else 0)
    for row in rows:
        totals = [SUM.add(total, value) for total, value in zip(totals, row, strict=True)]
    return tuple(map(Fraction, totals))
