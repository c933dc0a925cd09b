"""The first lines of an adapter or of a recorded log: the last known value of every key, told apart from what happens from then on."""

from __future__ import annotations

from collections.abc import Container, Iterable

from zhizao.sense.beginning import beginning
from zhizao.sense.connectors.shdr.lines import ASSET
from zhizao.sense.spoken import Spoken, Unread


class Opening:
    """Holds the last known values back until it is known when the live part begins: when a key speaks for the second time.

    Args:
        mapped: the addresses that are about something.
        since_us: when the source was first listened to; None at its very first beginning, which then is the live start.
        last_us: the newest time heard before a gap; 0 where there is none.

    Example:
        >>> opening = Opening({"a", "b"})
        >>> [opening.taken([Spoken(1, "a", 0, value=1.0), Spoken(2, "b", 0, value=2.0)]), opening.live_us]
        [[], None]
        >>> [(s.address, s.time_us, s.quality) for s in opening.taken([Spoken(3, "a", 90_000_000, value=3.0)])]
        [('a', 0, 'stale'), ('a', 89999999, 'good'), ('b', 0, 'stale'), ('b', 89999999, 'good'), ('a', 90000000, 'good')]
    """

    def __init__(self, mapped: Container[str], since_us: int | None = None, last_us: int = 0) -> None:
        self.live_us: int | None = None
        self._mapped, self._since_us, self._last_us = mapped, since_us, last_us
        self._seen: set[str] = set()
        self._held: list[Spoken] = []

    @property
    def since_us(self) -> int | None:
        """When the source was first listened to; None while that is not known yet."""
        return self.live_us if self._since_us is None else self._since_us

    def taken(self, said: Iterable[Spoken | Unread]) -> list[Spoken | Unread]:
        """What can be handed over now."""
        found: list[Spoken | Unread] = []
        for one in said:
            if isinstance(one, Unread) or one.address == ASSET:  # an asset is a document: it does not hold until the next
                found.append(one)
                continue
            new = self._first_of(one)
            if self.live_us is None and not new:
                found += self.settled(one.time_us)
            if self.live_us is None:
                self._held.append(one)
            else:
                found += self._begun([one]) if new else [one]
        return found

    def settled(self, live_us: int) -> list[Spoken | Unread]:
        """What was held back, once the live part begins or nothing more is to come."""
        if self.live_us is None:
            self.live_us = live_us
        held, self._held = self._held, []
        return self._begun(held)

    @property
    def newest_us(self) -> int:
        """The newest time of what is held back; 0 for nothing."""
        return max((one.time_us for one in self._held), default=0)

    def _first_of(self, one: Spoken) -> bool:
        new = one.address not in self._seen
        self._seen.add(one.address)
        return new

    def _begun(self, said: Iterable[Spoken | Unread]) -> list[Spoken | Unread]:
        assert self.live_us is not None and self.since_us is not None, "it has begun"
        # One microsecond before: what is said again never stands where something new is said.
        return list(beginning(said, self._mapped, since_us=self.since_us, now_us=self.live_us - 1, last_us=self._last_us))
