"""What a running node does again and again beside taking deliveries: it may fail, and is tried again at its next time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from zhizao.sense.supervise import told


@dataclass(eq=False)
class Chore:
    """Does something in a thread until cancelled, for the first time after a while. ``trouble`` says why it cannot be done, '' while it can."""

    do: Callable[[], object]
    every_s: float
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    trouble: str = ""

    async def run(self) -> None:
        """Again and again."""
        while True:
            await self.sleep(self.every_s)
            await self.once()

    async def once(self) -> None:
        """Do it now."""
        try:
            await asyncio.to_thread(self.do)
            self.trouble = ""
        except Exception as error:  # a chore that fails stops nobody else
            self.trouble = told(error).en
