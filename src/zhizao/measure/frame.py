"""A frame: the merged states seen from a fixed list of entities, as columns in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhizao.measure.leaf import Leaf
from zhizao.measure.merged import Block, Merged
from zhizao.measure.states import Values, empty
from zhizao.model.period import Period, PeriodKind

Floats = NDArray[np.float64]


class Frame:
    """Merged states by kind of period, and the entities they are looked at for."""

    def __init__(self, merged: Mapping[PeriodKind, Merged], entities: Sequence[str]) -> None:
        self.merged, self.entities = merged, entities
        self._at = {entity: i for i, entity in enumerate(entities)}
        self._rows: dict[tuple[int, str], NDArray[np.int64]] = {}
        self._floats: dict[tuple[int, str], Floats] = {}

    def states(self, leaf: Leaf, period: Period, entities: Sequence[int]) -> list[Values]:
        """The states of a leaf, for some entities by their place in the list."""
        found = self.merged.get(period.kind, Merged()).blocks
        none = empty(leaf.state)
        columns = [self._plain(found.get(name), name, period, entities) for name in leaf.columns()]
        return [tuple(none[i] if part is None else part for i, part in enumerate(parts)) for parts in zip(*columns, strict=True)]

    def _plain(self, block: Block | None, name: str, period: Period, entities: Sequence[int]) -> list[Any]:
        if block is None:
            return [None] * len(entities)
        rows, column = self._rows_of(block, str(period)), block.plain(name)
        return [column[rows[i]] if rows[i] >= 0 else None for i in entities]

    def floats(self, name: str, period: Period, counts: bool = False) -> Floats:
        """A column for every entity in floating point; not a number (0 in a column that counts) where there is nothing."""
        block = self.merged.get(period.kind, Merged()).blocks.get(name)
        missing = 0.0 if counts else np.nan
        if block is None:
            return np.full(len(self.entities), missing)
        rows, column = self._rows_of(block, str(period)), self._floats_of(block, name)
        found = np.where(rows >= 0, column[rows], missing) if len(column) else np.full(len(rows), missing)
        return np.nan_to_num(found, nan=0.0) if counts else found

    def _floats_of(self, block: Block, name: str) -> Floats:
        key = (id(block), name)
        if key not in self._floats:
            column = block.columns[name]
            assert not isinstance(column, list), "a map has no floats"
            self._floats[key] = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)
        return self._floats[key]

    def _rows_of(self, block: Block, label: str) -> NDArray[np.int64]:
        """Where each entity stands in a block in a period, -1 where it does not."""
        key = (id(block), label)
        if key not in self._rows:
            self._place(block)
        return self._rows.setdefault(key, np.full(len(self.entities), -1))

    def _place(self, block: Block) -> None:
        for i, (entity, label) in enumerate(zip(block.entities, block.periods, strict=True)):
            rows = self._rows.get((id(block), label))
            if rows is None:
                rows = self._rows[id(block), label] = np.full(len(self.entities), -1)
            if entity in self._at:
                rows[self._at[entity]] = i
