"""The additive states of plain columns: count, sum, min, max."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from zhizao.measure.states.contract import Column, Figure, Values

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are, or report the value."""

    columns: tuple[Column, ...] = (Column("n", "count"),)

    def lift(self, value: ir.Column | None, rows: ir.Table, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        return {"n": rows.count(where=where) if value is None else value.count(where=where)}

    def spread(self, value: ir.Column) -> None:
        return None

    def single(self, value: Any, stamp: str = "") -> Values:
        return (0 if value is None else 1,)

    @property
    def figure(self) -> Figure:
        return Figure(0)

    def estimate(self, values: Values) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Sum:
    """The exact sum of a field; a sum of nothing says nothing."""

    columns: tuple[Column, ...] = (Column("sum", "sum"),)

    def lift(self, value: ir.Column | None, rows: ir.Table, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        assert value is not None
        return {"sum": value.sum(where=where)}

    def spread(self, value: ir.Column) -> None:
        return None

    def single(self, value: Any, stamp: str = "") -> Values:
        return (value,)

    @property
    def figure(self) -> Figure:
        return Figure(0)

    def estimate(self, values: Values) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Extreme:
    """The smallest or the greatest value."""

    rule: Literal["min", "max"]

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column("value", self.rule),)

    def lift(self, value: ir.Column | None, rows: ir.Table, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        assert value is not None
        return {"value": value.min(where=where) if self.rule == "min" else value.max(where=where)}

    def spread(self, value: ir.Column) -> None:
        return None

    def single(self, value: Any, stamp: str = "") -> Values:
        return (value,)

    @property
    def figure(self) -> Figure:
        return Figure(0)

    def estimate(self, values: Values) -> None:
        return None
