"""From what a person writes to what the library calls it: entities by alias, indicators, record types, levels, plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from zhizao.errors import AmbiguousName, UnknownName
from zhizao.model.entity import Entity, is_entity, level_of
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.node.usable import refuse_broken
from zhizao.store.contract import Session

Thing = TypeVar("Thing")


def indicator(library: Library, name: str) -> Indicator:
    """The indicator of an id.

    Raises:
        UnknownName: nothing carries it.
        InputError: its definition has a blocking finding and was not loaded.
    """
    if name not in library.indicators:
        refuse_broken(library, "indicators", name)
    return _named(library.indicators, name, Text("指标", "indicator"))


def record(library: Library, name: str) -> RecordType:
    """The record type of an id.

    Raises:
        UnknownName: nothing carries it.
        InputError: its definition has a blocking finding and was not loaded.
    """
    if name not in library.records:
        refuse_broken(library, "records", name)
    return _named(library.records, name, Text("记录类型", "record type"))


def levels(library: Library, text: str) -> list[str]:
    """The levels of a comma-separated list.

    Raises:
        UnknownName: one of them is no level.
    """
    known = {level.id: level.id for _, level in library.levels()}
    return [_named(known, name.strip(), Text("层级", "level")) for name in text.split(",") if name.strip()]


def entity(library: Library, session: Session, text: str) -> str:
    """The id of an entity, given as an id or as a name or alias in either language.

    Raises:
        UnknownName: nothing carries the name.
        AmbiguousName: several entities carry it.
    """
    if is_entity(text):
        known = {level.prefix: text for _, level in library.levels()}
        return _named(known, level_of(text), Text("层级", "level"))
    shipped = [e for h in library.hierarchies.values() for e, _ in h.members]
    found = {e.id for e in shipped if _carries(e, text)} | set(_stored(library, session, text))
    if not found:
        raise UnknownName(Text("对象", "entity"), text, _all_names(shipped), where="--of")
    if len(found) > 1:
        raise AmbiguousName(text, found)
    return found.pop()


def _named(known: Mapping[str, Thing], name: str, kind: Text) -> Thing:
    if name not in known:
        raise UnknownName(kind, name, known)
    return known[name]


def _names(entity: Entity) -> tuple[str, ...]:
    return (entity.name.zh, entity.name.en, *entity.aliases)


def _carries(entity: Entity, text: str) -> bool:
    return text.casefold() in (name.casefold() for name in _names(entity))


def _all_names(entities: Iterable[Entity]) -> list[str]:
    return [name for entity in entities for name in _names(entity)]


def _stored(library: Library, session: Session, text: str) -> list[str]:
    """Entities of the home itself that carry a name."""
    record = library.records.get("entity")
    if record is None:
        return []
    rows = session.relation(record)
    low = text.casefold()
    aliases = ("|" + rows.aliases.fill_null("") + "|").lower()
    carries = (rows.name_zh.lower() == low) | (rows.name_en.lower() == low) | aliases.contains(f"|{low}|")
    return [str(e) for e in session.fetch(rows.filter(carries).select("entity")).column("entity").to_pylist()]
