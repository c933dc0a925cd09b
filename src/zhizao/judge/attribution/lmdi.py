"""Changes by logarithmic means (LMDI-I): what activity, structure and intensity did to an amount, a rate or any product of factors.

Source:
    Ang, LMDI decomposition approach: a guide for implementation, 2015; zero cells by their analytical limits, as in Ang, Liu, Handling zero values in
    the logarithmic mean Divisia index decomposition approach, 2007.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from zhizao.errors import NoAnswer
from zhizao.model.attribution import Kind
from zhizao.model.text import Text

DIGITS = Context(prec=60)
NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Cell:
    """What an entity brings to both sides of a rate, in both periods: (before, after) above, say energy, and below, say output."""

    entity: str
    top: tuple[Fraction, Fraction]
    bottom: tuple[Fraction, Fraction]


def log_mean(a: Fraction, b: Fraction) -> Fraction:
    """The logarithmic mean (a - b) / ln(a / b); a where both are equal, 0 where one is.

    Example:
        >>> f"{float(log_mean(Fraction(60), Fraction(55))):.6f}", str(log_mean(Fraction(3), Fraction(3))), str(log_mean(Fraction(3), Fraction(0)))
        ('57.463750', '3', '0')
    """
    if not a or not b:
        return NOTHING
    return a if a == b else (a - b) / _ln(a / b)


def product(before: Sequence[Fraction], after: Sequence[Fraction]) -> list[Fraction]:
    """What each factor did to a product of factors; they add up to its change.

    A factor that rose from nothing or fell to nothing made all of the change, the first of them where several did.

    Example:
        >>> parts = product([Fraction(x) for x in (10, 1)], [Fraction(x) for x in (12, "0.9")])
        >>> [f"{float(p):.4f}" for p in parts]
        ['1.8952', '-1.0952']
    """
    first, last = _product(before), _product(after)
    if not first or not last:
        gone = next((i for i, pair in enumerate(zip(before, after, strict=True)) if not all(pair)), 0)
        return [last - first if i == gone else NOTHING for i in range(len(before))]
    if first < 0 or last < 0 or any(b / a < 0 for a, b in zip(before, after, strict=True)):
        raise NoAnswer(
            Text("对数平均法不能用于负值", "logarithmic means take no value below zero"),
            where="--method", cure=Text("用 --method exact", "use --method exact"),
        )  # fmt: skip
    mean = log_mean(last, first)
    return [mean * _ln(b / a) for a, b in zip(before, after, strict=True)]


def multiplicative(cells: Sequence[Cell]) -> tuple[Fraction, Fraction]:
    """By what factor structure, and by what factor intensity, changed the rate of all cells together; the rate changed by their product."""
    rates = _rate(cells, 0), _rate(cells, 1)
    parts, whole = rate_parts(cells, Fraction(1)), log_mean(rates[1], rates[0])
    by_kind = {kind: sum((part for (k, _), part in parts.items() if k == kind), NOTHING) for kind in ("mix", "within")}
    return _exp(by_kind["mix"] / whole), _exp(by_kind["within"] / whole)


def amount_parts(cells: Sequence[Cell]) -> dict[tuple[Kind, str], Fraction]:
    """The change of the amount above, by activity (all of what is below), structure (each entity's share of it: mix) and intensity (within).

    Example:
        >>> cells = [Cell("a", (Fraction(60), Fraction(55)), (Fraction(100), Fraction(120))), Cell("b", (Fraction(40), Fraction(50)), (Fraction(100), Fraction(150)))]
        >>> parts = amount_parts(cells)
        >>> [f"{float(sum(p for (k, _), p in parts.items() if k == kind)):.6f}" for kind in ("activity", "mix", "within")]
        ['30.694083', '-2.046608', '-23.647475']
    """
    totals = _total(cells, 0), _total(cells, 1)
    found: dict[tuple[Kind, str], Fraction] = {}
    for cell in cells:
        factors = [(totals[i], *_factors(cell, totals, i)) for i in (0, 1)]
        kinds: tuple[Kind, ...] = ("activity", "mix", "within")
        found |= {(kind, cell.entity): part for kind, part in zip(kinds, product(*factors), strict=True)}
    return found


def rate_parts(cells: Sequence[Cell], step: Fraction) -> dict[tuple[Kind, str], Fraction]:
    """The change of the rate of all cells together, by structure (mix) and intensity (within), in steps."""
    totals = _total(cells, 0), _total(cells, 1)
    found: dict[tuple[Kind, str], Fraction] = {}
    for cell in cells:
        mix, within = product(_factors(cell, totals, 0), _factors(cell, totals, 1))
        found |= {("mix", cell.entity): mix / step, ("within", cell.entity): within / step}
    return found


def _factors(cell: Cell, totals: tuple[Fraction, Fraction], i: int) -> tuple[Fraction, Fraction]:
    """An entity's share of what is below, and its own rate; where it had nothing below, the rate of the other period, so that it is the share that changed."""
    at = i if cell.bottom[i] else 1 - i
    return cell.bottom[i] / totals[i], cell.top[at] / cell.bottom[at] if cell.bottom[at] else NOTHING


def _total(cells: Sequence[Cell], i: int) -> Fraction:
    if total := sum((cell.bottom[i] for cell in cells), NOTHING):
        return total
    raise NoAnswer(Text("分母在一期中为零，变化无法分解", "a denominator is zero in one of the periods, so the change cannot be taken apart"))


def _rate(cells: Sequence[Cell], i: int) -> Fraction:
    return sum((cell.top[i] for cell in cells), NOTHING) / _total(cells, i)


def _product(factors: Sequence[Fraction]) -> Fraction:
    found = Fraction(1)
    for factor in factors:
        found *= factor
    return found


def _ln(value: Fraction) -> Fraction:
    return Fraction(DIGITS.ln(_decimal(value)))


def _exp(value: Fraction) -> Fraction:
    return Fraction(DIGITS.exp(_decimal(value)))


def _decimal(value: Fraction) -> Decimal:
    return DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
