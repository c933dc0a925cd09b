"""Actions, the approvals before them, what they send, and the events that all of it is known by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

APPROVALS, ACTIONS, WRITES, STOPS = "approval_event", "action_event", "write_event", "stop_event"
"""The record types this stage tells."""

Decision = Literal["approved", "rejected", "withdrawn"]
Happening = Literal["planned", "assigned", "started", "evidenced", "done", "cancelled", "escalated"]
Fate = Literal["rehearsed", "intended", "sent", "confirmed", "differs", "refused", "failed", "unknown", "released"]


@dataclass(frozen=True, slots=True)
class Approval:
    """What one person said of a proposal."""

    proposal: str
    person: str
    at: datetime
    entity: str
    what: Decision
    alternative: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class ActionEvent:
    """Something that became of an action; the one that plans it carries all of it in ``body``."""

    action: str
    what: Happening
    at: datetime
    entity: str
    proposal: str = ""
    owner: str = ""
    deadline: date | None = None
    by: str = ""
    note: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """One thing that is to leave: a set point for a machine (``quantity``, ``value``) or an action told to somebody (``body``).

    ``sink`` is the name of the source or sink that reaches it, '' where none does; ``address`` is what it is called there.
    ``scale`` is what one unit of the address is in the quantity's unit, ``step`` the quantity's resolution.
    """

    id: str
    action: str
    proposal: str
    alternative: int
    remedy: str
    entity: str
    sink: str
    address: str = ""
    quantity: str = ""
    value: Decimal | None = None
    unit: str = ""
    scale: Decimal = Decimal(1)
    step: Decimal = Decimal("0.001")
    body: str = ""

    @property
    def is_set_point(self) -> bool:
        """Whether a machine is told a value, rather than somebody of an action."""
        return bool(self.quantity)


@dataclass(frozen=True, slots=True)
class WriteEvent:
    """Something that became of a sending. ``note`` says why, ``by`` who where a person did it."""

    write: str
    what: Fate
    at: datetime
    entity: str
    action: str
    sink: str = ""
    address: str = ""
    value: str = ""
    read_back: str = ""
    line: str = ""
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a machine last said of a quantity, and when."""

    value: Decimal | str
    at: datetime
