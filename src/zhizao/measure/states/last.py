"""The latest value: of two, the one with the later stamp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zhizao.measure.states.contract import Column, Figure, Values

if TYPE_CHECKING:
    import ibis.expr.types as ir

STAMP = "_stamp"
"""The column of rows that orders them in time: valid time, then the key, so that no two are equal."""


@dataclass(frozen=True, slots=True)
class Last:
    """The value of the latest row."""

    columns: tuple[Column, ...] = (Column("value", "latest"), Column("stamp", "max"))

    def lift(self, value: ir.Column | None, rows: ir.Table, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        assert value is not None
        reported = value.notnull() if where is None else value.notnull() & where
        return {"value": value.argmax(rows[STAMP], where=reported), "stamp": rows[STAMP].max(where=reported)}

    def spread(self, value: ir.Column) -> None:
        return None

    def single(self, value: Any, stamp: str = "") -> Values:
        return (None, None) if value is None else (value, stamp)

    @property
    def figure(self) -> Figure:
        return Figure(0)

    def estimate(self, values: Values) -> None:
        return None
