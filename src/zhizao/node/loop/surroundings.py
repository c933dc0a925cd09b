"""What a decision to send rests on, as it is at that moment: who agreed, what the machine says, what left before, whether all is stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from zhizao.act import registry, written
from zhizao.act.contract import Destination, Outgoing, Sink
from zhizao.act.fate import past, undecided
from zhizao.act.life import waits_for
from zhizao.act.policy import Facts
from zhizao.act.send import Journal
from zhizao.model.action import Seen, Sending, WriteEvent
from zhizao.model.expression import FieldRef, walk
from zhizao.model.library import Library
from zhizao.model.policy import Policy
from zhizao.model.quantity import SIGNALS, Quantity
from zhizao.node.assemble import Node, now
from zhizao.node.loop import acted, stop
from zhizao.node.loop.reach import Reach, reach
from zhizao.store.contract import Session

LOOKS, PAUSE_S = 30, 0.1
"""How often a receiver is looked at before what was sent must stand there, and how long between: a controller takes a moment."""
BAD = ("bad", "stale")


@dataclass
class StoredJournal:
    """What became of sendings, in the store; its holder has the lock of acting, so nobody else tells meanwhile."""

    node: Node
    events: list[WriteEvent] = field(default_factory=list)

    @classmethod
    def of(cls, node: Node) -> StoredJournal:
        """The journal as it is stored."""
        with node.store.session() as session:
            return cls(node, acted.writes(node.library, session))

    def tell(self, event: WriteEvent) -> None:
        """See the contract."""
        acted.note(self.node, [event])
        self.events.append(event)


@dataclass
class Surroundings:
    """The present, asked anew each time."""

    node: Node
    making: Callable[[Destination], Sink] = registry.sink
    clock: Callable[[], datetime] = now
    pause: Callable[[float], None] = time.sleep
    _sinks: dict[str, Sink] = field(default_factory=dict)

    def now(self) -> datetime:
        """See the contract."""
        return self.clock()

    def is_stopped(self) -> bool:
        """See the contract."""
        return stop.is_stopped(self.node.home)

    def policy(self) -> Policy:
        """See the contract."""
        return written.read(self.node.home, self.node.library.quantities).policy

    def reach(self) -> Reach:
        """What the home can send to now."""
        return reach(self.node)

    def sink(self, sending: Sending) -> Sink:
        """See the contract."""
        if sending.sink not in self._sinks:
            self._sinks[sending.sink] = self.making(self.reach().destination(sending.sink))
        return self._sinks[sending.sink]

    def looks(self, sending: Sending) -> Iterator[None]:
        """See the contract."""
        yield
        for _ in range(LOOKS):
            self.pause(PAUSE_S)
            yield

    def facts(self, sending: Sending, journal: Journal) -> Facts:
        """See the contract."""
        at, policy = self.now(), self.policy()
        with self.node.store.session() as session:
            found = acted.actions(self.node.library, session)
            proposer = acted.proposer(self.node.library, session, sending.proposal)
            approvals = acted.approvals(self.node.library, session, sending.proposal)
            up = above(self.node.library, session, sending.entity, at.date())
            present = self._present(session, sending, policy, at) if sending.is_set_point else {}
        before = waits_for(found[sending.action], found) if sending.action in found else ()
        events = journal.events
        return Facts(at, up, approvals, proposer, present, past(events), self.is_stopped(), undecided(events, sending), before)

    def _present(self, session: Session, sending: Sending, policy: Policy, at: datetime) -> dict[str, Seen]:
        """What the machine says of what the policy asks for: asked at its own source where that answers, else as last observed."""
        wanted = {sending.quantity} | {n.name for line in policy.lines for lock in line.interlocks for n in walk(lock.row) if isinstance(n, FieldRef)}
        span = max((line.fresh for line in policy.lines), default=timedelta(0))
        quantities = [q for name in sorted(wanted) if (q := self.node.library.quantities.get(name))]
        return {**observed(self.node.library, session, sending.entity, quantities, at, span), **dict(self._asked(sending, quantities, at))}

    def _asked(self, sending: Sending, quantities: Iterable[Quantity], at: datetime) -> Iterator[tuple[str, Seen]]:
        """The numbers that the receiver itself states now; words of a mode are its connector's to read."""
        if not sending.sink:
            return
        to = self.reach()
        for quantity in (q for q in quantities if q.is_number):
            where = to.address(sending.entity, quantity.id, sending.sink)
            with suppress(Exception):  # whoever does not answer is known by what was observed
                found = self.sink(sending).read(Outgoing("", where[1], "")) if where and where[0] == sending.sink else None
                if isinstance(found, Decimal) and where:
                    yield quantity.id, Seen(_in_steps(found * Decimal(str(where[2].scale)), quantity), at)


def above(library: Library, session: Session, entity: str, day: date) -> frozenset[str]:
    """An entity and everything it belongs to on a day, in every hierarchy."""
    shipped = {e.id: parent for h in library.hierarchies.values() for e, parent in h.members if parent}
    rows = session.relation(library.records["membership"])
    found, front = {entity}, {entity}
    while front:
        edges = session.fetch(rows.filter(rows.entity.isin(sorted(front))).select("entity", "parent", "valid_from", "valid_to")).to_pylist()
        front = {str(e["parent"]) for e in edges if _holds(e, day)} | {shipped[e] for e in front if e in shipped}
        front -= found
        found |= front
    return frozenset(found)


def _holds(edge: dict[str, Any], day: date) -> bool:
    return (edge["valid_from"] is None or edge["valid_from"] <= day) and (edge["valid_to"] is None or day < edge["valid_to"])


def observed(library: Library, session: Session, machine: str, quantities: Iterable[Quantity], at: datetime, span: timedelta) -> dict[str, Seen]:
    """The last observation of each quantity of a machine in a span of time; one that says it is bad ends what was said before."""
    named = {q.id: q for q in quantities}
    rows = session.relation(library.records[SIGNALS])
    near = rows.filter((rows.entity == machine) & rows.quantity.isin(sorted(named)) & (rows.time >= at - span) & (rows.time <= at + span))
    last: dict[str, dict[str, Any]] = {}
    for row in session.fetch(near.select("quantity", "time", "value", "text", "quality").order_by("time")).to_pylist() if named else ():
        last[row["quantity"]] = row
    return {name: Seen(word, row["time"]) for name, row in last.items() if (word := _word(row, named[name])) is not None}


def _word(row: dict[str, Any], quantity: Quantity) -> Decimal | str | None:
    if row["quality"] in BAD:
        return None
    if quantity.is_number:
        return None if row["value"] is None else _in_steps(Decimal(row["value"]), quantity)
    return str(row["text"]) if row["text"] is not None else None


def _in_steps(value: Decimal, quantity: Quantity) -> Decimal:
    """A value as conditions compare it: whole steps of its quantity."""
    return round(value / quantity.step) * quantity.step
