"""Values: an indicator's result with status, coverage and provenance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from zhizao.model.period import Period
from zhizao.model.series import Basis, Origin, Reading

Status = Literal["ok", "not_due", "not_reported", "not_applicable", "suppressed", "undefined"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Answered share of the units due, by count and by the indicator's weight; None where nothing was due."""

    count: Decimal | None = None
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What was known when: ``as_of`` by the time an indicator's facts are known by, ``stored_as_of`` by our own store.

    Both None means now.
    """

    as_of: datetime | None = None
    stored_as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """The result of one indicator in one series for one entity and period, as known at a time.

    ``value`` is exact at the indicator's printed scale and None unless ``status`` is ok.
    """

    indicator: str
    series: str
    basis: Basis
    scope: str
    kind: str
    origin: Origin
    entity: str
    period: Period
    value: Decimal | None
    unit: str
    status: Status
    coverage: Coverage
    definition: str
    known_at: str
    warnings: tuple[str, ...] = ()
    """Codes of doubts that come with the figure, such as ``simpson``."""


@dataclass(frozen=True, slots=True)
class FactRef:
    """A fact a value rests on: its id, the source that delivered it, and the place in the source."""

    id: str
    source: str
    place: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a value is what it is: formula, merged states, the parts below, the facts, and a digest over all of it.

    A published figure is a reading and rests on the row that carries it. ``others`` are the readings of other series for the
    same entity and period: they stand beside the value and are no parts of it.
    """

    value: Value | Reading
    formula: str
    states: tuple[tuple[str, str], ...]
    children: tuple[Value, ...]
    facts: tuple[FactRef, ...]
    facts_total: int
    digest: str
    others: tuple[Reading, ...] = ()
