"""The position in an agent's stream."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: the buffer by the agent's instance, the next sequence in it, and since when it has been listened to.

    Example:
        >>> Place.read("1488215604:830930:1488215806000000"), str(Place(1, 2, 3)), Place.read("")
        (Place(instance=1488215604, next=830930, since_us=1488215806000000), '1:2:3', None)
    """

    instance: int
    next: int
    since_us: int

    @classmethod
    def read(cls, position: str) -> Place | None:
        """The place a position means; None for that of a source never heard."""
        parts = position.split(":")
        return cls(*map(int, parts)) if len(parts) == 3 else None

    def __str__(self) -> str:
        return f"{self.instance}:{self.next}:{self.since_us}"
