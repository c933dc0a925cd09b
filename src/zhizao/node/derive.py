"""Records of what happened, made from what machines said and kept beside what is imported: again and again, and never twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from zhizao.model.derivation import Derivation
from zhizao.model.library import Library
from zhizao.model.quantity import SIGNALS
from zhizao.model.text import Text
from zhizao.sense.derive.derive import Row, derived
from zhizao.sense.derive.series import Observed
from zhizao.store.contract import FACT, Session, Source, Store

if TYPE_CHECKING:
    import ibis.expr.types as ir

LOOK_S = 30.0
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
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
    return [_derive(rule, library, store, anew) for rule in library.derivations.values()]


def _derive(rule: Derivation, library: Library, store: Store, anew: bool) -> Derived:
    import pyarrow as pa

    with store.session() as session:
        reading = _Reading(rule, library, session, anew)
        made = [row for entity in reading.entities() for row in reading.of(entity)]
        gone = list(reading.gone(made))
    for fact in gone:
        store.withdraw(f"{rule.record}:{fact}", WHY.en)
    if not made:
        return Derived(rule.id, rule.record, withdrawn=len(gone))
    receipt = store.append(library.records[rule.record], pa.Table.from_pylist([_told(row) for row in made]), Source(f"derived:{rule.id}"))
    return Derived(rule.id, rule.record, receipt.stored, receipt.duplicate, len(gone))


def _told(row: Row) -> dict[str, Any]:
    """A record as a delivery has it."""
    return {name: value.isoformat() if isinstance(value, datetime) else value if value is None else str(value) for name, value in row.items()}


class _Reading:
    """What one derivation reads in one session."""

    def __init__(self, rule: Derivation, library: Library, session: Session, anew: bool) -> None:
        self.rule, self.library, self.session = rule, library, session
        self.fields = {take.kind: name for name, take in rule.fields}
        self.stored = self._stored(anew)
        self.since: dict[str, datetime] = {} if anew else {row["entity"]: row["start"] for row in self.stored}

    def _stored(self, anew: bool) -> list[dict[str, Any]]:
        """The last record of each entity that this derivation made before, or all; none where it does not mark them as its own."""
        if not {"entity", "start", "derivation"} <= self.fields.keys():
            return []
        rows = self.session.relation(self.library.records[self.rule.record])
        rows = rows.filter(rows[self.fields["derivation"]] == self.rule.id)
        mine = rows.select(FACT, entity=rows[self.fields["entity"]], start=rows[self.fields["start"]])
        last = mine.group_by("entity").aggregate(start=mine["start"].max())
        found: list[dict[str, Any]] = self.session.fetch(mine if anew else mine.semi_join(last, ["entity", "start"])).to_pylist()
        return found

    def _said(self) -> ir.Table:
        rows = self.session.relation(self.library.records[SIGNALS])
        return rows.filter(rows["quantity"].isin(list(self.rule.quantities)))

    def entities(self) -> list[str]:
        """Who said anything that the derivation reads."""
        found = self.session.fetch(self._said().select("entity").distinct().order_by("entity"))
        return [str(entity) for entity in found.column("entity").to_pylist()]

    def of(self, entity: str) -> list[Row]:
        """The records of an entity that are over and began since its last one did."""
        since = self.since.get(entity)
        observed = list(self._observed(entity, since))
        until = max((o.time_us for o in observed), default=0)
        made = derived(self.rule, self.library, entity, observed, until)
        return [row for row in made if since is None or row[self.fields["start"]] >= since]  # type: ignore[operator]

    def _observed(self, entity: str, since: datetime | None) -> Iterator[Observed]:
        """What an entity said since a time, and what held then."""
        rows = self._said().filter(lambda t: t["entity"] == entity)
        if since is not None:
            last = rows.filter(rows["time"] < since).group_by("quantity", "source").aggregate(_last=lambda t: t["time"].max())
            held = rows.join(last, [rows["quantity"] == last["quantity"], rows["source"] == last["source"], rows["time"] == last["_last"]])
            yield from self._each(held.select(*(rows[c] for c in _COLUMNS)))
            rows = rows.filter(rows["time"] >= since)
        yield from self._each(rows.select(*_COLUMNS))

    def _each(self, rows: ir.Table) -> Iterator[Observed]:
        for row in self.session.fetch(rows.order_by("time", "source")).to_pylist():
            at = (row["time"] - _EPOCH) // timedelta(microseconds=1)
            yield Observed(at, row["quantity"], row["value"], row["text"], row["quality"] or "good", row["source"])

    def gone(self, made: Sequence[Row]) -> Iterator[int]:
        """The facts of what was made before and is no longer so."""
        if not self.stored:
            return
        now = {(row[self.fields["entity"]], row[self.fields["start"]]) for row in made}
        for row in self.stored:
            since = self.since.get(row["entity"])
            if (since is None or row["start"] >= since) and (row["entity"], row["start"]) not in now:
                yield int(row[FACT])


_COLUMNS = ("quantity", "time", "value", "text", "quality", "source")
