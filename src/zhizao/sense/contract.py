"""What every connector must do, and what it is given: built-in and third-party ones come through the entry points ``zhizao.connectors``.

A connector reads one source. It holds nothing back and skips nothing: what it cannot read goes into the delivery as ``Refused``. It keeps no state
of its own on the disk: its position lies in the log, with the data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from zhizao.model.text import Text
from zhizao.sense.source import Description, Source
from zhizao.store.stream.delivery import Delivery

Clock = Callable[[], int]
"""The present time in microseconds since 1970, UTC."""

Event = Literal["connected", "gap", "overflow", "rebirth", "stale", "rejected_message", "reconnected"]
"""What a connector counts beside observations; each is shown in the status and the metrics."""


class Feed(Protocol):
    """The way of one source into the log."""

    @property
    def position(self) -> str:
        """The source's own word for where it goes on, as the last durable delivery had it ('' before the first)."""

    @property
    def last_us(self) -> int:
        """The time of the newest observation of this source in the log, microseconds (0 before the first).

        A source that cannot tell what it said meanwhile begins again with ``stale`` marks at this time: nothing is known of the stretch since.
        """

    async def deliver(self, delivery: Delivery) -> None:
        """Hand over; on the disk when it returns, so that the source may be told. Waits while the log is busy or the disk is full.

        Cancelled while it waits, the delivery may yet become durable: after a restart ``position`` says whether it did.
        """

    def count(self, event: Event, times: int = 1) -> None:
        """Count something that happened. ``connected`` also says that the link stands; until then the source is shown as connecting."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a connector promises by its protocol; ``duplicate_key`` says which two observations of its source are the same.

    ``delivery``: ``exactly_once`` needs a position the source can go on from; ``at_least_once`` has none and repeats after a break, so that
    only the key of facts removes what came twice; ``at_most_once`` loses what was said while nobody listened, and counts the gap.
    """

    delivery: Literal["exactly_once", "at_least_once", "at_most_once"]
    duplicate_key: Text
    describes_itself: bool = False
    backfills: bool = False
    """Whether what was said while the link was cut is fetched afterwards."""
    encrypts: bool = False
    marks_loss: bool = False
    """Whether a lost link makes the source's values ``stale``."""


class Connector(Protocol):
    """One source being read. Made anew for each attempt; ``run`` and ``describe`` are called at most once on one."""

    promise: Promise

    async def describe(self) -> Description:
        """Ask the source what it has; nothing is stored.

        Raises:
            InputError: the URL or the options cannot mean anything.
            OSError: the source cannot be reached (also ``TimeoutError``, ``ConnectionError``).
        """

    async def run(self, feed: Feed) -> None:
        """Read until cancelled, delivering as it goes; a finite source (a file that no longer grows and is not watched) returns.

        Raises:
            InputError: it can never work like this; it is not tried again before its file changes.
            Exception: anything else is the link's or the source's fault: it is tried again, later and later.
        """


class Making(Protocol):
    """The entry point: makes the connector of a source. The name of the entry point is the scheme of its URLs."""

    def __call__(self, source: Source, clock: Clock) -> Connector:
        """Nothing is opened yet.

        Raises:
            InputError: the URL or the options cannot mean anything.
        """
