"""Warnings: judgements on an entity, each the sum of what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from zhizao.model.rule import Grade

What = Literal["raised", "worsened", "acknowledged", "explained", "appealed", "upheld", "resolved", "reopened", "expired"]
"""What may become of a warning."""
Standing = Literal["open", "acknowledged", "explained", "appealed", "upheld", "resolved", "expired"]
"""How a warning stands."""
OVER: tuple[Standing, ...] = ("resolved", "expired")

RECORD = "warning_event"
"""The record type that carries the events."""

Input = Decimal | str | bool | None
"""What a condition reads; None is not known."""


@dataclass(frozen=True, slots=True)
class Point:
    """What a rule looks at, at one time: the inputs of its conditions, what they are about, and since when and until when that holds."""

    about: str
    start: datetime
    at: datetime
    inputs: Mapping[str, Input]


@dataclass(frozen=True, slots=True)
class Course:
    """All points of one thing that a rule watches, earliest first; ``subject`` says what of the entity it is."""

    entity: str
    subject: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that became of a warning. ``evidence`` is what the rule saw, ``cause`` the parts of the entity that make up most of it."""

    warning: str
    what: What
    at: datetime
    entity: str
    rule: str
    severity: Grade | None = None
    subject: str = ""
    about: str = ""
    by: str = ""
    note: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    cause: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Warning_:
    """One warning as its events tell it; ``since`` is when it began to hold, ``ended`` when it was over."""

    id: str
    rule: str
    entity: str
    subject: str
    severity: Grade
    standing: Standing
    since: datetime
    about: str
    events: tuple[Event, ...]
    ended: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left to do."""
        return self.standing in OVER

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What the rule saw last."""
        return next((e.evidence for e in reversed(self.events) if e.evidence), {})

    @property
    def cause(self) -> tuple[Mapping[str, Any], ...]:
        """The cause that was computed last."""
        return next((e.cause for e in reversed(self.events) if e.cause), ())


def warning_id(rule: str, entity: str, subject: str, since: datetime) -> str:
    """The number of a warning: the same wherever and whenever it is found.

    Example:
        >>> from datetime import UTC
        >>> warning_id("late_action", "region:32", "A-1", datetime(2025, 1, 1, tzinfo=UTC))
        'W-08f9e5dd'
    """
    said = "\n".join((rule, entity, subject, since.isoformat()))
    return f"W-{hashlib.sha256(said.encode()).hexdigest()[:8]}"
