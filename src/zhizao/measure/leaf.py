"""Leaves: the parts of a formula that are folded from facts; everything above them is arithmetic on finished states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from zhizao.measure.over import SCALE, Over, scale_for
from zhizao.measure.rows import fields_needed
from zhizao.measure.states import State, state_of
from zhizao.model.expression import AnyNode, Barrier, Expr, Fold, children, digest, folds, record_of
from zhizao.model.indicator import Indicator, Missing, ZeroRule
from zhizao.model.period import PeriodKind
from zhizao.model.record import RecordType


@dataclass(frozen=True)
class Leaf:
    """One fold or barrier over the rows of one record type.

    ``needs`` are the fields a row must report to count at all; equal leaves of different indicators are computed once.
    """

    node: Fold | Barrier
    missing: Missing
    needs: tuple[str, ...]
    zero: ZeroRule = "undefined"
    scale: int = SCALE
    """Decimals of the values below a barrier."""

    @property
    def record(self) -> str:
        """The record type whose rows it is folded from, '' for the indicator's own."""
        return record_of(self.node)

    @cached_property
    def key(self) -> str:
        """A short name, the same for equal leaves."""
        return "s" + digest(self.node, self.missing, self.needs, *((self.zero, *((str(self.scale),) if self.scale != SCALE else ())) if isinstance(self.node, Barrier) else ()))

    @cached_property
    def state(self) -> State:
        """The state the leaf folds into."""
        if isinstance(self.node, Barrier):
            return Over(self.node.kind, self.node.weight is not None, self.scale)
        return state_of(self.node.kind, dict(self.node.options))

    def columns(self) -> list[str]:
        """The names of its state's columns in a table of cells."""
        return [f"{self.key}_{column.name}" for column in self.state.columns]

    @cached_property
    def answers(self) -> str:
        """The name of the requirement it shares with other leaves: which rows answered."""
        return "a" + digest(self.missing, self.needs)

    def is_unit_row(self, record: RecordType, kind: PeriodKind) -> bool:
        """Whether each row already is one entity of the barrier in one period of a kind, so that no grouping is needed below it."""
        return (
            record.period == kind
            and isinstance(self.node, Barrier)
            and self.node.level == record.level
            and record.has_one_row
        )


def tips(tree: AnyNode) -> Iterator[Fold | Barrier]:
    """The topmost folds and barriers of a formula."""
    if isinstance(tree, Fold | Barrier):
        yield tree
    else:
        for child in children(tree):
            yield from tips(child)


def leaves(indicator: Indicator) -> tuple[Leaf, ...]:
    """The leaves of an indicator, in the order of its formula.

    Example:
        >>> from zhizao.model.expression import FieldRef, Op
        >>> from zhizao.model.text import same
        >>> tree = Op("/", (Fold("sum", FieldRef("a")), Fold("sum", FieldRef("b"))))
        >>> [leaf.needs for leaf in leaves(Indicator("x", same("x"), "ratio", "year", "up", "r", "", tree))]
        [('a', 'b'), ('a', 'b')]
    """
    assert indicator.tree is not None
    whole = {name: _needs(indicator.tree, name) if indicator.missing == "complete" else () for name in ("", *indicator.other_records)}
    scale = scale_for(indicator.factor, indicator.decimals)
    return tuple(Leaf(tip, indicator.missing, whole[record_of(tip)], indicator.zero, scale) for tip in tips(indicator.tree))


def leaves_over(indicator: Indicator, record: RecordType) -> tuple[Leaf, ...]:
    """The leaves of an indicator that are folded from a record type."""
    return tuple(leaf for leaf in leaves(indicator) if (leaf.record or indicator.record) == record.id)


def _needs(tree: Expr, record: str) -> tuple[str, ...]:
    """The fields that a row of a record type must report: all that any part of the formula reads of it."""
    read = (fields_needed(fold.of) | fields_needed(fold.where) for fold in folds(tree) if fold.record == record)
    return tuple(sorted(frozenset[str]().union(*read)))
