"""The state above a barrier: the finished values of a level's entities, folded again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhizao.measure.states.contract import Column, Figure, MergeRule, Values
from zhizao.model.expression import BarrierKind

if TYPE_CHECKING:
    import ibis.expr.types as ir

SCALE = 12
"""Decimals of the finished values below a barrier, unless the printed figure needs more."""
GUARD = 4
"""Decimals kept beyond those of the printed figure."""


def scale_for(factor: Decimal, decimals: int) -> int:
    """The decimals of values below a barrier whose fold is multiplied by a factor of units and printed with some decimals.

    Example:
        >>> scale_for(Decimal(100), 4), scale_for(Decimal(10) ** 8, 6)
        (12, 18)
    """
    return max(SCALE, factor.adjusted() + decimals + GUARD)


@dataclass(frozen=True, slots=True)
class Over:
    """How many entities have a value, and the sum (plain or weighted), least or greatest of their values.

    Additive over disjoint entities only: below the barrier the parts of one entity must have been merged first.

    Example:
        >>> from zhizao.measure.states import finish
        >>> finish(Over("mean", weighted=False), (4, 2 * 10**12))
        Decimal('0.500000000000')
    """

    kind: BarrierKind
    weighted: bool
    scale: int = SCALE

    @property
    def columns(self) -> tuple[Column, ...]:
        if self.kind == "count":
            return (Column("n", "count"),)
        if self.kind in ("min", "max"):
            rule: MergeRule = "min" if self.kind == "min" else "max"
            return (Column("n", "count"), Column("value", rule))
        weight = (Column("weight", "sum"),) if self.weighted else ()
        return (Column("n", "count"), Column("total", "sum"), *weight)

    def lift_finished(self, value: ir.Column, weight: ir.Column | None, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        """The aggregates over finished values (whole numbers at its scale) and weights (whole numbers)."""
        found = {"n": value.count(where=where)}
        if self.kind in ("min", "max"):
            return found | {"value": value.min(where=where) if self.kind == "min" else value.max(where=where)}
        if self.kind == "count":
            return found
        if weight is None:
            return found | {"total": value.sum(where=where)}
        defined = value.notnull() if where is None else value.notnull() & where
        return found | {"total": (value * weight).sum(where=defined), "weight": weight.sum(where=defined)}

    def lift(self, value: ir.Column | None, rows: ir.Table, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        assert value is not None
        return self.lift_finished(value, None, where)

    def spread(self, value: ir.Column) -> None:
        return None

    def single(self, value: Any, stamp: str = "") -> Values:
        """The state of one finished value (a whole number at its scale), unweighted."""
        if value is None:
            return (0,) if self.kind == "count" else (0, None)
        return (1,) if self.kind == "count" else (1, value)

    @property
    def figure(self) -> Figure:
        match self.kind:
            case "count":
                return Figure(0)
            case "mean":
                return Figure(1, bottom=2 if self.weighted else 0, scale=self.scale)
            case _:
                return Figure(1, scale=self.scale)

    def estimate(self, values: Values) -> None:
        return None
