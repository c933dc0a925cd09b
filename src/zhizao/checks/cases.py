"""The cases of pack tests, and the store they are tried in.

Cases that do not say where their entities lie share one store, each in a nation of its own, so that a thousand cases cost little more than
one. A case that makes its own hierarchy has a store to itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from zhizao.model.entity import level_of
from zhizao.model.finding import Place
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.pack.shapes import CaseShape, ExpectShape
from zhizao.store.contract import Source, Store

if TYPE_CHECKING:
    import pyarrow as pa

HOME = "nation:TEST"
"""Where a case's entities lie, unless it says otherwise."""
_EDGE = ("entity", "relation", "parent", "valid_from", "valid_to")


class Given(Protocol):
    """The facts of a case, and how its entities are called in the store."""

    @property
    def shape(self) -> CaseShape:
        """What it says."""

    def named(self, entity: str) -> str:
        """An entity as it is called in the store."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case of one indicator's test, with the place of each of its expectations.

    ``world`` sets its entities apart from those of other cases in the same store; '' leaves their names as written.
    """

    indicator: Indicator
    shape: CaseShape
    places: tuple[Place, ...]
    world: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it may share a store: it makes no hierarchy of its own."""
        return self.shape.memberships is None

    def named(self, entity: str) -> str:
        """An entity as it is called in the store."""
        return f"{entity}~{self.world}" if self.world else entity

    def expectations(self) -> Iterator[tuple[ExpectShape, Place]]:
        """What must come out, each with its place in the file."""
        return zip(self.shape.expect, self.places, strict=True)


def fill(library: Library, store: Store, cases: Sequence[Given]) -> Text | None:
    """Store the facts of cases; what was refused, where anything was."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for case in cases:
        for record_id, given in case.shape.records.items():
            if record_id not in library.records:
                return Text(f"没有名为 {record_id} 的记录类型", f"no record type is named {record_id}")
            rows.setdefault(record_id, []).extend(_moved(case, library.records[record_id], row) for row in given)
        edges = [*(case.shape.memberships or ()), *_at_home(library, case)]
        rows.setdefault("membership", []).extend(dict(zip(_EDGE, edge, strict=False)) for edge in edges)
    for record_id, found in rows.items():
        receipt = store.append(library.records[record_id], _table(library.records[record_id], found), Source("test"))
        if receipt.rejected:
            return Text(f"{record_id} 有 {receipt.rejected} 行被拒收", f"{receipt.rejected} rows of {record_id} were rejected")
    return None


def is_placing(library: Library, entity: str) -> bool:
    """Whether an entity stands on a hierarchy that places others, such as a region."""
    return any(level_of(entity) in hierarchy.prefixes for hierarchy in library.placing)


def _moved(case: Given, record: RecordType, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its entity as it is called in the store."""
    return {**row, record.entity: case.named(_entity(record, row))} if record.entity in row else dict(row)


def _entity(record: RecordType, row: Mapping[str, Any]) -> str:
    name = str(row.get(record.entity, ""))
    return name if ":" in name or not record.level else f"{record.level}:{name}"


def _at_home(library: Library, case: Given) -> Iterator[tuple[str, str, str]]:
    """A place for every entity that has none and is no part of another."""
    edges = case.shape.memberships or ()
    placed = {edge[0] for edge in edges if edge[1] in ("located_in", "part_of")}
    hosts = [edge[2] for edge in edges if edge[1] == "part_of"]
    entities = (_entity(library.records[r], row) for r, rows in case.shape.records.items() for row in rows)
    for entity in dict.fromkeys((*entities, *hosts)):
        if entity not in placed and not is_placing(library, entity):
            yield case.named(entity), "located_in", case.named(HOME)


def _table(record: RecordType, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    import pyarrow as pa

    rows = list(rows)
    known = [f.id for f in record.fields if any(f.id in row for row in rows)]
    unknown = sorted({name for row in rows for name in row} - set(known))
    return pa.table({name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in (*known, *unknown)})


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
