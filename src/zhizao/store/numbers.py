"""Exact numbers from text, as one expression any engine can run: half-even rounding at the field's scale, no float anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ibis.expr.types as ir

NUMBER = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,4})?$"
"""What reads as a number; NaN, infinity, thousands separators and full-width digits do not."""


class Number(NamedTuple):
    """A number read from text: null where it is none or does not fit, and whether digits were lost."""

    value: ir.DecimalValue
    finer: ir.BooleanValue


def number(text: ir.StringValue, digits: int, scale: int) -> Number:
    """The decimal a text stands for, rounded half-even to the scale.

    Nearly all figures fit the scale as written and are cast as they stand; only the others pay for rounding.
    """
    import ibis

    kind = f"decimal({digits},{scale})"
    decimals = f"([.][0-9]{{0,{scale}}})?|[.][0-9]{{1,{scale}}}" if scale else "[.]?"
    plain = text.re_search(f"^[+-]?([0-9]+{decimals})$" if not scale else f"^[+-]?([0-9]+{decimals})$")
    kept, rest = _split(text, scale)
    value = ibis.cases((plain, text.try_cast(kind)), (text.re_search(NUMBER), _rounded(kept, rest, digits, scale).try_cast(kind)), else_=None)
    return Number(value, ibis.cases((plain, False), (text.re_search(NUMBER), rest != ""), else_=False))


def _split(text: ir.StringValue, scale: int) -> tuple[ir.StringValue, ir.StringValue]:
    """The digits a scale keeps, and those behind it without closing zeros."""
    import ibis

    # An exponent is written out first. 24 decimals leave 14 digits before the point; larger numbers get by with 12 decimals.
    wide = ibis.coalesce(text.try_cast("decimal(38,24)").cast("string"), text.try_cast("decimal(38,12)").cast("string"))
    long = text.re_search("[eE]").ifelse(wide, text)
    pattern = f"^([+-]?[0-9]*[.][0-9]{{{scale}}})([0-9]*)$" if scale else "^([+-]?[0-9]*)[.]?([0-9]*)$"
    return long.re_extract(pattern, 1), long.re_extract(pattern, 2).re_replace("0+$", "")


def _rounded(kept: ir.StringValue, rest: ir.StringValue, digits: int, scale: int) -> ir.DecimalValue:
    """Kept digits, one unit further from zero where the rest is over a half, or a half after an odd digit."""
    import ibis

    away = (rest > "5") | ((rest == "5") & kept.right(1).isin(list("13579")))
    step = kept.startswith("-").ifelse("-1", "1").try_cast("decimal(1,0)")
    unit = ibis.literal("1" if not scale else f"0.{'0' * (scale - 1)}1").try_cast(f"decimal({scale + 1},{scale})")
    # One digit fewer than the widest, so that the added unit can never overflow.
    number = kept.re_replace("^[+-]?$", "0").try_cast(f"decimal({min(digits, 37)},{scale})")
    return away.ifelse(number + step * unit, number)
