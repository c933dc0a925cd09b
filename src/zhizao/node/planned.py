"""Shift calendars as signals of the machines that work by them: which shift it is and what is planned, told as time goes on."""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from zhizao.model.library import Library
from zhizao.model.shift import Shift
from zhizao.model.value import Known
from zhizao.node.assemble import Node
from zhizao.sense.calendar import SOURCE, Plan, plans, signals
from zhizao.sense.intake import Intake
from zhizao.sense.supervise import told
from zhizao.store.contract import Session
from zhizao.store.stream.delivery import Delivery

LOOK_S = 60.0
LEVEL = "machine:"
FURTHEST = timedelta(days=5 * 366)
"""How far back a calendar is told where observations reach back further."""

Calendar = tuple[ZoneInfo, tuple[Shift, ...]]


@dataclass(frozen=True, slots=True)
class Ground:
    """Who works by which calendar, as stored now; ``mark`` changes with any of it."""

    calendars: Mapping[str, Calendar]
    owners: Mapping[str, str]

    @property
    def mark(self) -> str:
        """A word that is another one where a calendar, a zone or a machine is."""
        from hashlib import sha256

        return sha256(repr((sorted(self.calendars.items()), sorted(self.owners.items()))).encode()).hexdigest()[:16]


@dataclass(eq=False)
class Planner:
    """Tells what the calendars plan, from where it left off up to now, until cancelled.

    A calendar that was changed is told anew from the beginning: where it no longer changes at an instant, what holds there is said again.
    ``trouble`` says why it cannot, '' while it can.
    """

    node: Node
    intake: Intake
    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    trouble: str = ""

    async def run(self) -> None:
        """Look again and again."""
        while True:
            try:
                await self.look()
                self.trouble = ""
            except Exception as error:  # a calendar that cannot be read stops nobody else
                self.trouble = told(error).en
            await self.sleep(LOOK_S)

    async def look(self) -> None:
        """Tell what is new up to now."""
        feed = await self.intake.feed(SOURCE)
        now, before = self.clock(), _position(feed.position)
        ground = await asyncio.to_thread(self._ground)
        if not ground.owners:
            return
        anew = before is None or before[1] != ground.mark
        told = await asyncio.to_thread(self._told) if anew else {}
        start = await asyncio.to_thread(self._start, now) if anew else (before or (now, ""))[0]
        position = json.dumps([now.isoformat(), ground.mark])
        parts = list(_parts(ground, start, now, told, anew))
        for place, (machine, planned) in enumerate(parts):
            rows = signals(planned, [machine])
            # Only the last of them moves the position: whoever dies in between tells all of it again.
            await feed.deliver(Delivery(SOURCE, rows, position if place == len(parts) - 1 else feed.position, lines=rows.num_rows))

    def _ground(self) -> Ground:
        with self.node.store.session() as session:
            return _ground(self.node.library, session)

    def _start(self, now: datetime) -> datetime:
        """The beginning of what anybody observed, within limits."""
        with self.node.store.session() as session:
            rows = session.relation(self.node.library.records["observation"])
            first = session.fetch(rows.filter(rows.source != SOURCE).aggregate(first=rows.time.min())).column("first").to_pylist()[0]
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return max(min(first or day, day), now - FURTHEST)

    def _told(self) -> dict[str, list[datetime]]:
        """The instants at which anything was told of each machine before."""
        with self.node.store.session() as session:
            rows = session.relation(self.node.library.records["observation"])
            found = session.fetch(rows.filter(rows.source == SOURCE).select("entity", "time").distinct().order_by("time")).to_pylist()
        told: dict[str, list[datetime]] = {}
        for row in found:
            told.setdefault(row["entity"], []).append(row["time"])
        return told


def _position(said: str) -> tuple[datetime, str] | None:
    if not said:
        return None
    at, mark = json.loads(said)
    return datetime.fromisoformat(at), str(mark)


def _ground(library: Library, session: Session) -> Ground:
    from zhizao.measure.memberships import Memberships
    from zhizao.measure.shifts import Shifts
    from zhizao.measure.zones import Zones

    memberships = Memberships(library, session, Known())
    calendars = Shifts.of(library, session, memberships, Zones.of(library, session, memberships)).calendars or {}
    if not calendars:
        return Ground({}, {})
    rows = session.relation(library.records["membership"])
    edges = session.fetch(rows.filter((rows.relation == "part_of") & rows.valid_to.isnull()).select("entity", "parent").order_by("parent")).to_pylist()
    return Ground(calendars, _owners(edges, calendars.keys()))


def _owners(edges: Sequence[Mapping[str, Any]], calendars: Any) -> dict[str, str]:
    """The calendar of each machine: its own, or that of the nearest host that has one."""
    hosts = {edge["entity"]: edge["parent"] for edge in reversed(edges)}
    machines = sorted(m for m in {*hosts, *calendars} if m.startswith(LEVEL))
    return {machine: owner for machine in machines if (owner := _nearest(machine, hosts, calendars))}


def _nearest(entity: str, hosts: Mapping[str, str], calendars: Any) -> str:
    seen: set[str] = set()
    while entity and entity not in calendars and entity not in seen:
        seen.add(entity)
        entity = hosts.get(entity, "")
    return entity if entity in calendars else ""


def _parts(ground: Ground, start: datetime, now: datetime, told: Mapping[str, Sequence[datetime]], anew: bool) -> Iterator[tuple[str, list[Plan]]]:
    """Per machine what is planned from ``start`` on; one of them also says what is planned now, for a source is known as far as its newest word."""
    known = {owner: list(plans(shifts, zone, start, now + timedelta(microseconds=1))) for owner, (zone, shifts) in ground.calendars.items()}
    for place, (machine, owner) in enumerate(reversed(list(ground.owners.items())), start=1):
        changes = known[owner]
        at, last = [plan.at for plan in changes], place == len(ground.owners)
        again = [t for t in (*told.get(machine, ()), *([now] if last else ())) if start <= t <= now and t not in set(at)]
        new = sorted([*(changes if anew else changes[1:]), *(_held(changes, at, t) for t in again)], key=lambda plan: plan.at)
        if new:
            yield machine, new


def _held(changes: Sequence[Plan], at: Sequence[datetime], instant: datetime) -> Plan:
    found = changes[bisect_right(at, instant) - 1]
    return Plan(instant, found.shift, found.planned)
