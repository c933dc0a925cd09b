"""Merged states: what a roll-up gives, a table for each grouping and a column for each part of a state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

ROWS = "_rows"
"""The column that counts rows."""
Key = tuple[str, str]
"""(entity, period)"""


@dataclass(frozen=True)
class Block:
    """The rows of one grouping: ``entities[i]`` in ``periods[i]`` has ``columns[name][i]``."""

    entities: Sequence[str]
    periods: Sequence[str]
    columns: Mapping[str, pa.ChunkedArray | list[Any]]

    @cached_property
    def rows(self) -> dict[Key, int]:
        """Where each entity and period stands."""
        return {key: i for i, key in enumerate(zip(self.entities, self.periods, strict=True))}

    @cached_property
    def _read(self) -> dict[str, list[Any]]:
        return {}

    def plain(self, name: str) -> list[Any]:
        """A column as Python's own values."""
        if name not in self._read:
            column = self.columns[name]
            self._read[name] = column if isinstance(column, list) else column.to_pylist()
        return self._read[name]


@dataclass
class Merged:
    """The merged states of every entity and period asked for, with their counts, answers and weights."""

    blocks: dict[str, Block] = field(default_factory=dict)
    """By the name of a column."""
    beside: list[Block] = field(default_factory=list)
    """Of other record types: the blocks that say which entities and periods have rows of them."""

    def add(self, block: Block) -> None:
        """Take in the columns of a grouping."""
        self.blocks |= dict.fromkeys(block.columns, block)

    def join(self, other: Merged, columns: Iterable[str]) -> None:
        """Take in states of another record type, by the names of their columns; its counts and answers stay out."""
        self.blocks |= {name: other.blocks[name] for name in columns if name in other.blocks}
        self.beside += [other.blocks[ROWS]] if ROWS in other.blocks else []

    def get(self, name: str, key: Key) -> Any:
        """One part of a state, None where there are no rows of it."""
        block = self.blocks.get(name)
        row = None if block is None else block.rows.get(key)
        return None if row is None else self.blocks[name].plain(name)[row]

    def keys(self) -> Iterator[Key]:
        """The entities and periods that have rows, or should have."""
        for block in {id(block): block for name, block in self.blocks.items() if name in (ROWS, "_due")}.values():
            yield from block.rows
        for block in self.beside:
            yield from block.rows
