"""The sources of a home: what their files say, which connector reads them, and the entities and quantities they bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zhizao.errors import InputError
from zhizao.model.library import Library
from zhizao.model.text import Text, same
from zhizao.sense import mapping
from zhizao.sense.contract import Clock, Connector
from zhizao.sense.mapping import Placed, SourceFile
from zhizao.sense.source import Source
from zhizao.sense.supervise import Sources
from zhizao.store.contract import Session, Store
from zhizao.store.contract import Source as Origin

PART_OF = "part_of"


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a home's sources: those that can be read, and why the others cannot."""

    files: Mapping[str, SourceFile]
    broken: Mapping[str, InputError]


def find(home: Path) -> Found:
    """What the files of a home say."""
    files, broken = {}, {}
    for name, file in mapping.files_in(home).items():
        try:
            files[name] = mapping.read(file)
        except InputError as error:
            broken[name] = error
    return Found(files, broken)


def supervised(home: Path, clock: Clock) -> Sources:
    """How the supervisor finds the sources of a home."""

    def versions() -> dict[str, str]:
        return {name: version for name, file in mapping.files_in(home).items() if (version := _version(file))}

    def read(name: str) -> Source:
        return mapping.read(mapping.files_in(home)[name]).source

    return Sources(versions, read, lambda source: connector(source, clock))


def connector(source: Source, clock: Clock) -> Connector:
    """What reads a source.

    Raises:
        InputError: nobody reads such URLs, or the URL or the options cannot mean anything.
    """
    from zhizao.sense.schemes import making

    return making(source)(source, clock)


def _version(file: Path) -> str:
    try:
        found = file.stat()
    except FileNotFoundError:  # it went while the folder was listed
        return ""
    return f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"


def with_quantities(library: Library, home: Path) -> Library:
    """A library that also knows the quantities of the home's own sources; what a pack says of one of the same name goes before."""
    own = {id_: q for file in find(home).files.values() for id_, q in file.quantities.items()}
    return replace(library, quantities=MappingProxyType({**own, **library.quantities})) if own else library


def introduce(library: Library, store: Store, files: Mapping[str, SourceFile], at: datetime) -> None:
    """Store the entities of the sources, their names and what they are part of, as far as the store does not say the same already."""
    placed = {entity.id: entity for file in files.values() for entity in file.entities}
    if not placed or not {"entity", "membership"} <= library.records.keys():
        return
    with store.session() as session:
        stored, edges = _stored(library, session, placed), _edges(library, session, placed)
    _append(store, library, "entity", [row for e in placed.values() for row in _named(e, stored.get(e.id))])
    _append(store, library, "membership", [row for e in placed.values() for row in _moved(e, edges.get(e.id, []), at)])


def _append(store: Store, library: Library, record: str, rows: Sequence[Mapping[str, Any]]) -> None:
    import pyarrow as pa

    if rows:
        store.append(library.records[record], pa.Table.from_pylist(list(rows)), Origin("sources"))


def _stored(library: Library, session: Session, placed: Mapping[str, Placed]) -> dict[str, dict[str, Any]]:
    """What is said of each entity now."""
    record = library.records["entity"]
    rows = session.relation(record)
    found = session.fetch(rows.filter(rows.entity.isin(list(placed))).select(*(f.id for f in record.fields))).to_pylist()
    return {row["entity"]: row for row in found}


def _edges(library: Library, session: Session, placed: Mapping[str, Placed]) -> dict[str, list[dict[str, Any]]]:
    """What each entity is part of now, with the day since when."""
    rows = session.relation(library.records["membership"])
    wanted = rows.filter(rows.entity.isin(list(placed)) & (rows.relation == PART_OF) & rows.valid_to.isnull())
    edges: dict[str, list[dict[str, Any]]] = {}
    for row in session.fetch(wanted.select("entity", "parent", "valid_from")).to_pylist():
        edges.setdefault(row["entity"], []).append(row)
    return edges


def _named(entity: Placed, stored: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The fact by which an entity gets the name its file has; what else is said of it stays, and a bare code renames nobody."""
    names = {"name_zh": entity.name.zh, "name_en": entity.name.en}
    if stored is None:
        return [{"entity": entity.id, **names}]
    is_code = entity.name == same(entity.id.partition(":")[2])
    if is_code or names.items() <= stored.items():
        return []
    return [{k: str(v) if v is not None else None for k, v in {**stored, **names}.items()}]


def _moved(entity: Placed, edges: Sequence[Mapping[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """The facts by which an entity gets to where its file has it: what it was part of ends today, and the new begins."""
    if not entity.part_of or any(edge["parent"] == entity.part_of for edge in edges):
        return []
    today = at.date().isoformat()
    ended = [
        {"entity": entity.id, "relation": PART_OF, "parent": e["parent"], "valid_from": _day(e["valid_from"]), "valid_to": today} for e in edges
    ]
    return [*ended, {"entity": entity.id, "relation": PART_OF, "parent": entity.part_of, "valid_from": today if edges else None, "valid_to": None}]


def _day(found: Any) -> str | None:
    return None if found is None else str(found)[:10]


def remark_of(error: InputError) -> Text:
    """A broken file as its owner is told of it."""
    return Text(error.line("zh"), error.line("en"))
