"""The host application, without its link: messages go in; observations, refusals and requests for a rebirth come out.

Messages are taken as they come, also those after a gap: what they say is true whatever is missing. Data messages gather until something else
happens or they are asked for, and are read together, by columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zhizao.sense.connectors.mqtt.link import AHEAD_US, Heard
from zhizao.sense.connectors.sparkplug import batch
from zhizao.sense.connectors.sparkplug.batch import Message, Node
from zhizao.sense.connectors.sparkplug.catalogue import LEFT_OUT, UNMAPPED, Catalogue
from zhizao.sense.connectors.sparkplug.rows import Row, Rows, in_time
from zhizao.sense.connectors.sparkplug.sequence import Sequence
from zhizao.sense.connectors.sparkplug.topic import Topic, read
from zhizao.sense.connectors.sparkplug.values import quality_of, signed, value_of
from zhizao.sense.connectors.sparkplug.wire import Unreadable, read_metric, shell
from zhizao.sense.contract import Event
from zhizao.sense.source import Source
from zhizao.store.stream.delivery import Delivery

REORDER_US, ASK_AGAIN_US = 2_000_000, 5_000_000
"""How long a missing message may still come, and how long a node has to answer a request for rebirth before it is asked again."""
SHOWN = 200
"""Characters (bytes, of what is none) of a refused value that are kept."""


@dataclass(slots=True)
class Host:
    """What one source of Sparkplug says, as observations; ``events`` and ``asks`` (edge nodes whose birth is needed) are for whoever drives it."""

    source: Source
    reorder_us: int = REORDER_US
    events: Counter[Event] = field(default_factory=Counter)
    asks: list[str] = field(default_factory=list)
    rows: Rows = field(init=False)
    _catalogue: Catalogue = field(init=False)
    _nodes: dict[str, Node] = field(default_factory=dict)
    _pending: list[Message] = field(default_factory=list)
    _metrics: list[bytes] = field(default_factory=list)
    _lines: int = 0
    _duplicate: int = 0

    def __post_init__(self) -> None:
        self.rows = Rows(self.source.name, self.source.signals)
        self._catalogue = Catalogue(self.rows.places, self.source.ignored)

    def hear(self, message: Heard) -> None:
        """A message of the group."""
        self._lines += 1
        try:
            topic, found = read(message.topic), shell(message.payload)
        except Unreadable as error:
            self.events["rejected_message"] += 1
            self.rows.refuse(message.topic, f"no message of Sparkplug: {error}", message.payload[:SHOWN].hex())
            return
        hearing: Callable[[Topic, Any, Heard], None] = getattr(self, f"_{topic.kind.lower()}")
        hearing(topic, found, message)

    def tick(self, now_us: int) -> None:
        """Time has gone on: what is missing for too long is lost, and its node must be born again."""
        for edge, node in self._nodes.items():
            if lost := node.sequence.lost(now_us):
                self.events["gap"] += lost
                self._ask(edge, node, now_us)

    @property
    def due_us(self) -> int | None:
        """When ``tick`` has something to do next."""
        return min((n.sequence.due_us for n in self._nodes.values() if n.sequence.due_us is not None), default=None)

    def begin_again(self, last_us: int) -> None:
        """The source was heard before, to a time; of all its signals nothing is known since."""
        self._stale(range(len(self.source.signals)), last_us + 1, heard=False)

    def end(self, when_us: int) -> None:
        """The link is lost."""
        self._settle()
        self._stale(range(len(self.source.signals)), when_us)
        self._nodes.clear()

    def delivery(self) -> Delivery | None:
        """Everything heard since the last one; None if that is nothing."""
        self._settle()
        if not (self._lines or len(self.rows)):
            return None
        made = self.rows.delivery(self._position(), self._lines, self._duplicate)
        self._lines = self._duplicate = 0
        return made

    def _position(self) -> str:
        return " ".join(f"{edge}:{node.sequence.last}" for edge, node in self._nodes.items() if node.sequence.last is not None)

    def _node(self, edge: str) -> Node:
        if edge not in self._nodes:
            self._nodes[edge] = Node(len(self._nodes), Sequence(self.reorder_us))
        return self._nodes[edge]

    def _ask(self, edge: str, node: Node, now_us: int) -> None:
        if node.asked_us is None or now_us - node.asked_us >= ASK_AGAIN_US:
            node.asked_us = now_us
            self.events["rebirth"] += 1
            self.asks.append(edge)

    def _stale(self, signals: Iterable[int], when_us: int, *, heard: bool = True) -> None:
        self.events["stale"] += self.rows.stale(signals, when_us, heard=heard)

    def _is_new(self, node: Node, found: Any, message: Heard) -> bool:
        new = not found.HasField("seq") or node.sequence.takes(found.seq % 256, hash(message.payload), message.time_us)
        self._duplicate += 0 if new else len(found.metrics)
        return new

    def _ndata(self, topic: Topic, found: Any, message: Heard) -> None:
        node = self._node(topic.edge)
        if not node.born:
            self._ask(topic.edge, node, message.time_us)
        if self._is_new(node, found, message):
            self._metrics.extend(found.metrics)
            self._pending.append(Message(topic, node, len(found.metrics), _sent_us(found, message), message.time_us))

    _ddata = _ndata

    def _nbirth(self, topic: Topic, found: Any, message: Heard) -> None:
        self._settle()
        node = self._node(topic.edge)
        if not node.sequence.begin(found.seq % 256, hash(message.payload)):
            self._duplicate += len(found.metrics)
            return
        session = _session(found)
        if node.born and session != node.session:  # its death was not heard
            self._stale(self._catalogue.signals_of(topic.edge), _sent_us(found, message) - 1)
        node.born, node.session, node.asked_us = True, session, None
        self._catalogue.forget(node.number)
        self._born(topic, node, found, message)

    def _dbirth(self, topic: Topic, found: Any, message: Heard) -> None:
        self._settle()
        node = self._node(topic.edge)
        if not node.born:
            self._ask(topic.edge, node, message.time_us)
        if self._is_new(node, found, message):
            self._catalogue.forget(node.number, topic.speaker)
            self._born(topic, node, found, message)

    def _born(self, topic: Topic, node: Node, found: Any, message: Heard) -> None:
        metrics, whole = list(found.metrics), Message(topic, node, len(found.metrics), _sent_us(found, message), message.time_us)
        for raw in metrics:
            if (metric := read_metric(raw)) is not None and metric.name:
                alias = metric.alias if metric.HasField("alias") else None
                self._catalogue.declare(node.number, topic.speaker, metric.name, alias, metric.datatype)
        for raw in metrics:
            self._single(whole, raw, birth=True)

    def _ndeath(self, topic: Topic, found: Any, message: Heard) -> None:
        self._settle()
        node = self._node(topic.edge)
        session = _session(found)
        if node.session is None or session in (node.session, None):  # another one is the late will of a session before
            node.born = False
            self._catalogue.forget(node.number)
            self._stale(self._catalogue.signals_of(topic.edge), message.time_us)

    def _ddeath(self, topic: Topic, found: Any, message: Heard) -> None:
        self._settle()
        node = self._node(topic.edge)
        if self._is_new(node, found, message):
            self._catalogue.forget(node.number, topic.speaker)
            self._stale(self._catalogue.signals_of(topic.edge, topic.device), _sent_us(found, message))

    def _settle(self) -> None:
        """Read the data messages that wait."""
        messages, metrics = self._pending, self._metrics
        self._pending, self._metrics = [], []
        if not metrics:
            return
        found = batch.read(messages, metrics, self._catalogue.table)
        closer = [found.rest]
        self.rows.take(found.signals[found.numbers], found.times_us[found.numbers], found.values[found.numbers])
        if found.words.size and not self.rows.take_words(found.signals[found.words], found.times_us[found.words], found.texts):
            closer.append(found.words)
        for i in np.concatenate(closer).tolist():
            self._single(messages[found.of[i]], metrics[i])

    def _single(self, message: Message, raw: bytes, *, birth: bool = False) -> None:
        """One metric that is not plain, or that nobody has placed."""
        metric = read_metric(raw)
        if metric is None:
            self.events["rejected_message"] += 1
            self._refuse(message, "no metric of Sparkplug", raw[:SHOWN].hex())
            return
        named = self._named(message, metric)
        if named is None:
            self._ask(message.topic.edge, message.node, message.heard_us)
            self._refuse(message, f"no birth declared the alias {metric.alias}", _shown(metric))
            return
        speaker, name, kind, signal = named
        if signal == LEFT_OUT or metric.is_transient:
            return
        if signal == UNMAPPED:
            self._refuse(message, f"unmapped: {speaker}/{name}", _shown(metric))
        else:
            self._place(message, metric, signal, metric.datatype or kind, birth)

    def _named(self, message: Message, metric: Any) -> tuple[str, str, int, int] | None:
        if not metric.name:
            return self._catalogue.find(message.node.number, metric.alias)
        speaker, name = message.topic.speaker, metric.name
        return speaker, name, self._catalogue.kind(speaker, name), self._catalogue.place(speaker, name)

    def _place(self, message: Message, metric: Any, signal: int, kind: int, birth: bool) -> None:
        time_us = metric.timestamp * 1000 if metric.HasField("timestamp") else message.sent_us
        try:
            value, text = (None, None) if metric.is_null else value_of(metric, kind)
            quality = "bad" if metric.is_null else quality_of(metric)
        except Unreadable as error:
            self._refuse(message, str(error), _shown(metric))
            return
        if not in_time(time_us) or time_us >= message.heard_us + AHEAD_US:
            self._refuse(message, f"a time no clock can mean: {time_us}", _shown(metric))
            return
        if birth and not metric.is_historical:
            time_us = self.rows.holds_from(signal, time_us, message.sent_us)
        self.rows.add(Row(signal, time_us, value, text, quality))

    def _refuse(self, message: Message, why: str, raw: str) -> None:
        self.rows.refuse(f"{message.topic.kind} {message.topic.speaker}", why, raw)


def _shown(metric: Any) -> str:
    """A value, as it is kept when it is refused."""
    field = metric.WhichOneof("value")
    found = getattr(metric, field) if field else ""
    shown = found.hex() if isinstance(found, bytes) else " ".join(str(found).split())
    return f"{metric.name or metric.alias}|{shown}"[:SHOWN]


def _sent_us(found: Any, message: Heard) -> int:
    """When a message was sent, by its sender if he says so and can be believed."""
    sent_us = int(found.timestamp) * 1000
    return sent_us if found.timestamp and in_time(sent_us) and sent_us < message.time_us + AHEAD_US else message.time_us


def _session(found: Any) -> int | None:
    metrics = (read_metric(raw) for raw in found.metrics)
    return next((signed(m.long_value or m.int_value, 4) for m in metrics if m is not None and m.name == "bdSeq"), None)
