"""The one process setting of a machine, the pressure of its coolant: who may turn it how far, and when it was turned."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

SETTING = "coolant_pressure"
"""The signal that tells it; its whole numbers are tenths of a bar."""
PER_BAR = 10
LEAST, MOST = 100, 700
"""What a machine takes: 10 to 70 bar."""


class OutOfRange(ValueError):
    """A value that no machine takes."""


@dataclass
class Knob:
    """A setting as it stands from instant to instant. Whatever of the life was told already stays as it was: a turn holds from right after it.

    A plant that is given the same turns at its beginning lives the same life again.

    Example:
        >>> knob = Knob(400)
        >>> knob.at(1_000), knob.turn(350), knob.at(1_000), knob.at(1_001)
        (400, 1001, 400, 350)
    """

    first: int
    turns: list[tuple[int, int]] = field(default_factory=list)
    """Instants (microseconds since 1970) with the value from then on, in the order of time."""
    _passed: int = -1
    _told: int = 0

    def at(self, instant: int) -> int:
        """The value at an instant, which is settled by asking."""
        self.passed(instant)
        place = bisect_right(self.turns, instant, key=lambda turn: turn[0])
        return self.turns[place - 1][1] if place else self.first

    @property
    def last(self) -> int:
        """The value that was set last."""
        return self.turns[-1][1] if self.turns else self.first

    def passed(self, instant: int) -> None:
        """Life up to an instant is settled."""
        self._passed = max(self._passed, instant)

    def turn(self, value: int) -> int:
        """Set a value; from which instant on it holds.

        Raises:
            OutOfRange: the machine does not take it.
        """
        if not LEAST <= value <= MOST:
            raise OutOfRange(f"{value / PER_BAR:g} bar is not within {LEAST / PER_BAR:g} to {MOST / PER_BAR:g} bar")
        instant = max(self._passed, self.turns[-1][0] if self.turns else -1) + 1
        self.turns.append((instant, value))
        return instant

    def untold(self, until: int) -> list[tuple[int, int]]:
        """The turns up to an instant that were not asked for yet."""
        place = bisect_right(self.turns, until, key=lambda turn: turn[0])
        found, self._told = self.turns[self._told : place], max(self._told, place)
        return found
