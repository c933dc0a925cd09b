"""The shape of every kind of file in a pack: which keys it has and what each may hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from zhizao.model.entity import Cover, Relation
from zhizao.model.indicator import Direction, Missing, ZeroRule
from zhizao.model.period import PeriodKind
from zhizao.model.plan import PlanKind
from zhizao.model.record import DECIMAL_SCALE, Accrual, FieldType, Format
from zhizao.model.value import Status

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
Count = Annotated[int, Field(ge=0, le=9999, strict=True)]
Positive = Annotated[Decimal, Field(gt=0, max_digits=30, decimal_places=18)]
Scale = Annotated[int, Field(ge=0, le=12, strict=True)]


class Shape(BaseModel):
    """A mapping with known keys; numbers written where text is meant are taken as text."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True, frozen=True, populate_by_name=True)


class TextShape(Shape):
    """Words in both languages; a missing one is a finding of its own, not a wrong shape."""

    zh: str = ""
    en: str = ""


class PackShape(Shape):
    """pack.yaml"""

    id: Id
    version: str
    title: TextShape
    needs: tuple[str, ...] = ()


class QuantityShape(Shape):
    """An entry of quantities.yaml."""

    name: TextShape
    unit: str = ""
    resolution: Positive = Decimal("0.001")
    behaviour: Literal["gauge", "counter", "mode"] = "gauge"
    source: str = ""
    hold: str = ""
    when: str | None = None
    known_as: tuple[str, ...] = ()


class FieldShape(Shape):
    """A field of a record type."""

    type: FieldType
    name: TextShape
    unit: str = ""
    scale: Scale = DECIMAL_SCALE
    accrual: Accrual | None = None
    price: Annotated[str, StringConstraints(pattern=r"^(current|\d{4})?$")] = ""
    required: bool = False
    min: str | None = None
    max: str | None = None
    values: tuple[str, ...] = ()
    level: str = ""
    personal: bool = False
    format: Format = ""


class RecordShape(Shape):
    """records/NAME.yaml"""

    id: Id
    name: TextShape
    entity: str
    time: str
    key: Annotated[tuple[str, ...], Field(min_length=1)]
    fields_: Annotated[dict[Id, FieldShape], Field(alias="fields", min_length=1)]
    period: PeriodKind | Literal["any"] = "year"
    known_by: Literal["published_at", "stored_at"] = "stored_at"
    due: Literal["each_period", "never", ""] = ""


class IndicatorShape(Shape):
    """indicators/NAME.yaml"""

    id: Id
    name: TextShape
    unit: str
    direction: Direction
    period: PeriodKind
    formula: str | None
    record: str = ""
    let: dict[Id, str] = {}
    decimals: Scale = 6
    missing: Missing = "complete"
    zero: ZeroRule | None = None
    weight: str = ""
    attribute: Literal["place", "seat"] = "place"
    because: TextShape | None = None
    number: Count = 0
    group: TextShape | None = None
    variant_of: str = ""
    between: tuple[int | None, int | None] = (None, None)
    goals: tuple[str, ...] = ()
    doubts: tuple[TextShape, ...] = ()
    notes: tuple[TextShape, ...] = ()
    source: str = ""


class LevelShape(Shape):
    """A level of a hierarchy."""

    id: Id
    prefix: Id
    name: TextShape
    pattern: str = ".+"


class HierarchyShape(Shape):
    """hierarchies/NAME.yaml"""

    id: Id
    name: TextShape
    relation: Relation
    cover: Cover
    levels: Annotated[tuple[LevelShape, ...], Field(min_length=1)]
    decided_on: Literal["start", "end"] = "end"
    rule: TextShape | None = None
    members: str = ""


class NodeShape(Shape):
    """A node of a plan."""

    id: str
    section: str = ""
    name: TextShape
    kind: PlanKind = "system"
    indicators: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    whole: bool = False
    cluster: str = ""
    systems: tuple[NodeShape, ...] = ()
    nodes: tuple[NodeShape, ...] = ()


class PlanShape(Shape):
    """plan.yaml"""

    id: str
    title: TextShape
    nodes: tuple[NodeShape, ...]
    section: str = ""
    entity: str = ""


class SeriesShape(Shape):
    """series.yaml"""

    order: dict[str, tuple[str, ...]]


class DataShape(Shape):
    """An item of data.yaml."""

    record: str
    file: str


class ReconciliationShape(Shape):
    """An item of reconciliations.yaml."""

    id: Id
    name: TextShape
    record: str
    field: str
    parts_level: str
    whole: str
    printed_unit: Positive
    where: dict[str, str] = {}
    explain: TextShape | None = None


class CoverageShape(Shape):
    """The coverage a test expects."""

    count: Decimal | None = None
    weight: Decimal | None = None


class ExpectShape(Shape):
    """One value a test expects."""

    of: str
    period: str
    value: Decimal | None = None
    status: Status | None = None
    coverage: CoverageShape = CoverageShape()
    warnings: tuple[str, ...] | None = None


class CaseShape(Shape):
    """A case of a test: facts, and the values they must give."""

    name: str
    memberships: tuple[tuple[str, ...], ...] | None = None
    records: dict[str, tuple[dict[str, Any], ...]] = {}
    expect: Annotated[tuple[ExpectShape, ...], Field(min_length=1)]


class PublishedShape(Shape):
    """What a published series must say."""

    series: str
    period: str
    value: Decimal
    of: str = ""


class DrillShape(Shape):
    """indicators/NAME.test.yaml"""

    cases: tuple[CaseShape, ...] = ()
    published: tuple[PublishedShape, ...] = ()
