"""The order of observations in a segment: signal by signal, each by time, so that a question about one signal reads little of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from math import prod
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
    steps, is_same = _steps(signal[order], time[order])
    if (is_same & (steps < 0)).any():
        by_time = np.argsort(time, kind="stable")
        order = by_time[np.argsort(signal[by_time], kind="stable")]
        steps, is_same = _steps(signal[order], time[order])
    again = is_same & (steps == 0)
    return _taken(rows, pa.array(order)), np.append(again, False) | np.insert(again, 0, False)


def _steps(signal: np.ndarray, time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From each row to the next: how far in time, and whether it is of the same signal."""
    return time[1:] - time[:-1], signal[1:] == signal[:-1]


def _taken(rows: pa.Table, order: pa.Array) -> pa.Table:
    """The rows in an order; columns side by side."""
    import pyarrow as pa

    with ThreadPoolExecutor() as threads:
        columns = threads.map(lambda column: column.take(order), rows.columns)
        return pa.table(list(columns), names=rows.column_names)


def _signals(rows: pa.Table) -> np.ndarray:
    """The number of each row's signal, in the order of their names; of 16 bits where that many suffice."""
    import numpy as np

    ranked = [_ranks(rows[name]) for name in SIGNAL]
    most = prod(count for _, count in ranked)
    kind = np.dtype(np.uint16 if most <= 2**16 else np.int64)
    code: np.ndarray = reduce(lambda code, one: code * kind.type(one[1]) + one[0].astype(kind), ranked, np.zeros(len(rows), kind))
    return code if most <= 2**16 else _close(code, most)


def _close(code: np.ndarray, most: int) -> np.ndarray:
    """The same numbers without gaps between them."""
    import numpy as np

    if most > _DENSE:
        found: np.ndarray = np.unique(code, return_inverse=True)[1]
        return found
    is_there = np.zeros(most, bool)
    is_there[code] = True
    rank = np.cumsum(is_there) - 1
    close: np.ndarray = rank.astype(np.uint16 if rank[-1] < 2**16 else np.int64)[code]
    return close


def _ranks(column: pa.ChunkedArray) -> tuple[np.ndarray, int]:
    """The rank of each row's name among all names of a column; a missing one comes last."""
    import numpy as np
    import pyarrow.compute as pc

    coded = column.chunk(0)
    names = coded.dictionary.to_pylist()
    rank = np.empty(len(names) + 1, np.int32)
    rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    rank[-1] = len(names)
    places = pc.fill_null(coded.indices, len(names)) if coded.null_count else coded.indices
    return rank[places.to_numpy()], len(names) + 1
