"""What a source says, before anybody knows what it is about."""

from __future__ import annotations

from dataclasses import dataclass

Quality = str
"""``good``, ``uncertain``, ``bad`` or ``stale``."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One value from a source.

    ``address`` is the source's own name for what is observed; ``time_us`` counts from 1970 in UTC; a value is a number, a text or,
    where the source has none, neither. ``line`` is the line or message it came in.
    """

    line: int
    address: str
    time_us: int
    value: float | None = None
    text: str | None = None
    quality: Quality = "good"


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read as a value: its line, why, and what was there."""

    line: int
    why: str
    raw: str
