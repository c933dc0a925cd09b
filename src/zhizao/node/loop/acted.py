"""The facts of acting, as nouns: approvals, actions, sendings and stops, read in the order they were stored, and told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from zhizao.act.life import Action, lives
from zhizao.errors import AmbiguousName, InputError, UnknownName
from zhizao.model.action import ACTIONS, APPROVALS, WRITES, ActionEvent, Approval, WriteEvent
from zhizao.model.canonical import canonical, read
from zhizao.model.library import Library
from zhizao.model.proposal import PlannedAction
from zhizao.model.text import Text
from zhizao.node.assemble import Node
from zhizao.store.contract import Session
from zhizao.store.ledger import tell, told

PROPOSALS = "proposal"
Noun = TypeVar("Noun")


def approvals(library: Library, session: Session, proposal: str = "") -> tuple[Approval, ...]:
    """What persons said of one proposal, or of all."""
    return tuple(one for one in _nouns(Approval, library, session, APPROVALS) if proposal in ("", one.proposal))


def writes(library: Library, session: Session) -> list[WriteEvent]:
    """Everything that became of sendings."""
    return _nouns(WriteEvent, library, session, WRITES)


def actions(library: Library, session: Session) -> dict[str, Action]:
    """Every action as it stands, by id."""
    events = _nouns(ActionEvent, library, session, ACTIONS)
    return lives(events, {e.action: _plan(e.body) for e in events if e.what == "planned" and e.body})


def proposals(library: Library, session: Session) -> dict[str, dict[str, Any]]:
    """Every proposal, by id: its row, with its body read."""
    return {row["proposal"]: {**row, "body": json.loads(row["body"])} for row in told(session, library.records[PROPOSALS])}


def proposer(library: Library, session: Session, proposal: str) -> str:
    """Who asked for a proposal, '' where nobody is named: their own consent does not count."""
    rows = session.relation(library.records[PROPOSALS])
    found = session.fetch(rows.filter(rows.proposal == proposal).select("body")).column("body").to_pylist()
    body = json.loads(found[0]) if found else {}
    return str(body.get("by") or "")


def alternative(proposal: Mapping[str, Any], number: int) -> tuple[PlannedAction, ...]:
    """What is to be done if one alternative of a proposal is agreed to.

    Raises:
        InputError: it has no such alternative, or what that says is no action.
    """
    body = proposal["body"]
    found = body.get("solution", body).get("alternatives", [])
    if not 0 <= number < len(found):
        what = Text(f"方案没有第 {number} 备选（共 {len(found)} 个，自 0 起）", f"it has no alternative {number} (there are {len(found)}, from 0)")
        raise InputError(what, where=str(proposal["proposal"]))
    try:
        return tuple(read(PlannedAction, one) for one in found[number].get("actions", []))
    except ValueError as error:
        raise InputError(Text(f"方案的措施无法读取（{error}）", f"its actions cannot be read ({error})"), where=str(proposal["proposal"])) from error


def planned_body(planned: PlannedAction, number: int, needs: Sequence[str]) -> str:
    """An action as its first event keeps it."""
    return canonical({"action": planned, "alternative": number, "needs": tuple(needs)})


def note(node: Node, events: Sequence[Any]) -> None:
    """Store events of one kind, all or none; durable when it returns."""
    if events:
        record = next(name for kind, name in _RECORDS.items() if isinstance(events[0], kind))
        tell(node.store, node.library.records[record], [_row(event) for event in events], "act")


def one_of(things: Mapping[str, Noun], beginning: str, kind: Text) -> Noun:
    """The thing whose id begins so.

    Raises:
        UnknownName: none does.
        AmbiguousName: several do.
    """
    found = [id_ for id_ in things if id_ == beginning] or [id_ for id_ in things if id_.startswith(beginning)]
    if not found or not beginning:
        raise UnknownName(kind, beginning, things)
    if len(found) > 1:
        raise AmbiguousName(beginning, found)
    return things[found[0]]


_RECORDS: dict[type, str] = {Approval: APPROVALS, ActionEvent: ACTIONS, WriteEvent: WRITES}


def _plan(body: str) -> tuple[PlannedAction, int, tuple[str, ...]]:
    said = json.loads(body)
    return read(PlannedAction, said["action"]), int(said["alternative"]), tuple(said["needs"])


def _nouns(kind: type[Noun], library: Library, session: Session, record: str) -> list[Noun]:
    names = {f.name: f.default for f in fields(kind)}  # type: ignore[arg-type]
    return [kind(**{name: _or(row.get(name), default) for name, default in names.items()}) for row in told(session, library.records[record])]


def _or(value: Any, default: Any) -> Any:
    return default if value is None and default is not MISSING else value


def _row(event: Any) -> dict[str, Any]:
    return {f.name: None if getattr(event, f.name) == "" else getattr(event, f.name) for f in fields(event)}
