"""The sequence numbers of one edge node: what is new, what came twice, what never came."""

from __future__ import annotations

from dataclasses import dataclass, field

NUMBERS = 256


@dataclass(slots=True)
class Sequence:
    """Numbers run from 0 to 255 and begin again. A number that is passed over may still come, for so long; then it is lost.

    Example:
        >>> s = Sequence(wait_us=2_000_000)
        >>> s.begin(254, digest=1), s.takes(255, 2, now_us=0), s.takes(0, 3, now_us=0), s.takes(0, 3, now_us=0)
        (True, True, True, False)
        >>> s.takes(3, 4, now_us=0), s.takes(1, 5, now_us=1), s.due_us, s.lost(2_000_000)
        (True, True, 2000000, 1)
    """

    wait_us: int
    last: int | None = None
    due_us: int | None = None
    """When what is missing is given up."""
    _missing: set[int] = field(default_factory=set)
    _heard: dict[int, int] = field(default_factory=dict)

    def begin(self, number: int, digest: int) -> bool:
        """A birth begins anew, whatever is missing; whether it was not heard before."""
        if self._heard.get(number) == digest:
            return False
        self.last, self.due_us = number, None
        self._missing.clear()
        self._heard.clear()
        self._heard[number] = digest
        return True

    def takes(self, number: int, digest: int, now_us: int) -> bool:
        """Whether a message is new: the same content under the same number, among the last 256, is not."""
        if self._heard.get(number) == digest:
            return False
        self._heard[number] = digest
        if number in self._missing:
            self._missing.discard(number)
            self.due_us = self.due_us if self._missing else None
        elif self.last is not None:
            self._pass((self.last + 1) % NUMBERS, number, now_us)
            self.last = number
        return True

    def lost(self, now_us: int) -> int:
        """How many messages are given up by now; more, if a multiple of 256 was passed over."""
        if self.due_us is None or now_us < self.due_us:
            return 0
        lost = len(self._missing)
        self._missing.clear()
        self.due_us = None
        return lost

    def _pass(self, expected: int, number: int, now_us: int) -> None:
        if expected != number:
            self._missing.update((expected + i) % NUMBERS for i in range((number - expected) % NUMBERS))
            self.due_us = self.due_us or now_us + self.wait_us
