"""``zhizao`` with a clock that can be set: as many seconds from the true time as a file says, read when the process begins and whenever it is told to (SIGUSR1).

Only the two places where the program asks for the time are led here; nothing of the program knows.
"""

from __future__ import annotations

import signal
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from zhizao.node import assemble

TRUE_NS = time.time_ns


class Clock:
    """The true time, and how far it is from it."""

    def __init__(self, file: Path) -> None:
        self._file, self._away_s = file, 0
        self.set()

    def set(self, *_: object) -> None:
        """Read how far away it is."""
        self._away_s = int(self._file.read_text()) if self._file.is_file() else 0

    def ns(self) -> int:
        """Nanoseconds since 1970."""
        return TRUE_NS() + self._away_s * 1_000_000_000

    def now(self) -> datetime:
        """The same as an instant."""
        return datetime.now(timezone.utc) + timedelta(seconds=self._away_s)


if __name__ == "__main__":
    clock = Clock(Path(sys.argv.pop(1)))
    time.time_ns, assemble.now = clock.ns, clock.now
    signal.signal(signal.SIGUSR1, clock.set)

    from zhizao.cli.main import main

    main()
