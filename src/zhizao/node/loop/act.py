"""What is agreed to leaves for the machines and people it is for: rehearsed, or sent under the lock of the home, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from zhizao.act import registry
from zhizao.act.contract import Destination, Sink
from zhizao.act.fate import OPEN, SETTLED, fate
from zhizao.act.send import Sender, both
from zhizao.errors import NoAnswer, UnknownName
from zhizao.model.action import ActionEvent, Sending, WriteEvent
from zhizao.model.text import Text
from zhizao.node.assemble import Node, now
from zhizao.node.loop import acted
from zhizao.node.loop.actions import pending
from zhizao.node.loop.approve import plan_agreed
from zhizao.node.loop.stop import acting
from zhizao.node.loop.surroundings import StoredJournal, Surroundings

Makes = Callable[[Destination], Sink]
WRITE = Text("写出", "write")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sending, or would have."""

    sending: Sending
    event: WriteEvent


def act(node: Node, *, send: bool = False, making: Makes = registry.sink, clock: Callable[[], datetime] = now) -> list[Outcome]:
    """Rehearse everything that is to leave and has not, or send it; what is open is settled by looking at its receiver.

    Raises:
        StoreBusy: another process is sending.
    """
    with acting(node.home):
        plan_agreed(node, clock())
        ground = Surroundings(node, making, clock)
        sender = Sender(StoredJournal.of(node), ground)
        with node.store.session() as session:
            wanted = list(pending(node, session, ground.policy(), ground.reach(), clock().date()))
        wanted = [s for s in wanted if fate(sender.journal.events, s.id) not in SETTLED]
        return [Outcome(one, _carried(sender, ground, one) if send else sender.rehearse(one)) for one in wanted]


def _carried(sender: Sender, ground: Surroundings, sending: Sending) -> WriteEvent:
    event = sender.send(sending)
    if event.what in ("confirmed", "differs", "unknown"):
        _begun(ground, sending)
    return event


def _begun(ground: Surroundings, sending: Sending) -> None:
    """An action of which something has left has begun."""
    with ground.node.store.session() as session:
        action = acted.actions(ground.node.library, session).get(sending.action)
    if action is not None and action.status == "planned":
        at = max(ground.now(), action.events[-1].at + timedelta(microseconds=1))
        acted.note(ground.node, [ActionEvent(action.id, "started", at, action.entity, action.proposal, by="act", note=sending.id)])


def release(node: Node, beginning: str, person: str, note: str, at: datetime) -> WriteEvent:
    """A person has looked at the receiver of a write nobody knew the fate of: it is never sent, and stands in no other's way any longer.

    Raises:
        UnknownName: the policy knows no such person, or there is no such write.
        NoAnswer: nothing about it is open.
    """
    with acting(node.home):
        ground = Surroundings(node)
        persons = ground.policy().persons
        if person not in persons:
            raise UnknownName(Text("人员", "person"), person, persons, where="--as")
        journal = StoredJournal.of(node)
        last = acted.one_of({e.write: e for e in journal.events}, beginning, WRITE)
        if fate(journal.events, last.write) not in OPEN:
            raise NoAnswer(Text("它的结果并非未知", "what became of it is not unknown"), where=last.write)
        told = both(Text("由人核对后放行", "a person looked at it")) if not note else note
        event = replace(last, what="released", at=max(at, journal.events[-1].at + timedelta(microseconds=1)), by=person, note=told, read_back="")
        journal.tell(event)
        return event


def row(outcome: Outcome) -> dict[str, Any]:
    """What became of a sending, as it is shown and as JSON."""
    sending, event = outcome.sending, outcome.event
    return {
        "write": sending.id, "action": sending.action, "entity": sending.entity, "what": sending.quantity or sending.remedy, "unit": sending.unit,
        "value": event.value, "sink": sending.sink, "address": sending.address, "line": event.line, "fate": event.what, "read_back": event.read_back,
        "note": event.note, "at": event.at.isoformat(),
    }  # fmt: skip
