"""How figures are written for a reader."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

Figure = Decimal | float | int


def plain(value: Figure | None, places: int | None = None) -> str:
    """A figure without an exponent or idle zeros, rounded to some places where asked; a dash where there is none.

    Example:
        >>> plain(Decimal("1.540000")), plain(0.7), plain(Decimal("2.675"), 2), plain(None)
        ('1.54', '0.7', '2.68', '–')
    """
    if value is None:
        return "–"
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite():
        return "–"
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    text = f"{exact:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text.replace("-", "−")


def signed(value: Figure | None, places: int = 2) -> str:
    """A difference with its sign always shown.

    Example:
        >>> signed(Decimal("0.28")), signed(-2.0), signed(0)
        ('+0.28', '−2', '0')
    """
    text = plain(value, places)
    return text if value is None or text[0] in "−–" or text == "0" else f"+{text}"


def grouped(value: Figure | None) -> str:
    """A figure with its thousands set apart.

    Example:
        >>> grouped(Decimal("1447950"))
        '1,447,950'
    """
    whole, point, rest = plain(value).partition(".")
    minus, digits = ("−", whole[1:]) if whole.startswith("−") else ("", whole)
    return f"{minus}{int(digits):,}{point}{rest}" if digits.isdigit() else f"{whole}{point}{rest}"


def chance(p: float | None) -> str:
    """A probability in whole percent, never written as certain.

    Example:
        >>> chance(0.731), chance(0.9999), chance(0.0001)
        ('73 %', '> 99 %', '< 1 %')
    """
    if p is None:
        return "–"
    return "> 99 %" if p > 0.99 else "< 1 %" if p < 0.01 else f"{p * 100:.0f} %"


def bounded(value: Figure | None, bound: str) -> str:
    """A figure with the sign of its bound.

    Example:
        >>> bounded(Decimal("1.6"), "lower")
        '≥ 1.6'
    """
    return {"lower": "≥ ", "upper": "≤ "}.get(bound, "") + plain(value)
