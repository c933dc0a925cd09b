"""Count, sum and sum of squares: the mean and the spread, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhizao.measure.states.contract import DIGITS, Column, Figure, Values

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Moments:
    """The first two moments; squares are taken in decimal(38), which raises where it would overflow and never wraps.

    Example:
        >>> Moments().sd((4, Decimal(20), Decimal(120))).quantize(Decimal("0.0001"))
        Decimal('2.5820')
    """

    columns: tuple[Column, ...] = (Column("n", "count"), Column("sum", "sum"), Column("squares", "sum"))

    def lift(self, value: ir.Column | None, rows: ir.Table, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        assert value is not None
        kind = value.type()
        wide = value.cast(f"decimal(38, {kind.scale if kind.is_decimal() else 0})")
        return {"n": value.count(where=where), "sum": value.sum(where=where), "squares": (wide * value).sum(where=where)}

    def spread(self, value: ir.Column) -> None:
        return None

    def single(self, value: Any, stamp: str = "") -> Values:
        return (0, None, None) if value is None else (1, value, DIGITS.multiply(Decimal(value), Decimal(value)))

    @property
    def figure(self) -> Figure:
        return Figure(1, bottom=0)

    def estimate(self, values: Values) -> None:
        return None

    def sd(self, values: Values) -> Decimal | None:
        """The sample standard deviation (n - 1), None of fewer than two rows."""
        n: int = values[0]
        if n < 2:
            return None
        total, squares = Decimal(values[1]), Decimal(values[2])
        return ((squares - total * total / n) / (n - 1)).max(Decimal(0)).sqrt()
