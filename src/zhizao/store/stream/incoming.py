"""The deliveries of one file of the log as one table, with what is counted of each source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhizao.store.columns import ROW
from zhizao.store.contract import STORED_AT
from zhizao.store.stream.delivery import Refused, Standings, observations
from zhizao.store.stream.frame import Frame
from zhizao.store.stream.log import followed

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

SOURCE = "source"
"""The field of an observation that says who delivered it; the log has it once a delivery."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a file of the log holds.

    ``rows`` are its observations with ``source``, ``_row`` (the place in the file, from 1) and ``_stored_at`` (when they arrived);
    ``standings`` count what the file holds, source by source; ``arrived`` is when the first and the last delivery came.
    """

    number: int
    rows: pa.Table
    standings: Standings
    refused: tuple[tuple[str, Refused], ...]
    arrived: tuple[int, int]


def incoming(number: int, found: Iterable[Frame]) -> Incoming:
    """The deliveries among the frames of a file."""
    import numpy as np

    frames = [frame for frame in found if frame.standings is None]
    standings: Standings = {}
    for frame in frames:
        standings = followed(standings, frame)
    refused = tuple((frame.head["source"], one) for frame in frames for one in frame.refused)
    times = [frame.at_us for frame in frames] or [0]
    counts = np.array([frame.head["rows"] for frame in frames], np.int64)
    return Incoming(number, _table(frames, list(standings), counts), standings, refused, (times[0], times[-1]))


def _table(frames: Sequence[Frame], sources: Sequence[str], counts: np.ndarray) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    with ThreadPoolExecutor() as threads:
        batches = list(threads.map(lambda frame: frame.rows, frames))
    rows = pa.Table.from_batches(batches, observations()).unify_dictionaries().combine_chunks()
    places = {source: place for place, source in enumerate(sources)}
    codes = np.array([places[frame.head["source"]] for frame in frames], np.int32).repeat(counts)
    arrived = np.array([frame.at_us for frame in frames], np.int64).repeat(counts)
    said = {
        SOURCE: pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(list(sources), pa.string())),
        ROW: pa.array(np.arange(1, len(rows) + 1)),
        STORED_AT: pa.array(arrived).cast(pa.timestamp("us", "UTC")),
    }
    for name, column in said.items():
        rows = rows.append_column(name, column)
    return rows
