"""Topics of Sparkplug: ``spBv1.0/GROUP/KIND/EDGE[/DEVICE]``, and the state of a host."""

from __future__ import annotations

import json
from typing import NamedTuple

NAMESPACE = "spBv1.0"
REBIRTH = "Node Control/Rebirth"
_WITH_DEVICE, _WITHOUT = ("DBIRTH", "DDATA", "DDEATH"), ("NBIRTH", "NDATA", "NDEATH")


class Topic(NamedTuple):
    """Who speaks and what: of an edge node itself, ``device`` is ''."""

    group: str
    kind: str
    edge: str
    device: str = ""

    @property
    def speaker(self) -> str:
        """The node, or its device, as addresses begin.

        Example:
            >>> Topic("g", "DDATA", "e1", "press").speaker
            'e1/press'
        """
        return f"{self.edge}/{self.device}" if self.device else self.edge


def read(topic: str) -> Topic:
    """What a topic means.

    Raises:
        ValueError: it is no topic on which edge nodes speak.

    Example:
        >>> read("spBv1.0/g/NBIRTH/e1")
        Topic(group='g', kind='NBIRTH', edge='e1', device='')
    """
    parts = topic.split("/")
    if len(parts) in (4, 5) and parts[0] == NAMESPACE and all(parts) and parts[2] in (_WITH_DEVICE if len(parts) == 5 else _WITHOUT):
        return Topic(*parts[1:])
    raise ValueError(f"no topic of Sparkplug: {topic}")


def spoken_on(group: str) -> list[str]:
    """Where the edge nodes of a group speak: everything but the commands, our own among them."""
    return [f"{NAMESPACE}/{group}/{kind}/#" for kind in (*_WITHOUT, *_WITH_DEVICE)]


def command(group: str, edge: str) -> str:
    """Where an edge node listens."""
    return f"{NAMESPACE}/{group}/NCMD/{edge}"


def state_topic(host_id: str) -> str:
    """Where a host says whether it is there."""
    return f"{NAMESPACE}/STATE/{host_id}"


def state(*, online: bool, time_us: int) -> bytes:
    """What a host says of itself.

    Example:
        >>> state(online=True, time_us=1_500_000)
        b'{"online": true, "timestamp": 1500}'
    """
    return json.dumps({"online": online, "timestamp": time_us // 1000}).encode()


def says_offline(payload: bytes) -> bool:
    """Whether a state says that its host is gone."""
    try:
        found = json.loads(payload)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("online") is False
