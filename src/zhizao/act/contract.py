"""What a sink is given, what it promises, and how it says that something did not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol

from zhizao.model.text import Text

GROUP = "zhizao.sinks"
"""The entry points: the scheme of a URL, and what makes the sink that reaches it."""

Word = Decimal | str


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a sink sends, as the file of its source or sink has it. A secret is named there by file or environment, never written."""

    name: str
    url: str
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def scheme(self) -> str:
        """The protocol, as the URL begins."""
        return self.url.partition("://")[0]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to leave: ``value`` in the unit of the address, or a message; ``id`` makes two attempts recognisable as one."""

    id: str
    address: str
    value: Word
    to: str = ""
    """Whom a message is for, where the sink knows several."""
    title: str = ""


class NotSent(Exception):
    """It certainly did not arrive: nothing left, or the receiver refused it. It may be tried again."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


class Lost(Exception):
    """It left, and nobody answered: it may have arrived or not, and is never sent again by itself. Any error that is not ``NotSent`` is read so."""


class Sink(Protocol):
    """Carries what is allowed to one destination. It sends at most once a call, never by itself, and holds nobody up for longer than its time limit."""

    @property
    def reads_back(self) -> bool:
        """Whether what arrived can be read; where it cannot, the receiver's answer confirms it."""

    def send(self, what: Outgoing) -> str:
        """Send, once; what the receiver answered.

        Raises:
            NotSent: it certainly did not arrive.
            Lost: it may have arrived.
        """

    def read(self, what: Outgoing) -> Word | None:
        """What stands now where it was sent to, without changing anything; None where that cannot be known.

        Raises:
            OSError: the receiver cannot be reached.
        """


class Making(Protocol):
    """What makes a sink of a destination; what is registered as an entry point."""

    def __call__(self, destination: Destination) -> Sink:
        """The sink. Nothing is reached yet.

        Raises:
            InputError: the URL or an option cannot mean anything; it is named.
        """
