"""What is summed over the pieces of a group of folds: of signals that are read alone, equal folds of different quantities are one sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir

from zhizao.measure.leaf import Leaf
from zhizao.measure.signal.counted import Counted
from zhizao.measure.signal.fold import all_known, answered, lifted
from zhizao.measure.signal.pieces import Pieces
from zhizao.measure.signal.points import QUANTITY
from zhizao.measure.signal.reads import names
from zhizao.model.expression import Fold, digest, renamed


@dataclass
class Aggregates:
    """The sums over pieces, and what each column that is asked for takes from them.

    Where signals are read alone, groups are of one quantity, so that a sum need not ask which quantity a row is of: each column takes the
    groups of its own quantity later.
    """

    pieces: Pieces
    entity: str
    sums: dict[str, ir.Scalar] = field(default_factory=dict)
    takes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For each column asked for: the sum it takes, and of which quantity ('' for any)."""

    def add(self, part: Leaf) -> None:
        """The columns of a part's state."""
        fold = part.node
        assert isinstance(fold, Fold), "barriers are taken apart before"
        pieces = self._of(fold)
        found = lifted(fold, pieces, self.entity)
        self._take(dict(zip(part.columns(), found, strict=True)), fold, self._meaning(fold, pieces))

    def count(self, counted: Counted) -> None:
        """The columns by which coverage counts."""
        pieces = self._of(counted.fold)
        found = {
            counted.answered: pieces.rows.count(where=answered(counted.fold, pieces)),
            counted.trusted: pieces.lasts.sum(where=all_known(counted.fold, pieces)),
        }
        kind = str(pieces.quantities[0].is_number) if pieces.alone else ""
        self._take(found, counted.fold, digest("known", *(names(counted.fold) if not pieces.alone else (kind,))))

    def of(self, table: ir.Table) -> Mapping[str, ir.Column]:
        """The columns asked for, from a table of the sums."""
        return {
            name: table[taken] if not quantity else ibis.ifelse(table[QUANTITY] == quantity, table[taken], ibis.null(table[taken].type()))
            for name, (taken, quantity) in self.takes.items()
        }

    def _of(self, fold: Fold) -> Pieces:
        """The pieces as a fold reads them: as if all were of its quantity, where signals are read alone."""
        if not self.pieces.alone:
            return self.pieces
        [name] = names(fold)
        return replace(self.pieces, quantities=tuple(q for q in self.pieces.quantities if q.id == name))

    def _take(self, found: Mapping[str, ir.Scalar], fold: Fold, meaning: str) -> None:
        quantity = names(fold)[0] if self.pieces.alone else ""
        for i, (name, value) in enumerate(found.items()):
            self.sums.setdefault(f"_sum_{meaning}_{i}", value)
            self.takes[name] = (f"_sum_{meaning}_{i}", quantity)

    def _meaning(self, fold: Fold, pieces: Pieces) -> str:
        """Equal for folds that make the same sum of the same rows."""
        if not pieces.alone:
            return digest(fold)
        [quantity] = pieces.quantities
        of, where = (None if row is None else renamed(row, lambda _: "_") for row in (fold.of, fold.where))
        return digest(replace(fold, of=of, where=where), str(quantity.is_number), *([quantity.step] if fold.where is not None else []))


def folded(pieces: Pieces, entity: str, group: Sequence[Leaf], counted: Sequence[Counted], keys: Sequence[str], more: Mapping[str, ir.Scalar]) -> ir.Table:
    """The states of parts, and the counts of coverage, by some keys; ``more`` are other sums to keep."""
    aggregates = Aggregates(pieces, entity)
    for part in group:
        aggregates.add(part)
    for one in counted:
        aggregates.count(one)
    table = pieces.rows.group_by(list(keys)).aggregate(**aggregates.sums, **more)
    return table.select(*keys, *more, **aggregates.of(table))
