"""Metrics read column by column: the wire format of thousands of metrics at once, in as many steps as one metric has fields.

Only plain metrics are read so: an alias or a name, a time, a number or a word. Whatever is rarer is left to be read one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
NAME, ALIAS, TIME, KIND, TRANSIENT, NULL = 1, 2, 3, 4, 6, 7
INT, LONG, FLOAT, DOUBLE, BOOLEAN, WORDS = 10, 11, 12, 13, 14, 15
FIELDS = 16
INT8, INT16, INT32, INT64 = 1, 2, 3, 4
EXACT = 1 << 53
"""Whole numbers beyond it do not fit into a float."""

_VARINT, _LENGTH, _PADDING, _PLACE_BITS = 1, 2, bytes(16), 36
_SHAPE = np.zeros(256, np.uint8)
"""Of each tag that a plain metric may have: how its value is laid out. A tag's higher bits are the number of the field."""
_SHAPE[[n << 3 for n in (ALIAS, TIME, KIND, 5, TRANSIENT, NULL, INT, LONG, BOOLEAN)]] = _VARINT
_SHAPE[[NAME << 3 | 2, WORDS << 3 | 2]] = _LENGTH
_SHAPE[FLOAT << 3 | 5], _SHAPE[DOUBLE << 3 | 1] = 4, 8


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields of metrics: ``cells[number]`` has a field of all of them, ``said`` a bit a field; ``field`` is where the value was."""

    cells: Numbers
    said: Numbers
    field: NDArray[np.uint8]
    plain: NDArray[np.bool_]
    joined: bytes

    def words(self, number: int, rows: NDArray[np.int64]) -> list[bytes]:
        """The words of a field that has words, in some metrics."""
        cells = self.cells[number][rows]
        first = (cells & np.uint64((1 << _PLACE_BITS) - 1)).astype(np.int64)
        last = first + (cells >> np.uint64(_PLACE_BITS)).astype(np.int64)
        return [self.joined[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True)]

    def has(self, number: int) -> NDArray[np.bool_]:
        """Which metrics said a field."""
        return (self.said >> np.uint64(number) & np.uint64(1)).astype(bool)

    def values(self, kinds: NDArray[np.int64]) -> NDArray[np.float64]:
        """The numbers, by where they stood and, for the sign, by the kind of the metric.

        A number that no float holds exactly is not plain, and neither is one without sense: both come out as NaN.
        """
        found = np.full(self.field.shape, np.nan)
        for field, read in ((DOUBLE, _double), (FLOAT, _float), (BOOLEAN, _boolean), (LONG, _long)):
            if (rows := self.field == field).any():
                found[rows] = read(self.cells[field][rows])
        for kind, at in ((INT8, "<i1"), (INT16, "<i2"), (INT32, "<i4"), (None, "<u4")):
            rows = (self.field == INT) & (kinds == kind if kind else ~np.isin(kinds, (INT8, INT16, INT32)))
            if rows.any():
                found[rows] = self.cells[INT][rows].astype(at)
        found[~np.isfinite(found)] = np.nan
        return found


def _double(cells: Numbers) -> NDArray[np.float64]:
    found: NDArray[np.float64] = cells.view(np.float64)
    return found


def _float(cells: Numbers) -> NDArray[np.float64]:
    bits: NDArray[np.float32] = cells.astype(np.uint32).view(np.float32)
    with np.errstate(invalid="ignore"):  # numbers that are none
        return bits.astype(np.float64)


def _boolean(cells: Numbers) -> NDArray[np.float64]:
    return np.not_equal(cells, 0).astype(np.float64)


def _long(cells: Numbers) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.where(cells <= EXACT, cells, np.nan).astype(np.float64)
    return found


def read(metrics: Sequence[bytes]) -> Columns:
    """The columns of metrics that are bytes as yet."""
    count = len(metrics)
    end = np.cumsum(np.fromiter(map(len, metrics), np.int64, count))
    joined = b"".join(metrics) + _PADDING
    words = np.ndarray((len(joined) - 7,), "<u8", joined, 0, (1,))  # the eight bytes that begin at each place
    cells, said = np.zeros((FIELDS, count), np.uint64), np.zeros(count, np.uint64)
    field, plain = np.zeros(count, np.uint8), np.zeros(count, bool)
    rows, place = np.arange(count), np.concatenate(([0], end[:-1])) if count else end
    while rows.size:
        tag, word = words[place].astype(np.uint8), words[place + 1]
        shape = _SHAPE[tag]
        number, (value, size) = tag >> 3, _value(word, shape, place)
        place = place + 1 + size
        fits = (shape > 0) & (size > 0) & (place <= end[rows])
        if not fits.all():
            rows, place, number, value = rows[fits], place[fits], number[fits], value[fits]
        cells[number, rows] = value
        said[rows] |= np.uint64(1) << number.astype(np.uint64)
        of_value = number >= INT
        field[rows[of_value]] = number[of_value]
        done = place == end[rows]
        plain[rows[done]] = True
        rows, place = rows[~done], place[~done]
    return Columns(cells, said, field, plain, joined)


def _value(word: Numbers, shape: NDArray[np.uint8], place: NDArray[np.int64]) -> tuple[Numbers, NDArray[np.int64]]:
    """What stands in the eight bytes after a tag, and in how many of them (0: in none that can be read); words by their place and length."""
    first = shape[0]
    if (shape == first).all():  # nearly always: metrics of one publisher look alike
        return _varint(word) if first == _VARINT else _words(word, place) if first == _LENGTH else _fixed(word, shape)
    choice = [shape == _VARINT, shape == _LENGTH]
    read = (_varint(word), _words(word, place), _fixed(word, shape))
    return np.select(choice, [r[0] for r in read[:2]], read[2][0]), np.select(choice, [r[1] for r in read[:2]], read[2][1])


def _words(word: Numbers, place: NDArray[np.int64]) -> tuple[Numbers, NDArray[np.int64]]:
    length, size = _varint(word)
    fits = (size > 0) & (length < 1 << 24)
    begin = (place + 1 + size).astype(np.uint64)
    return begin | np.where(fits, length, 0).astype(np.uint64) << np.uint64(_PLACE_BITS), np.where(fits, size + length.astype(np.int64), 0)


def _fixed(word: Numbers, shape: NDArray[np.uint8]) -> tuple[Numbers, NDArray[np.int64]]:
    return np.where(shape == 4, word & np.uint64(0xFFFFFFFF), word), shape.astype(np.int64)


def _varint(word: Numbers) -> tuple[Numbers, NDArray[np.int64]]:
    """Numbers in groups of seven bits, the last without the eighth; of no size where they do not end within eight bytes."""
    ends = ~word & np.uint64(0x8080808080808080)
    used = ends ^ (ends - np.uint64(1))  # all bits up to the first end
    size = np.where(ends == 0, 0, np.bitwise_count(used) >> 3).astype(np.int64)
    found = word & used & np.uint64(0x7F7F7F7F7F7F7F7F)
    for low, high, by in (
        (0x007F007F007F007F, 0x7F007F007F007F00, 1),
        (0x00003FFF00003FFF, 0x3FFF00003FFF0000, 2),
        (0x000000000FFFFFFF, 0x0FFFFFFF00000000, 4),
    ):
        found = (found & np.uint64(low)) | ((found & np.uint64(high)) >> np.uint64(by))
    return found, size
