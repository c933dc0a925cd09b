"""Where reading an OPC UA server goes on: which subscription of it, after which message, and what was the last value of what has a history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self
from zlib import crc32

Seen = Mapping[str, int]
"""The time of the newest value of each address whose history the server keeps, microseconds."""


@dataclass(frozen=True, slots=True)
class Position:
    """The position of a source, as it lies in the log.

    A server keeps a subscription for some time after its client is gone, with everything it has not acknowledged. ``items`` says
    for which addresses it was made, since messages name them by number only. ``lost_us`` is when the link broke, where it is broken.
    """

    subscription: int = 0
    sequence: int = 0
    items: int = 0
    lost_us: int = 0
    seen: Seen = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parsed(cls, text: str) -> Self:
        """A position as it was written; from what cannot be one, a beginning.

        Example:
            >>> Position.parsed(str(Position(7, 12, 5, seen={"i=1": 9}))), Position.parsed("?") == Position()
            (Position(subscription=7, sequence=12, items=5, lost_us=0, seen={'i=1': 9}), True)
        """
        try:
            subscription, sequence, items, lost_us, seen = json.loads(text)
            return cls(int(subscription), int(sequence), int(items), int(lost_us), {str(k): int(v) for k, v in seen.items()})
        except (ValueError, TypeError, AttributeError):
            return cls()

    def __str__(self) -> str:
        return json.dumps([self.subscription, self.sequence, self.items, self.lost_us, dict(self.seen)], separators=(",", ":"))


def fingerprint(addresses: Iterable[str]) -> int:
    """Tells one list of addresses from another.

    Example:
        >>> fingerprint(["a", "b"]) == fingerprint(["ab"])
        False
    """
    return crc32("\n".join(addresses).encode())


def following(sequence: int) -> int:
    """The number of the message after one: 0 is never used.

    Example:
        >>> following(1), following(2**32 - 1)
        (2, 1)
    """
    return sequence % (2**32 - 1) + 1
