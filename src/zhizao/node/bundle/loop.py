"""Claims about what the loop told of itself: a warning judged again, an effect estimated again, each from the facts that were known when it was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from zhizao.model.bundle import Row
from zhizao.model.library import Library
from zhizao.node.assemble import Node
from zhizao.node.loop import watching
from zhizao.node.loop.effect import Asked, effect
from zhizao.store.contract import STORED_AT
from zhizao.store.frozen import FrozenStore
from zhizao.store.ledger import told

WARNINGS, EFFECTS = "warning_event", "effect_estimate"
RECORDS = (WARNINGS, "proposal", "approval_event", "action_event", "write_event", EFFECTS)
IDS = ("warning", "proposal", "action", "write")
"""The fields by which persons call a thing of the loop."""
LOOKING, JUST = timedelta(minutes=10), timedelta(microseconds=1)
"""How long a look at the rules may take at most: an event of that time is of the instant of the look itself, any other one of an earlier period."""
JUDGED = ("raised", "reopened", "worsened")
"""What a rule says of itself; all other events are the words of persons, or follow from the time."""


class ToldClaim:
    """Everything that was told of a thing of the loop, as it is stored: it proves the words, not that they are right."""

    def records(self, library: Library, ask: Row) -> frozenset[str] | None:
        """See ``Kind``."""
        return frozenset({ask["record"]})

    def claim(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """See ``Kind``."""
        return list(_told(node, store, ask["record"], ask["id"]))

    def answer(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """See ``Kind``."""
        return self.claim(node, store, at, ask)


class WarningClaim:
    """An event of a warning that its rule told: judged again from what was stored before it was told, at the instant it was judged."""

    def records(self, library: Library, ask: Row) -> frozenset[str] | None:
        """See ``Kind``."""
        return None

    def claim(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """See ``Kind``."""
        return [row for row in _told(node, store, WARNINGS, ask["warning"]) if (row["at"], row["what"]) == (ask["at"], ask["what"])]

    def answer(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """See ``Kind``."""
        looked = datetime.fromisoformat(ask["told"])
        at, rule = datetime.fromisoformat(ask["at"]), node.library.rules[ask["rule"]]
        with store.as_at(looked - JUST).session() as session:
            found = watching.judged(node.library, session, at if looked - LOOKING < at < looked else looked, [rule])
        names = [f.id for f in node.library.records[WARNINGS].fields]
        return [_plain(watching.row(e), names) for e in found.events if (e.warning, e.what) == (ask["warning"], ask["what"])]


class EffectClaim:
    """An effect that was told of an action: estimated again from what was known then."""

    def records(self, library: Library, ask: Row) -> frozenset[str] | None:
        """See ``Kind``."""
        return None

    def claim(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """See ``Kind``."""
        return [row for row in _told(node, store, EFFECTS, ask["action"]) if all(row[name] == ask[name] for name in ("made_at", "indicator", "method"))]

    def answer(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """See ``Kind``."""
        then = datetime.fromisoformat(ask["made_at"])
        before = store.as_at(then)
        effect(replace(node, store=before), Asked(ask["action"], ask["method"]), then)
        names = [f.id for f in node.library.records[EFFECTS].fields]
        return [{name: row[name] for name in names} for record, rows in before.heard if record == EFFECTS for row in rows.to_pylist()]


TOLD, WARNING, EFFECT = ToldClaim(), WarningClaim(), EffectClaim()


def asked_of(node: Node, store: FrozenStore, id_: str = "") -> list[tuple[str, Row]]:
    """The claims about what the loop told: of the things whose id begins so, or of everything."""
    found: list[tuple[str, Row]] = []
    for record in (r for r in RECORDS if r in node.library.records):
        rows = [row for row in _told(node, store, record, with_time=True) if any(str(row.get(name) or "").lower().startswith(id_.lower()) for name in IDS)]
        found += [("told", {"record": record, "id": one}) for one in dict.fromkeys(row[_key(node.library, record)] for row in rows)]
        found += [claim for row in rows if (claim := _judged(record, row))]
    return found


def _key(library: Library, record: str) -> str:
    return library.records[record].key[0]


def _judged(record: str, row: Row) -> tuple[str, Row] | None:
    if record == WARNINGS and row["what"] in JUDGED:
        return ("warning", {name: row[name] for name in ("warning", "rule", "what", "at", "told")})
    if record == EFFECTS and row["verdict"] is not None:
        return ("effect", {name: row[name] for name in ("action", "indicator", "method", "made_at")})
    return None


def _told(node: Node, store: FrozenStore, record: str, id_: str = "", *, with_time: bool = False) -> Iterator[Row]:
    """What was told of a thing, in order; of everything where none is named. ``told`` says when, where it is asked for."""
    kind = node.library.records[record]
    with store.session() as session:
        rows = told(session, kind)
    names = [f.id for f in kind.fields]
    for row in rows:
        if not id_ or row[_key(node.library, record)] == id_:
            yield _plain(row, names) | ({"told": row[STORED_AT].isoformat()} if with_time else {})


def _plain(row: Row, names: list[str]) -> Row:
    return {name: _text(row.get(name)) for name in names}


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else f"{value:f}" if hasattr(value, "quantize") else str(value)
