"""The entities of the sources, stored before long: when the node begins, and whenever a file changes; whatever the store does, sources are read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from zhizao.node import sources
from zhizao.node.assemble import Node, now
from zhizao.sense.supervise import told

LOOK_S = 2.0


@dataclass(eq=False)
class Introducer:
    """Looks until cancelled; ``trouble`` says why the store did not take them, '' once it has."""

    node: Node
    versions: Callable[[], Mapping[str, str]]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    trouble: str = ""
    _done: Mapping[str, str] = field(default_factory=dict)

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.to_thread(self.look)
            await self.sleep(LOOK_S)

    def look(self) -> None:
        """Store what is new, where anything changed."""
        try:
            versions = self.versions()
            if versions != self._done:
                sources.introduce(self.node.library, self.node.store, sources.find(self.node.home).files, now())
                self._done, self.trouble = versions, ""
        except Exception as error:  # whatever it is stops nobody else
            self.trouble = told(error).en
