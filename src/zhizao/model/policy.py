"""Policy: who may agree to what, and under which conditions something may leave for a machine or a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType

from zhizao.model.expression import Row
from zhizao.model.text import Text


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may agree: ``of`` are the entities below which their roles count."""

    id: str
    name: Text
    roles: frozenset[str]
    of: frozenset[str]
    superior: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often at most something may leave: ``times`` in any stretch of ``span``."""

    times: int
    span: timedelta

    def __str__(self) -> str:
        return f"{self.times}/{self.span}"


@dataclass(frozen=True, slots=True)
class Hours:
    """When something may leave, on the clocks of a time zone; ``days`` count from Monday as 0. A stretch that passes midnight belongs to the day it begins."""

    days: frozenset[int]
    begins: time
    ends: time
    zone: str


@dataclass(frozen=True, slots=True)
class Interlock:
    """A condition over what the machine says, which must be true at the moment of sending."""

    written: str
    row: Row


@dataclass(frozen=True, slots=True)
class Line:
    """What may be sent where, after whose agreement. What is empty is not limited, but for ``of`` and ``approved_by``, without which nothing is allowed.

    A line with quantities allows set points, in the quantity's unit; one without tells people and other systems of actions.
    ``fresh`` is how old the last word of a machine may be to count.
    """

    id: str
    approved_by: frozenset[str]
    of: frozenset[str]
    quantities: frozenset[str] = frozenset()
    sinks: frozenset[str] = frozenset()
    remedies: frozenset[str] = frozenset()
    low: Decimal | None = None
    high: Decimal | None = None
    largest_step: Decimal | None = None
    per_machine: Rate | None = None
    per_line: Rate | None = None
    two_persons: bool = False
    interlocks: tuple[Interlock, ...] = ()
    fresh: timedelta = timedelta(minutes=1)
    hours: Hours | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything a home's policy says; an empty one allows nothing."""

    persons: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    lines: tuple[Line, ...] = ()
    release_roles: frozenset[str] = frozenset()
    """Whose agreement lifts an emergency stop, two of them; anybody's where it is empty."""
    escalate_after: timedelta = timedelta(days=7)
    """How long after one superior was told the next one is."""
    escalate_to: str = ""
    """Who is told where the owner of a late action has no superior."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The line that allows it."""

    line: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why no line allows it; never empty."""

    reasons: tuple[Text, ...]
