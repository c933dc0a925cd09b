"""What entities belong to, by every relation, for many of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from zhizao.model.library import Library
from zhizao.store.contract import Session


def above(library: Library, session: Session, entities: Iterable[str], day: date) -> Mapping[str, frozenset[str]]:
    """Each entity with everything it belongs to on a day, itself included."""
    asked = sorted(set(entities))
    parents = _parents(library, session, asked, day)
    return {entity: _climbed(entity, parents) for entity in asked}


def _parents(library: Library, session: Session, entities: Iterable[str], day: date) -> dict[str, set[str]]:
    shipped = {e.id: parent for h in library.hierarchies.values() for e, parent in h.members if parent}
    rows = session.relation(library.records["membership"])
    found: dict[str, set[str]] = {}
    front = set(entities)
    while front:
        edges = session.fetch(rows.filter(rows.entity.isin(sorted(front))).select("entity", "parent", "valid_from", "valid_to")).to_pylist()
        for entity in front:
            found[entity] = {shipped[entity]} if entity in shipped else set()
        for edge in (e for e in edges if _holds(e, day)):
            found[edge["entity"]].add(edge["parent"])
        front = {parent for entity in front for parent in found[entity]} - set(found)
    return found


def _climbed(entity: str, parents: Mapping[str, set[str]]) -> frozenset[str]:
    seen, front = {entity}, {entity}
    while front:
        front = {parent for e in front for parent in parents[e]} - seen
        seen |= front
    return frozenset(seen)


def _holds(edge: Mapping[str, Any], day: date) -> bool:
    return (edge["valid_from"] is None or edge["valid_from"] <= day) and (edge["valid_to"] is None or day < edge["valid_to"])
