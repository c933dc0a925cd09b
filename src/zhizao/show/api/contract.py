"""What the HTTP interface asks of the installation it shows; the node answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which observations are asked for; '' and None leave a choice open. ``since`` is included, ``until`` is not."""

    entity: str = ""
    quantity: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 1000


class Services(Protocol):
    """The answers, as plain data. All may take a while and are called outside the loop, but for ``push``, which waits for the disk.

    Each raises ``ZhizaoError`` where the command line would.
    """

    def entities(self, level: str, limit: int) -> Sequence[Row]:
        """The entities that packs, sources and imports name, with their names."""

    def quantities(self) -> Sequence[Row]:
        """What can be observed."""

    def observations(self, wanted: Wanted) -> Sequence[Row]:
        """The latest observations of a choice, in the order of time, those included that are in the log alone."""

    def records(self, type_: str, of: str, period: str, limit: int) -> Sequence[Row]:
        """Facts of a type that hold now, as an export has them."""

    def indicator(self, name: str, of: Sequence[str], period: str, by: str) -> Sequence[Row]:
        """The values of an indicator, as ``measure`` has them."""

    def warnings(self, of: Sequence[str], over: bool) -> Sequence[Row]:
        """The warnings told of some entities or of all, worst first; those that are over where asked for."""

    def status(self) -> Row:
        """How the node, its store and its connectors fare."""

    async def push(self, name: str, body: bytes) -> Row:
        """Take observations of a named pusher: durable when it returns; the count of the delivery.

        Raises:
            StoreBusy: the disk takes nothing at present; to send the same again later is safe.
        """

    def deliver(self, type_: str, name: str, body: bytes) -> Row:
        """Store records of a type; the count of the delivery."""
