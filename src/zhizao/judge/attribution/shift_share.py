"""Shift-share at mean weights: how much of the change of a rate each group made by its own rate, and how much by its weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from zhizao.errors import NoAnswer
from zhizao.model.makeup import Amount
from zhizao.model.text import Text

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Mass:
    """What a group brings to a sum in both periods; ``volume`` is the same at constant prices, where that is known."""

    before: Fraction
    after: Fraction
    volume: tuple[Fraction, Fraction] | None = None

    @classmethod
    def of(cls, amount: Amount, before: Sequence[Fraction], after: Sequence[Fraction], unit: Fraction) -> Mass:
        """An amount of what a group brings, in units of its own scale."""
        at = amount.volume
        volume = (before[at] * unit, after[at] * unit) if at >= 0 and before[at] and after[at] else None
        return cls(before[amount.index] * unit, after[amount.index] * unit, volume)

    def plus(self, other: Mass, sign: int) -> Mass:
        """The sum or difference; volumes are known only where both are."""
        volume = (self.volume[0] + sign * other.volume[0], self.volume[1] + sign * other.volume[1]) if self.volume and other.volume else None
        return Mass(self.before + sign * other.before, self.after + sign * other.after, volume)

    def times(self, by: Fraction) -> Mass:
        """The multiple."""
        return Mass(self.before * by, self.after * by, (self.volume[0] * by, self.volume[1] * by) if self.volume else None)

    @property
    def prices(self) -> tuple[Fraction, Fraction] | None:
        """What one unit of volume cost in both periods."""
        if not self.volume or not all(self.volume):
            return None
        return self.before / self.volume[0], self.after / self.volume[1]

    @property
    def by_price(self) -> Fraction:
        """The part of the change that prices made: their change at the mean volume."""
        if not (prices := self.prices) or not self.volume:
            return NOTHING
        return (prices[1] - prices[0]) * (self.volume[0] + self.volume[1]) / 2


@dataclass(frozen=True, slots=True)
class Share:
    """One group's part of the change of a rate, and its mean weight."""

    within: Fraction
    mix: Fraction
    price: Fraction
    weight: Fraction

    @property
    def total(self) -> Fraction:
        """All it contributed."""
        return self.within + self.mix + self.price


def shift_share(tops: Sequence[Mass], bottoms: Sequence[Mass], rates: tuple[Fraction, Fraction], *, split_price: bool = False) -> list[Share]:
    """The change of a rate of sums, by groups; the shares add up to it exactly.

    A group's weight counts by how far its rate lies from that of the whole, so that weight which moves between groups of one rate changes nothing.
    Where the whole has no weight in one period, its rate there is the given one, and all of the change comes with the weights of the other.

    Args:
        rates: the rate of the whole in both periods.
        split_price: whether to tell apart what prices did to the rates.

    Example:
        >>> tops, bottoms = [Mass(Fraction(1), Fraction(3)), Mass(Fraction(9), Fraction(9))], [Mass(Fraction(10), Fraction(10)), Mass(Fraction(10), Fraction(30))]
        >>> [(str(s.within), str(s.mix)) for s in shift_share(tops, bottoms, (Fraction(1, 2), Fraction(3, 10)))]
        [('3/40', '1/20'), ('-3/8', '1/20')]
    """
    before, after = sum((m.before for m in bottoms), NOTHING), sum((m.after for m in bottoms), NOTHING)
    # Seen from the period that has no weights, a group's rate lies apart from the rate that holds there by rule.
    middle = sum(rates) / 2 if before and after else rates[1] if after == 0 else rates[0]
    return [_share(top, bottom, (before, after), Fraction(middle), split_price) for top, bottom in zip(tops, bottoms, strict=True)]


def _share(top: Mass, bottom: Mass, totals: tuple[Fraction, Fraction], middle: Fraction, split_price: bool) -> Share:
    weights = _over(bottom.before, totals[0]), _over(bottom.after, totals[1])
    total = (_over(top.after, totals[1]) - middle * weights[1]) - (_over(top.before, totals[0]) - middle * weights[0])
    # A group without weight in one period is taken to have had the rate of the other: its weight changed, not its rate.
    known = [(t / b) for t, b in ((top.before, bottom.before), (top.after, bottom.after)) if b]
    rate = sum(known, NOTHING) / len(known) if known else middle
    mix = (weights[1] - weights[0]) * (rate - middle)
    price = _by_price(top, bottom, weights) if split_price and len(known) == 2 else NOTHING
    sides = [w for w, t in zip(weights, totals, strict=True) if t]
    return Share(total - mix - price, mix, price, sum(sides, NOTHING) / len(sides) if sides else NOTHING)


def _by_price(top: Mass, bottom: Mass, weights: tuple[Fraction, Fraction]) -> Fraction:
    """What the prices of one side did to a group's rate, at its mean weight."""
    weight = sum(weights, NOTHING) / 2
    if (prices := top.prices) and top.volume:
        return weight * (prices[1] - prices[0]) * (top.volume[0] / bottom.before + top.volume[1] / bottom.after) / 2
    if prices := bottom.prices:
        rate = (top.before / bottom.before + top.after / bottom.after) / 2
        return -weight * rate * (prices[1] - prices[0]) / ((prices[0] + prices[1]) / 2)
    return NOTHING


def _over(top: Fraction, bottom: Fraction) -> Fraction:
    return top / bottom if bottom else NOTHING


def both_zero_apart() -> NoAnswer:
    """The refusal of a quotient that is zero below in one period and no plain rate."""
    return NoAnswer(Text("分母在一期中为零，变化无法分解", "a denominator is zero in one of the periods, so the change cannot be taken apart"))
