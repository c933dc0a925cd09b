"""Data messages of many nodes read together: columns of signals, times and values, with what needs a look of its own left aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhizao.sense.connectors.mqtt.link import AHEAD_US
from zhizao.sense.connectors.sparkplug import columns
from zhizao.sense.connectors.sparkplug.catalogue import LEFT_OUT, Table
from zhizao.sense.connectors.sparkplug.sequence import Sequence
from zhizao.sense.connectors.sparkplug.topic import Topic
from zhizao.sense.gather import LATEST_US, SOONEST_US

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(slots=True)
class Node:
    """An edge node as far as it is known; ``session`` is the number of its birth and death, its ``bdSeq``."""

    number: int
    sequence: Sequence
    born: bool = False
    session: int | None = None
    asked_us: int | None = None


class Message(NamedTuple):
    """A message whose metrics are to be read."""

    topic: Topic
    node: Node
    metrics: int
    sent_us: int
    heard_us: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What metrics say, by columns; ``of`` is the message of each. ``numbers`` and ``words`` can be taken as they are, ``rest`` needs a closer look."""

    of: Integers
    signals: Integers
    times_us: Integers
    values: NDArray[np.float64]
    numbers: Integers
    words: Integers
    rest: Integers
    columns: columns.Columns

    @property
    def texts(self) -> list[bytes]:
        """The words, as bytes that may be no UTF-8."""
        return self.columns.words(columns.WORDS, self.words)


def read(messages: list[Message], metrics: list[bytes], table: Table) -> Reading:
    """Read the metrics of messages, in their order, by what births have declared."""
    found = columns.read(metrics)
    of = np.repeat(np.arange(len(messages)), [m.metrics for m in messages])
    row = _declared(messages, of, found, table)
    kinds, signals = (np.append(column, 0)[row] for column in (table.kinds, table.signals))  # of none (-1) anything
    said = found.cells[columns.KIND].astype(np.int64)
    values, times_us = found.values(np.where(said > 0, said, kinds)), _times(messages, of, found)
    latest = np.minimum([m.heard_us + AHEAD_US for m in messages], LATEST_US)[of]
    worded = found.field == columns.WORDS
    plain: Mask = found.plain & (row >= 0) & (np.isfinite(values) | worded) & (times_us >= SOONEST_US) & (times_us < latest)
    plain &= (found.cells[columns.NULL] | found.cells[columns.TRANSIENT]) == 0
    taken = plain & (signals >= 0)
    numbers, words, rest = map(np.flatnonzero, (taken & ~worded, taken & worded, ~(taken | plain & (signals == LEFT_OUT))))
    return Reading(of, signals, times_us, values, numbers, words, rest, found)


def _declared(messages: list[Message], of: Integers, found: columns.Columns, table: Table) -> Integers:
    """The declaration of each metric, by its name or its alias; -1 where there is none."""
    row = table.find(np.array([m.node.number for m in messages])[of], found.cells[columns.ALIAS])
    row[~found.has(columns.ALIAS)] = -1
    if (named := np.flatnonzero(found.has(columns.NAME) & found.plain)).size:
        speakers, names = [m.topic.speaker for m in messages], found.words(columns.NAME, named)
        row[named] = [table.names.get((speakers[m], name), -1) for m, name in zip(of[named].tolist(), names, strict=True)]
    return row


def _times(messages: list[Message], of: Integers, found: columns.Columns) -> Integers:
    """When each metric was true; its message was sent then, where it does not say."""
    stated = np.minimum(found.cells[columns.TIME], LATEST_US // 1000).astype(np.int64) * 1000
    return np.where(found.has(columns.TIME), stated, np.array([m.sent_us for m in messages])[of])
