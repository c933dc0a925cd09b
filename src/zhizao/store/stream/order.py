"""The order of observations in a segment: signal by signal, each by time, so that a question about one signal reads little of it."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

SIGNAL = ("entity", "quantity", "source")
_DENSE = 50_000_000
"""Combinations of names up to which they are counted in a table of their own rather than sorted."""


def ordered(rows: pa.Table) -> tuple[pa.Table, np.ndarray]:
    """Rows by entity, quantity, source and time, those of one moment as they came; and which of them share all four with another."""
    import numpy as np
    import pyarrow as pa

    rows = rows.unify_dictionaries().combine_chunks()
    if not len(rows):
        return rows, np.zeros(0, bool)
    signal, time = _signals(rows), rows["time"].cast(pa.int64()).to_numpy()
    order = np.argsort(signal, kind="stable")  # of 16 bits: in one pass
    if ((_steps(time, order) < 0) & (_steps(signal, order) == 0)).any():
        by_time = np.argsort(time, kind="stable")
        order = by_time[np.argsort(signal[by_time], kind="stable")]
    again = (_steps(time, order) == 0) & (_steps(signal, order) == 0)
    return rows.take(pa.array(order)), np.append(again, False) | np.insert(again, 0, False)


def _steps(values: np.ndarray, order: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.diff(values[order].astype(np.int64, copy=False))


def _signals(rows: pa.Table) -> np.ndarray:
    """The number of each row's signal, in the order of their names; of 16 bits where that many suffice."""
    import numpy as np

    ranked = [_ranks(rows[name]) for name in SIGNAL]
    code = reduce(lambda code, one: code * one[1] + one[0], ranked, np.zeros(len(rows), np.int64))
    most = int(np.prod([count for _, count in ranked], dtype=object))
    if most > _DENSE:
        return np.unique(code, return_inverse=True)[1]
    is_there = np.zeros(most, bool)
    is_there[code] = True
    rank = np.cumsum(is_there) - 1
    return rank.astype(np.uint16 if rank[-1] < 2**16 else np.int64)[code]


def _ranks(column: pa.ChunkedArray) -> tuple[np.ndarray, int]:
    """The rank of each row's name among all names of a column; a missing one comes last."""
    import numpy as np
    import pyarrow.compute as pc

    names = column.chunk(0).dictionary.to_pylist()
    rank = np.empty(len(names) + 1, np.int64)
    rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    rank[-1] = len(names)
    return rank[pc.fill_null(column.chunk(0).indices, len(names)).to_numpy()], len(names) + 1
