"""Which version of each key holds: the last by (published_at, number) of those that stand. A withdrawal ends every version of its key
that was stored before it; what is stored after it stands, whenever it was published.
"""

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


def latest(rows: ir.Table, key: Sequence[str], engine: Engine, *, rekeyed: bool = False) -> ir.Table:
    """The version of every key that decides: the one that holds, or the withdrawal that ended it.

    Only keys with several versions are compared; all other rows pass through. Call it where some row revises another.

    Args:
        rekeyed: rows were stored while the type had another key, so that all are compared.
    """
    several = rows if rekeyed else matching(rows, rows.filter(rows[REVISES]).select(*key).distinct(), key)
    return rows.anti_join(engine.keep("superseded", superseded(several, key)), FACT)


def holding(rows: ir.Table, key: Sequence[str], engine: Engine, *, rekeyed: bool = False) -> ir.Table:
    """The versions that hold."""
    last = latest(rows, key, engine, rekeyed=rekeyed)
    return last.filter(last[OP] == "assert")


def superseded(rows: ir.Table, key: Sequence[str]) -> ir.Table:
    """The numbers of the facts that another version of their key replaces or ends."""
    import ibis

    versions = rows.select(FACT, PUBLISHED_AT, OP, *key)
    ends, ended = _ends(versions, key)
    stand = versions.anti_join(ends, ended)
    # An assertion comes before the withdrawal it was stored after.
    order = [stand[OP] == "withdraw", stand[PUBLISHED_AT].desc(), stand[FACT].desc()]
    ranked = stand.mutate(_place=ibis.row_number().over(group_by=list(key), order_by=order))
    return ranked.filter(ranked["_place"] > 0).select(FACT).union(versions.semi_join(ends, ended).select(FACT))


def standing(rows: ir.Table, key: Sequence[str]) -> ir.Table:
    """The assertions that no withdrawal ended, replaced by later ones or not."""
    return rows.filter(rows[OP] == "assert").anti_join(*_ends(rows, key))


def _ends(rows: ir.Table, key: Sequence[str]) -> tuple[ir.Table, list[ir.BooleanValue]]:
    """The last withdrawal of each key that has one, and what a row must fulfil beside it to be ended by it."""
    ends = rows.filter(rows[OP] == "withdraw").group_by(list(key)).aggregate(_end=rows[FACT].max())
    ends = ends.select("_end", **{f"_e_{k}": ends[k] for k in key})
    return ends, [*(rows[k].identical_to(ends[f"_e_{k}"]) for k in key), rows[FACT] < ends["_end"]]


def matching(rows: ir.Table, others: ir.Table, columns: Sequence[str]) -> ir.Table:
    """The rows whose columns equal those of another row; null equals null."""
    renamed = others.select(**{f"_o_{c}": others[c] for c in columns})
    return rows.semi_join(renamed, [rows[c].identical_to(renamed[f"_o_{c}"]) for c in columns])
