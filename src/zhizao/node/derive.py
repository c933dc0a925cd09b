"""Records of what happened, made from what machines said and kept beside what is imported: again and again, and never twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from zhizao.model.derivation import Derivation
from zhizao.model.library import Library
from zhizao.model.receipt import Receipt
from zhizao.model.text import Text
from zhizao.node.reading import Known, Reading
from zhizao.sense.derive.derive import Row
from zhizao.store.contract import Source, Store

LOOK_S = 30.0
WHY = Text("观测有更正，已重新导出", "observations were corrected, and it was derived anew")


@dataclass(frozen=True, slots=True)
class Derived:
    """What one derivation came to: how many records are new or corrected, were there already, and are no longer so."""

    derivation: str
    record: str
    stored: int = 0
    duplicate: int = 0
    withdrawn: int = 0


def derive(library: Library, store: Store, *, anew: bool = False) -> list[Derived]:
    """Make every derivation's records from what is stored.

    Of each entity only what was said since the last record began is read, and that record is made again: late words correct it. A record that is no longer
    made is withdrawn. With ``anew`` everything is read.
    """
    return Deriver(library, store).look(anew=anew)


class Deriver:
    """Derives again and again, and remembers how far it came: a look costs what is new, whatever is stored."""

    def __init__(self, library: Library, store: Store) -> None:
        self.library, self.store = library, store
        self._known: dict[str, Known] = {}
        self._one_at_a_time = Lock()

    def look(self, *, anew: bool = False) -> list[Derived]:
        """Make what came of new words; the first time, of all."""
        with self._one_at_a_time:
            return [self._look(rule, anew) for rule in self.library.derivations.values()]

    def _look(self, rule: Derivation, anew: bool) -> Derived:
        """What was remembered is forgotten until all is stored: what fails is done again, from the beginning."""
        known = self._known.pop(rule.id, Known())
        with self.store.session() as session:
            reading = Reading(rule, self.library, session, Known() if anew else known, anew)
            made, gone = reading.made(), reading.gone
            known = Known(session.mark, {**known.places, **reading.places})
        for fact in gone:
            self.store.withdraw(f"{rule.record}:{fact}", WHY.en)
        found = Derived(rule.id, rule.record, withdrawn=len(gone))
        if made:
            receipt = self._store(rule, made)
            found = replace(found, stored=receipt.stored, duplicate=receipt.duplicate)
        self._known[rule.id] = known
        return found

    def _store(self, rule: Derivation, made: Sequence[Row]) -> Receipt:
        import pyarrow as pa

        rows = pa.Table.from_pylist([_told(row) for row in made])
        return self.store.append(self.library.records[rule.record], rows, Source(f"derived:{rule.id}"))


def _told(row: Row) -> dict[str, Any]:
    """A record as a delivery has it."""
    return {name: value.isoformat() if isinstance(value, datetime) else value if value is None else str(value) for name, value in row.items()}
