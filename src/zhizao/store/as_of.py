"""Which version of each key holds. Versions are ordered by (published_at, number); the last one known holds, unless it withdraws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from zhizao.store.columns import OP, REVISES
from zhizao.store.contract import FACT, PUBLISHED_AT

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


class Engine(Protocol):
    """What is asked of whatever runs the expressions."""

    def hold(self, name: str, rows: ir.Table) -> ir.Table:
        """Keep rows for several uses."""

    def keep(self, name: str, rows: ir.Table) -> ir.Table:
        """The same, perhaps beyond this session."""

    def fetch(self, expression: ir.Table) -> pa.Table:
        """The rows of an expression."""


def latest(rows: ir.Table, key: Sequence[str], engine: Engine) -> ir.Table:
    """The last version of every key, withdrawals included.

    Only keys with several versions are compared; all other rows pass through. Call it where some row revises another.
    """
    return rows.anti_join(engine.keep("superseded", superseded(rows, key)), FACT)


def holding(rows: ir.Table, key: Sequence[str], engine: Engine) -> ir.Table:
    """The versions that hold."""
    last = latest(rows, key, engine)
    return last.filter(last[OP] == "assert")


def superseded(rows: ir.Table, key: Sequence[str]) -> ir.Table:
    """The numbers of the facts that a later version of their key replaces."""
    import ibis

    revising = rows.filter(rows[REVISES]).select(*key).distinct()
    versions = matching(rows.select(FACT, PUBLISHED_AT, *key), revising, key)
    place = ibis.row_number().over(group_by=list(key), order_by=[versions[PUBLISHED_AT].desc(), versions[FACT].desc()])
    ranked = versions.mutate(_place=place)
    return ranked.filter(ranked["_place"] > 0).select(FACT)


def matching(rows: ir.Table, others: ir.Table, columns: Sequence[str]) -> ir.Table:
    """The rows whose columns equal those of another row; null equals null."""
    renamed = others.select(**{f"_o_{c}": others[c] for c in columns})
    return rows.semi_join(renamed, [rows[c].identical_to(renamed[f"_o_{c}"]) for c in columns])
