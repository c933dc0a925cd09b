"""Whatever happens in whatever order, nothing reaches a machine outside its line, more often than its rate, unagreed, after a stop, or twice.

The machine itself checks each arrival, by rules written here anew; steps may be killed before or after they took effect, and between any two of them
the world goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.act.world import START
from zhizao.act.contract import Lost, NotSent, Outgoing, Sink, Word
from zhizao.act.fate import fate, past, undecided
from zhizao.act.policy import Facts
from zhizao.act.send import Journal, Sender
from zhizao.model.action import Approval, Seen, Sending, WriteEvent
from zhizao.model.expression import FieldRef, Literal_, RowOp
from zhizao.model.policy import Interlock, Line, Person, Policy, Rate
from zhizao.model.text import same

HOUR = timedelta(hours=1)
AUTO = Interlock('mode == "AUTO"', RowOp("==", (FieldRef("mode"), Literal_("AUTO"))))
LINE = Line(
    "speed", frozenset({"engineer"}), frozenset({"site:S1"}), frozenset({"speed"}), low=Decimal(80), high=Decimal(120), largest_step=Decimal(15),
    per_machine=Rate(2, HOUR), per_line=Rate(3, HOUR), two_persons=True, interlocks=(AUTO,), expires=START + timedelta(days=30),
)  # fmt: skip
ROLES = {"li": "engineer", "wang": "engineer", "zhao": "engineer", "chef": "cook"}
POLICY = Policy({name: Person(name, same(name), frozenset({role}), frozenset({"site:S1"})) for name, role in ROLES.items()}, (LINE,))
VALUES = [Decimal(v) for v in (70, 90, 95, 97, 103, 105, 110, 112, 121, 114)]
SENDINGS = [
    Sending(f"X-{n}", f"A-{n}", f"P-{n}", 0, "retune", f"machine:M{n % 2}", "press", f"speed{n % 2}", "speed", value) for n, value in enumerate(VALUES)
]  # fmt: skip


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Press:
    """Both machines, and what reached them; it judges each arrival by itself."""

    world: World
    speeds: dict[str, Decimal] = field(default_factory=lambda: {"speed0": Decimal(100), "speed1": Decimal(100)})
    arrived: list[tuple[str, str, datetime]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    reads_back: bool = True

    def send(self, what: Outgoing) -> str:
        self.world.step("before the write")
        if self.world.fault == "refuses":
            raise NotSent(same("no"))
        self._arrives(what)
        if self.world.fault == "silent":
            raise Lost("no answer")
        self.world.step("after the write")
        return "good"

    def read(self, what: Outgoing) -> Word | None:
        if self.world.fault in ("silent", "unreachable"):
            raise OSError("unreachable")
        return self.speeds[what.address]

    def _arrives(self, what: Outgoing) -> None:
        world, now = self.world, self.world.clock
        value, sending = Decimal(what.value), next(s for s in SENDINGS if s.id == what.id)
        recent = [(a, at) for _, a, at in self.arrived if at > now - HOUR]
        last = {person: what for proposal, person, what in world.votes if proposal == sending.proposal and ROLES[person] == "engineer"}
        agreeing, rejecting = ({person for person, what in last.items() if what == word} for word in ("approved", "rejected"))
        checks = {
            "twice": what.id in {id_ for id_, *_ in self.arrived},
            "out of range": not 80 <= value <= 120,
            "a step too large": abs(value - self.speeds[what.address]) > 15,
            "too often for the machine": sum(a == what.address for a, _ in recent) >= 2,
            "too often for the line": len(recent) >= 3,
            "not agreed to": len(agreeing - {"zhao"}) < 2 or bool(rejecting),
            "after a stop": world.stop_returned or world.stopped_before,
            "interlock": world.mode != "AUTO",
            "expired": now >= LINE.expires,
        }  # fmt: skip
        self.wrong += [f"{what.id}: {name}" for name, broken in checks.items() if broken]
        self.arrived.append((what.id, what.address, now))
        self.speeds[what.address] = value


@dataclass
class World:
    """What outlives every process: the clock, the store, the stop, the machines; and what is about to go wrong."""

    clock: datetime = START
    events: list[WriteEvent] = field(default_factory=list)
    votes: list[tuple[str, str, str]] = field(default_factory=list)
    stopped: bool = False
    stop_returned: bool = False
    stopped_before: bool = False
    """Whether the stop was there before the machine was turned to, though whoever stopped still waits."""
    locked: bool = False
    mode: str | None = "AUTO"
    fault: str = ""
    kill_at: int | None = None
    meanwhile: dict[int, Callable[[], None]] = field(default_factory=dict)
    steps: int = 0

    def __post_init__(self) -> None:
        self.press = Press(self)

    def step(self, name: str) -> None:
        """A moment at which the process may die, and others may do something."""
        self.steps += 1
        if (happens := self.meanwhile.pop(self.steps, None)) is not None:
            happens()
        if self.kill_at == self.steps:
            raise Killed(name)

    def run(self, sending: Sending) -> WriteEvent | None:
        """A process that sends, under the one lock."""
        if self.locked:
            return None
        self.locked, self.steps = True, 0
        try:
            return Sender(Durable(self), Around(self)).send(sending)
        except Killed:
            return None
        finally:
            self.locked, self.kill_at, self.meanwhile = False, None, {}
            self.stop_returned, self.stopped_before = self.stopped, False


@dataclass
class Durable:
    """The store: an event is there or not, and the process may die on either side."""

    world: World

    @property
    def events(self) -> list[WriteEvent]:
        return self.world.events

    def tell(self, event: WriteEvent) -> None:
        self.world.step("before it is stored")
        assert (event.write, event.what, event.at) not in {(e.write, e.what, e.at) for e in self.world.events}, "a second event of one key replaces the first"
        self.world.events.append(event)
        self.world.step("after it is stored")


@dataclass
class Around:
    """What a process asks at the moment of sending."""

    world: World

    def now(self) -> datetime:
        return self.world.clock

    def is_stopped(self) -> bool:
        return self.world.stopped

    def policy(self) -> Policy:
        return POLICY

    def sink(self, sending: Sending) -> Sink:
        return self.world.press

    def looks(self, sending: Sending) -> Iterator[None]:
        yield

    def facts(self, sending: Sending, journal: Journal) -> Facts:
        world = self.world
        votes = tuple(Approval(proposal, person, world.clock, "site:S1", what) for proposal, person, what in world.votes)  # type: ignore[arg-type]
        present = {"speed": Seen(world.press.speeds[sending.address], world.clock)}
        if world.mode is not None:
            present["mode"] = Seen(world.mode, world.clock)
        up = frozenset({sending.entity, "site:S1"})
        return Facts(world.clock, up, votes, "zhao", present, past(journal.events), world.stopped, undecided(journal.events, sending))


PROPOSALS = st.sampled_from([s.proposal for s in SENDINGS])
SPANS = st.sampled_from([timedelta(minutes=20), HOUR, timedelta(minutes=-30), -HOUR, timedelta(days=-1), timedelta(days=29)])


class Acting(RuleBasedStateMachine):
    """Persons, processes, machines and clocks, in any order."""

    @initialize(agreed=st.lists(PROPOSALS, unique=True, min_size=5))
    def some_agree(self, agreed: list[str]) -> None:
        self.world = World()
        self.world.votes = [(p, who, "approved") for p in agreed for who in ("li", "wang")]

    @rule(proposal=PROPOSALS, person=st.sampled_from(sorted(ROLES)), what=st.sampled_from(["approved", "approved", "approved", "rejected", "withdrawn"]))
    def somebody_speaks(self, proposal: str, person: str, what: str) -> None:
        self.world.votes.append((proposal, person, what))

    @rule(sendings=st.permutations(SENDINGS))
    def everything_is_sent(self, sendings: list[Sending]) -> None:
        for sending in sendings:
            self.world.run(sending)

    @rule(sending=st.sampled_from(SENDINGS), fault=st.sampled_from(["", "", "", "silent", "refuses", "unreachable"]))
    def a_process_sends(self, sending: Sending, fault: str) -> None:
        self.world.fault = fault
        self.world.run(sending)
        self.world.fault = ""

    @rule(sending=st.sampled_from(SENDINGS), at=st.integers(1, 8))
    def a_process_is_killed(self, sending: Sending, at: int) -> None:
        self.world.kill_at = at
        self.world.run(sending)

    @rule(
        sending=st.sampled_from(SENDINGS), at=st.integers(1, 7), what=st.sampled_from(["stop", "clock", "mode", "process"]), span=SPANS,
        other=st.sampled_from(SENDINGS), fault=st.sampled_from(["", "silent"]),
    )  # fmt: skip
    def something_happens_meanwhile(self, sending: Sending, at: int, what: str, span: timedelta, other: Sending, fault: str) -> None:
        world, count = self.world, len(self.world.press.arrived)

        def happens() -> None:
            is_before = len(world.press.arrived) == count and at <= 2
            if what == "stop":  # whoever stops waits for the lock: it has not returned yet
                world.stopped, world.stopped_before = True, is_before
            elif what == "process":
                assert world.run(other) is None, "two send at a time"
            elif what == "clock":
                world.clock += span
            elif what == "mode" and is_before:  # what changes once it is on its way nobody can prevent
                world.mode = "MDI"

        world.meanwhile[at], world.fault = happens, fault
        world.run(sending)
        world.fault = ""

    @rule(span=SPANS)
    def the_clock_jumps(self, span: timedelta) -> None:
        self.world.clock += span

    @rule(mode=st.sampled_from(["AUTO"] * 6 + ["MDI", None]))
    def the_mode_changes(self, mode: str | None) -> None:
        self.world.mode = mode

    @rule()
    def somebody_stops(self) -> None:
        self.world.stopped = self.world.stop_returned = True

    @precondition(lambda self: self.world.stopped)
    @rule()
    def two_lift_the_stop(self) -> None:
        self.world.stopped = self.world.stop_returned = False

    @rule(sending=st.sampled_from(SENDINGS))
    def a_person_releases(self, sending: Sending) -> None:
        last = next((e for e in reversed(self.world.events) if e.write == sending.id), None)
        if last is not None and fate(self.world.events, sending.id) in ("intended", "sent", "unknown"):
            at = max(self.world.clock, max(e.at for e in self.world.events) + timedelta(microseconds=1))
            self.world.events.append(replace(last, what="released", at=at))

    @invariant()
    def nothing_reached_a_machine_that_should_not(self) -> None:
        if hasattr(self, "world"):
            assert self.world.press.wrong == []

    @invariant()
    def whatever_arrived_was_intended_before(self) -> None:
        if hasattr(self, "world"):
            intended = Counter(e.write for e in self.world.events if e.what == "intended")
            assert all(intended[id_] for id_, *_ in self.world.press.arrived)


Acting.TestCase.settings = settings(max_examples=400, stateful_step_count=30, deadline=None)
TestActing = Acting.TestCase


def test_the_play_reaches_the_machine_and_every_fate() -> None:
    """The machine above proves nothing if nothing ever arrives: one agreed write arrives, and each fault ends as it should."""
    fates = {}
    for fault in ("", "refuses", "silent"):
        world = World(votes=[("P-3", who, "approved") for who in ("li", "wang")], fault=fault)
        last = world.run(SENDINGS[3])
        fates[fault] = (last.what if last else None, len(world.press.arrived))
    assert fates == {"": ("confirmed", 1), "refuses": ("failed", 0), "silent": ("unknown", 1)}
    for at in range(1, 9):
        world = World(votes=[("P-3", who, "approved") for who in ("li", "wang")], kill_at=at)
        with suppress(Killed):
            world.run(SENDINGS[3])
        for _ in range(3):
            world.run(SENDINGS[3])
        assert len(world.press.arrived) <= 1 and world.press.wrong == []


def agreed(*numbers: int, **changed: object) -> World:
    return World(votes=[(f"P-{n}", who, "approved") for n in numbers for who in ("li", "wang")], **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize(("change", "value"), [("mode", "MDI"), ("mode", None), ("stopped", True), ("clock", START + timedelta(days=40))])
def test_what_changes_while_the_intent_goes_to_the_disk_stops_the_write(at: int, change: str, value: object) -> None:
    world = agreed(3)
    world.meanwhile[at] = lambda: setattr(world, change, value)
    last = world.run(SENDINGS[3])
    assert (last and last.what, world.press.arrived) == ("refused", [])


def test_an_attempt_counts_from_when_it_was_over_although_the_clock_was_set_on_the_way() -> None:
    world = agreed(3, 5, 7)
    world.meanwhile[3] = lambda: setattr(world, "clock", world.clock + timedelta(days=1))
    assert [last.what for n in (3, 5, 7) if (last := world.run(SENDINGS[n]))] == ["confirmed", "confirmed", "refused"]
    assert world.press.wrong == []


def test_an_attempt_nobody_knows_of_counts_until_it_is_settled() -> None:
    sending, other = SENDINGS[3], replace(SENDINGS[5], address="another")
    events = [WriteEvent(sending.id, "intended", START, sending.entity, sending.action, sending.sink, sending.address, line="speed")]
    assert past(events)[0].at > START + timedelta(days=10_000)
    assert undecided(events, other) == () and undecided(events, SENDINGS[5]) == (sending.id,)
