"""The observations of a source on their way into one delivery: columns where they came as columns, single ones beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhizao.sense.gather import LATEST_US, SOONEST_US
from zhizao.sense.source import Signal
from zhizao.sense.spoken import Quality
from zhizao.store.stream.delivery import Delivery, Refused, observations

Integers = NDArray[np.int64]
QUALITIES = ("good", "uncertain", "bad", "stale")


class Row(NamedTuple):
    """One observation; ``signal`` is its place among the signals of the source."""

    signal: int
    time_us: int
    value: float | None
    text: str | None
    quality: Quality


class _Columns(NamedTuple):
    signals: Integers
    times_us: Integers
    values: NDArray[np.float64]
    qualities: NDArray[np.int32]
    texts: pa.Array


class Rows:
    """Fills up, and is emptied into a delivery. Knows of each signal when it last spoke, and whether that still holds."""

    def __init__(self, source: str, signals: Mapping[str, Signal]) -> None:
        self._source = source
        self.places: Mapping[str, int] = {address: place for place, address in enumerate(signals)}
        """The place of each address among the signals."""
        self._entity, self._entities = _coded([s.entity for s in signals.values()])
        self._quantity, self._quantities = _coded([s.quantity for s in signals.values()])
        self._scale = np.array([s.scale for s in signals.values()], np.float64)
        self._last = np.zeros(len(signals), np.int64)
        self._live = np.zeros(len(signals), bool)
        self._columns: list[_Columns] = []
        self._single: list[Row] = []
        self._refused: list[Refused] = []

    def take(self, signals: Integers, times_us: Integers, values: NDArray[np.float64]) -> None:
        """Numbers of good quality, as columns."""
        self._take(signals, times_us, values * self._scale[signals], pa.nulls(signals.size, pa.string()))

    def take_words(self, signals: Integers, times_us: Integers, words: list[bytes]) -> bool:
        """Words of good quality, as columns; False, and none is taken, where some are no UTF-8."""
        try:
            texts = pa.array(words, pa.binary()).cast(pa.string())
        except pa.ArrowInvalid:
            return False
        self._take(signals, times_us, np.full(signals.size, np.nan), texts)
        return True

    def add(self, row: Row) -> None:
        """A single observation."""
        self._single.append(row)
        if row.time_us >= self._last[row.signal]:
            self._last[row.signal] = row.time_us
            self._live[row.signal] = row.quality in ("good", "uncertain")

    def refuse(self, place: str, why: str, raw: str) -> None:
        """What cannot be taken is kept, with its reason."""
        self._refused.append(Refused(place, why, raw))

    def holds_from(self, signal: int, time_us: int, said_us: int) -> int:
        """When a value that is told again begins to hold: where nothing was known since it was true, from when it was told."""
        if self._live[signal] or time_us > self._last[signal]:
            return time_us
        return max(said_us, int(self._last[signal]) + 1)

    def stale(self, signals: Iterable[int], when_us: int, *, heard: bool = True) -> int:
        """Nothing more is known of signals, from a time on; how many that ends. ``heard``: only those that have a value by now."""
        ended = [i for i in signals if self._live[i] or not heard]
        for i in ended:
            self.add(Row(i, max(when_us, int(self._last[i]) + 1), None, None, "stale"))
        return len(ended)

    def delivery(self, position: str, lines: int, duplicate: int) -> Delivery:
        """Everything so far, in its order; it is empty then."""
        self._join()
        parts, refused = self._columns or [self._joined([])], tuple(self._refused)
        signal, time, value, quality = (np.concatenate([part[i] for part in parts]) for i in range(4))
        columns = [
            pa.DictionaryArray.from_arrays(self._entity[signal], self._entities),
            pa.DictionaryArray.from_arrays(self._quantity[signal], self._quantities),
            pa.array(time).cast(pa.timestamp("us", "UTC")),
            pa.array(value, from_pandas=True),  # what is no number is none
            pa.concat_arrays([part.texts for part in parts]),
            pa.DictionaryArray.from_arrays(quality, pa.array(QUALITIES)),
        ]
        self._columns, self._refused = [], []
        return Delivery(self._source, pa.record_batch(columns, schema=observations()), position, lines, duplicate, refused)

    def __len__(self) -> int:
        return sum(part.signals.size for part in self._columns) + len(self._single) + len(self._refused)

    def _take(self, signals: Integers, times_us: Integers, values: NDArray[np.float64], texts: pa.Array) -> None:
        self._join()
        self._columns.append(_Columns(signals, times_us, values, np.zeros(signals.size, np.int32), texts))
        np.maximum.at(self._last, signals, times_us)
        self._live[signals] = True

    def _join(self) -> None:
        """The single ones become columns among the others."""
        if self._single:
            self._columns.append(self._joined(self._single))
            self._single = []

    def _joined(self, rows: list[Row]) -> _Columns:
        signals = np.array([r.signal for r in rows], np.int64)
        values = np.array([np.nan if r.value is None else r.value for r in rows], np.float64) * self._scale[signals]
        qualities = np.array([QUALITIES.index(r.quality) for r in rows], np.int32)
        return _Columns(signals, np.array([r.time_us for r in rows], np.int64), values, qualities, pa.array([r.text for r in rows], pa.string()))


def in_time(time_us: int) -> bool:
    """Whether a clock can mean a time."""
    return SOONEST_US <= time_us < LATEST_US


def _coded(names: list[str]) -> tuple[NDArray[np.int32], pa.Array]:
    """Names as numbers into the list of different ones."""
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return np.array([places[name] for name in names], np.int32), pa.array(list(places), pa.string())
