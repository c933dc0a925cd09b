"""An edge node for tests, written against the standard: it makes messages, and sends none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhizao.sense.connectors.mqtt.link import Heard
from zhizao.sense.connectors.sparkplug.wire import Payload
from zhizao.sense.source import Signal, Source

T = 1_700_000_000_000
"""Milliseconds; what a test calls 0."""
FIELDS = {bool: ("boolean_value", 11), int: ("long_value", 4), float: ("double_value", 10), str: ("string_value", 12)}


@dataclass
class Edge:
    """Counts its messages as the standard wants it."""

    group: str = "g"
    id: str = "e1"
    seq: int = -1
    session: int = 0

    def birth(self, *metrics: tuple[Any, ...], at: int = 0, device: str = "") -> Heard:
        """Metrics as (name, alias, value[, what else])."""
        self.seq = self.seq if device else -1
        own = [] if device else [("bdSeq", None, self.session), ("Node Control/Rebirth", None, False)]
        return self.message("DBIRTH" if device else "NBIRTH", *own, *metrics, at=at, device=device)

    def data(self, *metrics: tuple[Any, ...], at: int = 0, device: str = "") -> Heard:
        """Metrics as (name or None, alias or None, value[, what else])."""
        return self.message("DDATA" if device else "NDATA", *metrics, at=at, device=device)

    def death(self, *, at: int = 0, device: str = "") -> Heard:
        """Of a device, or of the node by its will."""
        if device:
            return self.message("DDEATH", at=at, device=device)
        payload = Payload(timestamp=T)
        payload.metrics.add(name="bdSeq", datatype=4, long_value=self.session)
        return Heard(f"spBv1.0/{self.group}/NDEATH/{self.id}", payload.SerializeToString(), (T + at) * 1000)

    def message(self, kind: str, *metrics: tuple[Any, ...], at: int = 0, device: str = "") -> Heard:
        """The next message."""
        self.seq = (self.seq + 1) % 256
        payload = Payload(timestamp=T + at, seq=self.seq)
        for name, alias, value, *more in metrics:
            metric = payload.metrics.add(name=name, alias=alias, timestamp=T + at)
            if value is None:
                metric.is_null = True
            else:
                field, metric.datatype = FIELDS[type(value)]
                setattr(metric, field, value)
            for key, found in (more[0] if more else {}).items():
                setattr(metric, key, found)
        topic = "/".join(filter(None, ("spBv1.0", self.group, kind, self.id, device)))
        return Heard(topic, payload.SerializeToString(), (T + at) * 1000)


def source(*addresses: str, ignored: frozenset[str] = frozenset(), url: str = "sparkplug://127.0.0.1/g") -> Source:
    """A source in which each address is a quantity of its own name."""
    return Source("line", url, {a: Signal("machine:M1", a) for a in addresses}, ignored=ignored)
