"""Which quantities a leaf reads, and which leaves are folded together."""

from __future__ import annotations

from collections.abc import Iterable

from zhizao.measure.barrier import folds_below
from zhizao.measure.leaf import Leaf
from zhizao.model.expression import Barrier, FieldRef, Fold, walk


def parts(leaves: Iterable[Leaf]) -> tuple[Leaf, ...]:
    """The folds of leaves as leaves of their own, those below barriers too, each once."""
    found = (Leaf(fold, leaf.missing, leaf.needs) for leaf in leaves for fold in _folds(leaf))
    return tuple({part.key: part for part in found}.values())


def _folds(leaf: Leaf) -> list[Fold]:
    return folds_below(leaf.node) if isinstance(leaf.node, Barrier) else [leaf.node]


def names(node: Fold | Barrier) -> tuple[str, ...]:
    """The quantities a fold or barrier reads, in order of name.

    Example:
        >>> from zhizao.model.expression import Literal_, RowOp
        >>> names(Fold("integral", FieldRef("power"), RowOp("==", (FieldRef("mode"), Literal_("ACTIVE")))))
        ('mode', 'power')
    """
    return tuple(sorted({n.name for n in walk(node) if isinstance(n, FieldRef)}))
