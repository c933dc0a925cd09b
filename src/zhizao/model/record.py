"""Record types: what a row of facts is about, when it holds, and what its fields mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhizao.model.finding import Place
from zhizao.model.period import PeriodKind
from zhizao.model.quantity import Quantity
from zhizao.model.text import Text

FieldType = Literal["entity", "period", "text", "integer", "decimal", "float", "boolean", "instant", "date"]
Accrual = Literal["flow", "stock"]
Format = Literal["", "time_zone"]

DECIMAL_SCALE = 6
"""Decimals kept of a ``decimal`` field that does not state its scale."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a record type, with unit, meaning and limits.

    ``accrual`` says how the quantity behaves over time (a flow adds up, a stock does not); ``price`` is ``current``
    or the year whose prices it is in (``2015``); ``values`` closes a text field to a list;
    ``personal`` values are stored so that they can be forgotten, entity by entity. A ``float`` is kept as a machine said it, to the last bit, and never summed.
    """

    id: str
    type: FieldType
    name: Text
    unit: str = ""
    scale: int = DECIMAL_SCALE
    accrual: Accrual | None = None
    price: str = ""
    required: bool = False
    minimum: str | None = None
    maximum: str | None = None
    values: tuple[str, ...] = ()
    level: str = ""
    personal: bool = False
    format: Format = ""
    """What a text must be, beyond text."""
    takes: tuple[str, ...] = ()
    """Prefixes of the entities a field with a level takes, the level's own first; empty where the packs did not say (see ``pack/levels.py``)."""

    @property
    def is_number(self) -> bool:
        """Whether the field can be summed."""
        return self.type in ("integer", "decimal", "boolean")

    @property
    def is_figure(self) -> bool:
        """Whether its values are written in digits, and so have a unit and limits."""
        return self.type in ("integer", "decimal", "float")


@dataclass(frozen=True, slots=True)
class RecordType:
    """A declared type of record.

    ``entity`` names the field that says what the row is about, ``time`` the field that says when it holds, ``key`` the
    fields that make two deliveries the same fact. ``known_by`` is the time an as-of question compares. The time of a row is a period
    of the kind ``period``; with ``any_period`` it may be of any kind. ``due`` says whether every entity must report in each period;
    '' where the key decides.
    """

    id: str
    name: Text
    entity: str
    time: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    period: PeriodKind = "year"
    known_by: Literal["published_at", "stored_at"] = "stored_at"
    pack: str = ""
    place: Place = Place("")
    due: Literal["each_period", "never", ""] = ""
    any_period: bool = False
    signals: tuple[Quantity, ...] = ()
    """The quantities that formulas name instead of fields, where the rows are observations of signals."""

    def field(self, name: str) -> Field | None:
        """The field of a name, or None."""
        return next((f for f in self.fields if f.id == name), None)

    @property
    def personal(self) -> tuple[Field, ...]:
        """The fields whose values can be forgotten."""
        return tuple(f for f in self.fields if f.personal)

    @property
    def level(self) -> str:
        """The level of the entities the rows are about ('' where they may be of any level)."""
        found = self.field(self.entity)
        return found.level if found else ""

    @property
    def has_one_row(self) -> bool:
        """Whether an entity has one row a period."""
        return set(self.key) == {self.entity, self.time}

    @property
    def is_due(self) -> bool:
        """Whether every entity of the level must report in each period: where its row is the only one, unless said otherwise."""
        time = self.field(self.time)
        return self.due == "each_period" or (not self.due and self.has_one_row and not self.any_period and time is not None and time.type == "period")
