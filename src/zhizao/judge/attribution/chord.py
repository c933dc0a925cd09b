"""Functions of one figure: their values to 60 digits, and the slope of the chord between two points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal, InvalidOperation, localcontext
from fractions import Fraction

from zhizao.errors import NoAnswer
from zhizao.model.text import Text

DIGITS = Context(prec=60)

_VALUES: Mapping[str, Callable[[Decimal], Decimal]] = {"sqrt": Decimal.sqrt, "ln": Decimal.ln, "exp": Decimal.exp, "abs": abs}
_SLOPES: Mapping[str, Callable[[Decimal], Decimal]] = {
    "sqrt": lambda x: 1 / (2 * x.sqrt()) if x else Decimal(0),
    "ln": lambda x: 1 / x,
    "exp": Decimal.exp,
    "abs": lambda x: Decimal((x > 0) - (x < 0)),
}


def slope(name: str, before: Fraction, after: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """The values of a function at two points, and its mean slope between them; where they are one point, the slope there.

    Raises:
        NoAnswer: the function is undefined at one of them.

    Example:
        >>> tuple(map(str, slope("sqrt", Fraction(4), Fraction(9))))
        ('2', '3', '1/5')
    """
    first, last = _at(_VALUES[name], before), _at(_VALUES[name], after)
    return first, last, (last - first) / (after - before) if after != before else _at(_SLOPES[name], before)


def raised(base: Fraction, exponent: Fraction) -> Fraction:
    """A power, as figures have it: undefined of zero, and of a negative base with a broken exponent.

    Example:
        >>> str(raised(Fraction(2, 3), Fraction(2))), str(raised(Fraction(4), Fraction(1, 2)))
        ('4/9', '2')
    """
    base, exponent = Fraction(base), Fraction(exponent)
    if exponent.denominator == 1 and base and abs(exponent) < 1000:
        return base ** int(exponent)
    if base <= 0:
        raise undefined()
    return _at(lambda x: x ** _decimal(exponent), base)


def power(base: tuple[Fraction, Fraction], exponent: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    """How far a power changes with its base and with its exponent: for each the mean slope over both orders of changing one after the other.

    Example:
        >>> by_base, _ = power((Fraction(2), Fraction(3)), (Fraction(2), Fraction(2)))
        >>> str(by_base)
        '5'
    """
    (x0, x1), (p0, p1) = base, exponent
    by_base = sum((raised(x1, p) - raised(x0, p)) / (x1 - x0) if x1 != x0 else p * raised(x0, p) / x0 for p in exponent) / 2
    by_exponent = sum((raised(x, p1) - raised(x, p0)) / (p1 - p0) for x in base) / 2 if p1 != p0 else Fraction(0)
    return Fraction(by_base), Fraction(by_exponent)


def _at(function: Callable[[Decimal], Decimal], at: Fraction) -> Fraction:
    try:
        with localcontext(DIGITS):
            return Fraction(function(_decimal(at)))
    except (InvalidOperation, ZeroDivisionError, ValueError) as error:
        raise undefined() from error


def _decimal(value: Fraction) -> Decimal:
    exact = Fraction(value)  # the search for causes walks formulas in floating point
    return DIGITS.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def undefined() -> NoAnswer:
    """The refusal of a change from or to a figure that is none."""
    return NoAnswer(Text("两期中有一期的值没有意义", "the figure is undefined in one of the two periods"))
