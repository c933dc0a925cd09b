"""What each entity belongs to on a day: everything above it, by whatever it is part of, lies in or is classified as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhizao.model.library import Library
from zhizao.model.value import Known
from zhizao.store.contract import Session


@dataclass(frozen=True, slots=True)
class Above:
    """The edges that hold on a day, those the packs ship included."""

    parents: Mapping[str, Sequence[str]]

    @classmethod
    def on(cls, library: Library, session: Session, known: Known, day: date) -> Above:
        """The edges as known then."""
        parents: dict[str, list[str]] = defaultdict(list)
        for hierarchy in library.hierarchies.values():
            for entity, parent in hierarchy.members:
                parents[entity.id] += [parent] if parent else []
        rows = session.relation(library.records["membership"], known).select("entity", "parent", "valid_from", "valid_to")
        for row in session.fetch(rows).to_pylist():
            if (row["valid_from"] is None or row["valid_from"] <= day) and (row["valid_to"] is None or day < row["valid_to"]):
                parents[row["entity"]].append(row["parent"])
        return cls(parents)

    def of(self, entity: str) -> frozenset[str]:
        """Everything above an entity, itself included.

        Example:
            >>> sorted(Above({"machine:M": ["site:S"], "site:S": ["region:32"]}).of("machine:M"))
            ['machine:M', 'region:32', 'site:S']
        """
        seen: set[str] = set()
        waiting = [entity]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += self.parents.get(one, ())
        return frozenset(seen)
