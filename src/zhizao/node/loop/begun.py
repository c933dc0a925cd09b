"""Which actions there are and when each began to work, read from what became of them and of what they sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhizao.errors import AmbiguousName, UnknownName
from zhizao.model.library import Library
from zhizao.model.text import Text
from zhizao.store.contract import Session
from zhizao.store.ledger import told


@dataclass(frozen=True, slots=True)
class Wanted:
    """A set point that an action is to send."""

    machine: str
    quantity: str
    value: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An action as its effect is asked for; ``at`` is None while nothing of it has happened."""

    id: str
    proposal: str
    entity: str
    indicator: str
    expected: float | None = None
    writes: tuple[Wanted, ...] = ()
    at: datetime | None = None


def actions(library: Library, session: Session) -> dict[str, Begun]:
    """Every action that was not cancelled before it began, by id.

    It begins with the first write that was read back, else when somebody says that it started, else when it was done.
    """
    confirmed = _first(told(session, library.records["write_event"]), ("confirmed",))
    events = told(session, library.records["action_event"])
    started, done, cancelled = (_first(events, (what,)) for what in ("started", "done", "cancelled"))
    planned = {row["action"]: row for row in events if row["what"] == "planned"}
    begun = {id_: _begun(row, confirmed.get(id_) or started.get(id_) or done.get(id_)) for id_, row in planned.items()}
    return {id_: action for id_, action in begun.items() if action.indicator and (action.at or id_ not in cancelled)}


def named(found: Mapping[str, Begun], text: str) -> list[Begun]:
    """The action of an id, or all actions of a proposal; a beginning that fits only one of them is enough.

    Raises:
        UnknownName: no action and no proposal begins so.
        AmbiguousName: several do.
    """
    by_proposal: dict[str, list[Begun]] = {}
    for action in found.values():
        by_proposal.setdefault(action.proposal, []).append(action)
    groups = {**{p: group for p, group in by_proposal.items() if p}, **{a.id: [a] for a in found.values()}}
    fits = [text] if text in groups else sorted(name for name in groups if name.startswith(text))
    if not fits:
        raise UnknownName(Text("措施", "action"), text, groups)
    if len(fits) > 1:
        raise AmbiguousName(text, fits)
    return groups[fits[0]]


def _first(rows: Iterable[Mapping[str, Any]], whats: tuple[str, ...]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for row in rows:
        if row["what"] in whats:
            found[row["action"]] = min(row["at"], found.get(row["action"], row["at"]))
    return found


def _begun(row: Mapping[str, Any], at: datetime | None) -> Begun:
    body = json.loads(row["body"] or "{}")
    plan = body.get("action", body)
    mean = (plan.get("expected") or {}).get("mean")
    writes = tuple(Wanted(w["machine"], w["quantity"], str(w["value"])) for w in plan.get("writes") or ())
    return Begun(row["action"], row["proposal"] or "", row["entity"], plan.get("indicator") or "", None if mean is None else float(mean), writes, at)
