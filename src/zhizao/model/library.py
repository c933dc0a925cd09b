"""A library: everything the loaded packs define, resolved against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from zhizao.model.context import Context
from zhizao.model.derivation import Derivation
from zhizao.model.entity import Hierarchy, Level
from zhizao.model.finding import Finding, Place
from zhizao.model.indicator import Indicator
from zhizao.model.plan import PlanNode
from zhizao.model.quantity import Quantity
from zhizao.model.record import RecordType
from zhizao.model.remedy import Posing, Remedy
from zhizao.model.rounding import Rounding
from zhizao.model.rule import Rule
from zhizao.model.target import Target
from zhizao.model.text import Text
from zhizao.model.wording import Wording


@dataclass(frozen=True, slots=True)
class DataFile:
    """A table of facts a pack ships: which record type, which file, and its fingerprint."""

    record: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A published total held beside the sum of its published parts.

    ``parts`` must agree with ``whole`` within ``units`` half printed units per part; ``explain`` says what else may differ.
    """

    id: str
    name: Text
    record: str
    field: str
    parts_level: str
    whole: str
    printed_unit: str
    where: tuple[tuple[str, str], ...] = ()
    explain: Text | None = None
    place: Place = Place("")


@dataclass(frozen=True, slots=True)
class Pack:
    """One folder of content."""

    id: str
    version: str
    title: Text
    folder: str
    needs: tuple[str, ...] = ()
    plan: PlanNode | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """What is loaded: every noun the packs define, by id, and the findings made on the way."""

    packs: Mapping[str, Pack]
    quantities: Mapping[str, Quantity]
    records: Mapping[str, RecordType]
    hierarchies: Mapping[str, Hierarchy]
    indicators: Mapping[str, Indicator]
    targets: tuple[Target, ...]
    data: tuple[DataFile, ...]
    findings: tuple[Finding, ...]
    series_order: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Per indicator the series in the pack's order of preference."""
    reconciliations: tuple[Reconciliation, ...] = ()
    roundings: tuple[Rounding, ...] = ()
    contexts: tuple[Context, ...] = ()
    wording: Wording = Wording()
    derivations: Mapping[str, Derivation] = field(default_factory=lambda: MappingProxyType({}))
    """How observations become records, by id."""
    rules: Mapping[str, Rule] = field(default_factory=lambda: MappingProxyType({}))
    """What is watched for warnings, by id."""
    remedies: Mapping[str, Remedy] = field(default_factory=lambda: MappingProxyType({}))
    """What can be done, by id."""
    problems: Mapping[str, Posing] = field(default_factory=lambda: MappingProxyType({}))
    """How problems are posed, by id."""
    digest: str = ""
    """Fingerprint of every file of every loaded pack."""

    def levels(self) -> Iterable[tuple[Hierarchy, Level]]:
        """Every level of every hierarchy."""
        return ((h, level) for h in self.hierarchies.values() for level in h.levels)

    @property
    def placing(self) -> tuple[Hierarchy, ...]:
        """The hierarchies that say where entities belong."""
        return tuple(h for h in self.hierarchies.values() if h.places)

    def entity_names(self) -> dict[str, Text]:
        """The names of the entities that the packs ship with their hierarchies."""
        return {entity.id: entity.name for h in self.hierarchies.values() for entity, _ in h.members}

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that forbid to use the content."""
        return tuple(f for f in self.findings if f.severity == "blocking")
