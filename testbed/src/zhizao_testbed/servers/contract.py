"""What every server of a plant does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from zhizao_testbed.changes import Change


class Server(Protocol):
    """Speaks one protocol for all machines of a plant, on the loopback interface. Where the protocol can write, the setting of a machine can be turned
    through it, within its range; the plant tells the new value like any other.
    """

    @property
    def url(self) -> str:
        """What ``zhizao connect`` takes; known once it is started."""

    async def start(self) -> None:
        """Listen."""

    async def say(self, changes: Sequence[Change]) -> None:
        """Tell what became due."""

    async def stop(self) -> None:
        """End as an orderly machine does."""
