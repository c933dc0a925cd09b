"""The heartbeat between a reader and an adapter: ``* PING`` asks, ``* PONG ms`` answers and says how often to ask.

Source: the reference agent: silence of twice the period is a lost link. An adapter that never answered has no heartbeat.
"""

from __future__ import annotations

from dataclasses import dataclass

PING, PONG = b"* PING\r\n", "* PONG"
SHORTEST_S = 0.05


@dataclass
class Heartbeat:
    """When to ask and when to give up, by a clock that counts seconds.

    Example:
        >>> beat = Heartbeat(asked_s=0.0, heard_s=0.0)
        >>> beat.wait_s(5.0), beat.is_lost(100.0)
        (None, False)
        >>> beat.heard(1.0, ["* PONG 10000"])
        >>> beat.wait_s(5.0), beat.is_due(10.0), beat.is_lost(20.9), beat.is_lost(21.0)
        (5.0, True, False, True)
    """

    asked_s: float
    heard_s: float
    period_s: float | None = None

    def heard(self, now_s: float, lines: list[str]) -> None:
        """Something came: the adapter lives."""
        self.heard_s = now_s
        for line in lines:
            if line.startswith(PONG):
                said = line.removeprefix(PONG).strip()
                self.period_s = max(SHORTEST_S, int(said) / 1000) if said.isascii() and said.isdigit() else self.period_s

    def asked(self, now_s: float) -> None:
        """It was asked."""
        self.asked_s = now_s

    def is_due(self, now_s: float) -> bool:
        """Whether to ask again."""
        return self.period_s is not None and now_s >= self.asked_s + self.period_s

    def is_lost(self, now_s: float) -> bool:
        """Whether it has been silent for too long."""
        return self.period_s is not None and now_s >= self.heard_s + 2 * self.period_s

    def wait_s(self, now_s: float) -> float | None:
        """How long to wait at most until one of both; None for ever."""
        return None if self.period_s is None else max(0.0, min(self.asked_s + self.period_s, self.heard_s + 2 * self.period_s) - now_s)
