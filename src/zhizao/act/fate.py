"""What became of a sending, as its events tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from hashlib import sha256

from zhizao.act.policy import Past
from zhizao.model.action import Fate, Sending, WriteEvent

SETTLED: tuple[Fate, ...] = ("confirmed", "differs", "released")
"""Nothing more is done about it by itself."""
OPEN: tuple[Fate, ...] = ("intended", "sent", "unknown")
"""It may have arrived: only looking at the receiver settles it."""

ALWAYS = datetime.max.replace(tzinfo=timezone.utc)


def write_id(action: str, entity: str, what: str) -> str:
    """The id of a sending: the same in every process and after every restart, so that it is done once.

    Example:
        >>> write_id("A-1", "machine:M1", "speed")
        'X-58fe6cfa'
    """
    return f"X-{sha256(f'{action}/{entity}/{what}'.encode()).hexdigest()[:8]}"


def fate(events: Iterable[WriteEvent], write: str) -> Fate | None:
    """Where a sending stands; None where nothing was ever done about it.

    A rehearsal changes nothing. What was intended and then nothing more told of is open: whoever sent it may have died after it left.
    """
    last: Fate | None = None
    for event in events:
        if event.write == write and event.what != "rehearsed":
            last = event.what
    return last


def undecided(events: Sequence[WriteEvent], sending: Sending) -> tuple[str, ...]:
    """Other set points for the same address of which nobody knows whether they arrived. Messages stand in nobody's way."""
    if not sending.is_set_point:
        return ()
    others = dict.fromkeys(e.write for e in events if e.write != sending.id and (e.sink, e.address) == (sending.sink, sending.address))
    return tuple(one for one in others if fate(events, one) in OPEN)


def past(events: Iterable[WriteEvent]) -> tuple[Past, ...]:
    """Every attempt, for rates, whatever became of it: at the time that is first known after it, for the clock may have been set in between.

    While nothing is known of an attempt it counts as if it were now.
    """
    found: list[Past] = []
    last: dict[str, int] = {}
    for event in events:
        if event.what == "intended":
            last[event.write] = len(found)
            found.append(Past(event.line, event.entity, ALWAYS))
        elif event.what != "rehearsed" and event.write in last:
            found[last.pop(event.write)] = Past(event.line, event.entity, event.at)
    return tuple(found)
