"""The buffer of an agent: the last observations by sequence, and what each item said last."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from zhizao_testbed.pace import Clock, now_us

BUFFER = 2**17
"""Observations that an agent keeps by default."""
UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Said:
    """An observation in the buffer; ``text`` is as its element has it, ``attributes`` stand beside it."""

    sequence: int
    item: str
    time_us: int
    text: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class OutOfRange(Exception):
    """A sequence that the buffer does not reach."""


States = dict[str, dict[str, Said]]
"""What each item said last: of a condition by native code, of all others one."""


class Buffer:
    """Observations in the order of their sequence. A new one is a new instance, as after a restart of an agent.

    Example:
        >>> buffer = Buffer(size=2, instance=7)
        >>> for value in "abc":
        ...     buffer.say("mode", 0, value)
        >>> buffer.first, buffer.next, [s.text for s in buffer.since(2, 10)], [s.text for s in buffer.current()]
        (2, 4, ['b', 'c'], ['c'])
    """

    def __init__(self, size: int = BUFFER, instance: int | None = None, clock: Clock = now_us) -> None:
        self.size, self.clock = size, clock
        self.instance = now_us() if instance is None else instance
        self.next = 1
        self.changed = asyncio.Event()
        self._held: deque[Said] = deque()
        self._before: States = {}
        self._latest: States = {}

    @property
    def first(self) -> int:
        """The oldest sequence it has."""
        return self._held[0].sequence if self._held else self.next

    def say(self, item: str, time_us: int, text: str, **attributes: str) -> None:
        """Take an observation."""
        said = Said(self.next, item, time_us, text, attributes)
        self.next += 1
        self._held.append(said)
        _follow(self._latest, said)
        if len(self._held) > self.size:
            _follow(self._before, self._held.popleft())
        self.changed.set()

    def since(self, start: int, count: int) -> list[Said]:
        """At most so many observations from a sequence on.

        Raises:
            OutOfRange: it has left the buffer, or was never in it.
        """
        if not self.first <= start <= self.next:
            raise OutOfRange(f"from must be between {self.first} and {self.next}, not {start}")
        return list(islice(self._held, start - self.first, start - self.first + count))

    def current(self, at: int | None = None) -> Iterable[Said]:
        """What each item said last, now or as of a sequence.

        Raises:
            OutOfRange: the buffer does not reach it.
        """
        if at is None:
            return _in_order(self._latest)
        if not self.first <= at < self.next:
            raise OutOfRange(f"at must be between {self.first} and {self.next - 1}, not {at}")
        found = {item: dict(active) for item, active in self._before.items()}
        for said in islice(self._held, at - self.first + 1):
            _follow(found, said)
        return _in_order(found)


def _in_order(states: States) -> list[Said]:
    return sorted((said for active in states.values() for said in active.values()), key=lambda s: s.sequence)


def _follow(states: States, said: Said) -> None:
    """What an item says replaces what it said before; of a condition several may be active, each by its native code, until it is normal."""
    code = said.attributes.get("nativeCode", "") if "level" in said.attributes else ""
    active = states.setdefault(said.item, {})
    if code:
        active.pop("", None)
    else:
        active.clear()
    if code and said.attributes["level"] == "Normal":
        active.pop(code, None)
        if active:
            return
    active[code] = said
