"""The log on its way into segments: a file that is old enough is completed, and each complete file becomes a segment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from zhizao.sense.intake import Intake
from zhizao.sense.supervise import told
from zhizao.store.stream.log import Log

AGE_S = 300.0
"""A file of the log is completed after so long at the latest; one that is full is completed by the log itself."""
LOOK_S = 2.0


@dataclass(eq=False)
class Drainer:
    """Completes and drains until cancelled; a disk that refuses is tried again, and nothing is lost meanwhile.

    ``drain`` puts every complete file into a segment and says how many there were. ``trouble`` says why it cannot, '' while it can.
    """

    intake: Intake
    drain: Callable[[], int]
    monotonic: Callable[[], float]
    age_s: float = AGE_S
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    trouble: str = ""
    _since: float = 0.0
    _number: int = 0

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await self.look()
            await self.sleep(min(LOOK_S, self.age_s))

    async def look(self) -> None:
        """Complete the present file where it is time, and drain what is complete."""
        try:
            if self._is_due():
                await self.intake.on_the_log(Log.roll)
            await asyncio.to_thread(self.drain)
            self.trouble = ""
        except Exception as error:  # whatever it is: the log goes on taking, and nothing is lost
            self.trouble = told(error).en

    def _is_due(self) -> bool:
        """Whether the file that takes deliveries has held something for long; counted from when it was first seen to."""
        number = self.intake.log.number if self.intake.log.rows else 0
        if number != self._number:
            self._number, self._since = number, self.monotonic()
        return number > 0 and self.monotonic() - self._since >= self.age_s
