"""Exact arithmetic inside an engine: whole numbers with a scale, one rounding division, no float.

An engine provides ``exact_ratio(a, b, factor)``: ``a * factor / b`` as a whole number, halves away from zero, null where b is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from zhizao.measure.over import SCALE
from zhizao.model.indicator import ZeroRule

WHOLE = dt.Decimal(38, 0)
_FACTOR = 18
"""The greatest power of ten in 64 bits."""


@ibis.udf.scalar.builtin(name="exact_ratio", signature=((WHOLE, WHOLE, dt.int64), WHOLE))
def ratio(a, b, factor):  # type: ignore[no-untyped-def]
    """``a * factor / b`` rounded to a whole number."""


def quotient(a: ir.Column, b: int) -> ir.Column:
    """A whole number divided by a whole constant."""
    return ratio(a, ibis.literal(b), ibis.literal(1, "int64"))


@dataclass(frozen=True, slots=True)
class Exact:
    """A column that means ``whole / 10**scale``."""

    whole: ir.NumericValue
    scale: int = 0

    @classmethod
    def of(cls, column: ir.NumericValue) -> Exact:
        """A field's values as whole numbers of its last decimal."""
        kind = column.type()
        scale = kind.scale or 0 if isinstance(kind, dt.Decimal) else 0
        # Widened first: the product would not fit in the digits of the field.
        return cls((column.cast(dt.Decimal(38, scale)) * 10**scale).cast(WHOLE) if scale else column, scale)

    def to(self, scale: int) -> ir.NumericValue:
        """The whole numbers at another scale; a coarser one rounds."""
        if scale < self.scale:
            return quotient(self.whole, 10 ** (self.scale - scale))
        return self.whole.cast(WHOLE) * 10 ** (scale - self.scale) if scale > self.scale else self.whole

    def plus(self, other: Exact, sign: int = 1) -> Exact:
        """Sum, or difference with sign -1."""
        scale = max(self.scale, other.scale)
        return Exact(self.to(scale) + sign * other.to(scale), scale)

    def times(self, other: Exact) -> Exact:
        """Product; its scale is the sum of both."""
        return Exact(self.whole.cast(WHOLE) * other.whole, self.scale + other.scale)

    def over(self, other: Exact, zero: ZeroRule = "undefined", scale: int = SCALE) -> Exact:
        """Quotient at the scale of ratios; where the divisor is zero, what the rule says (null where it is undefined)."""
        shift = scale + other.scale - self.scale
        top = self.whole.cast(WHOLE) * 10 ** (shift - _FACTOR) if shift > _FACTOR else self.whole
        bottom = other.whole if shift >= 0 else other.whole * 10**-shift
        divided = ratio(top, bottom, ibis.literal(10 ** min(max(shift, 0), _FACTOR), "int64"))
        if zero == "undefined":
            return Exact(divided, scale)
        instead = ibis.literal(1 if zero == "one" else 0, "int64").cast(WHOLE) * 10**scale
        return Exact(ibis.ifelse((other.whole == 0) & self.whole.notnull(), instead, divided), scale)
