"""Counts in buckets of equal width: quantiles that every engine and every merge order agree on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from zhizao.measure.states.contract import Column, Values

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values fall in each bucket ``[i * width, (i + 1) * width)``.

    Example:
        >>> h = Histogram(Decimal("0.5"))
        >>> h.single(Decimal("1.7"))
        (((3, 1),),)
        >>> h.quantile((((0, 1), (3, 1), (9, 2)),), Decimal("0.5"))
        Decimal('1.75')
    """

    width: Decimal
    columns: tuple[Column, ...] = (Column("counts", "counts"),)

    def lift(self, value: ir.Column | None, rows: ir.Table, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        assert value is not None
        return {"counts": value.count(where=where)}

    def spread(self, value: ir.Column) -> ir.Column:
        # A float never decides a bucket: both sides are whole numbers of the last decimal place that either has.
        kind = value.type()
        places = max(-int(self.width.as_tuple().exponent), kind.scale or 0 if kind.is_decimal() else 0, 0)
        steps = value.cast(f"decimal(38, {places})") * 10**places
        return exact_floor(steps.cast("decimal(38, 0)"), int(self.width.scaleb(places)))

    def single(self, value: Any, stamp: str = "") -> Values:
        if value is None:
            return ((),)
        return (((int((Decimal(value) / self.width).to_integral_value(ROUND_FLOOR)), 1),),)

    @property
    def figure(self) -> None:
        return None

    def estimate(self, values: Values) -> Decimal | None:
        return Decimal(sum(count for _, count in values[0]))

    def quantile(self, values: Values, q: Decimal) -> Decimal | None:
        """The middle of the bucket that holds the q-quantile (the smallest rank at or above q of all)."""
        counts: tuple[tuple[int, int], ...] = values[0]
        total, below = sum(count for _, count in counts), 0
        for bucket, count in counts:
            below += count
            if below >= q * total:
                return (bucket + Decimal("0.5")) * self.width
        return None


def exact_floor(value: ir.Column, step: int) -> ir.Column:
    """Whole steps below a whole number, also below zero, without a float."""
    from zhizao.measure.exact import quotient

    return quotient(value - ((value % step) + step) % step, step)
