"""How an engine merges states: each column's rule as an aggregate."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from zhizao.measure.states.contract import Column


def merges(columns: Sequence[Column], names: Sequence[str], table: ir.Table) -> dict[str, ir.Scalar]:
    """The engine's form of each column's merge rule."""
    found: dict[str, ir.Scalar] = {}
    for i, (column, name) in enumerate(zip(columns, names, strict=True)):
        value = table[name]
        match column.rule:
            case "count" | "sum":
                found[name] = value.sum()
            case "min":
                found[name] = value.min()
            case "max":
                found[name] = value.max()
            case _:
                found[name] = value.argmax(table[names[i + 1]])
    return found
