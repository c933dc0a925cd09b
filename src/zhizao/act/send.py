"""How something leaves: intended is durable before it does, everything is asked again at that moment, and what arrived is read back.

A sending goes through at most once. Whoever dies on the way leaves ``intended`` behind, and then only looking at the receiver settles it, never
sending again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Protocol

from zhizao.act.contract import NotSent, Outgoing, Sink, Word
from zhizao.act.fate import OPEN, SETTLED, fate
from zhizao.act.policy import Facts, allowed, said
from zhizao.model.action import Fate, Sending, WriteEvent
from zhizao.model.policy import Policy, Refused
from zhizao.model.text import Text

TICK = timedelta(microseconds=1)


class Journal(Protocol):
    """What became of sendings, kept by whoever holds the lock of acting."""

    @property
    def events(self) -> Sequence[WriteEvent]:
        """Everything told so far, in that order."""

    def tell(self, event: WriteEvent) -> None:
        """Add an event; it is durable when this returns."""


class Ground(Protocol):
    """What is asked at the very moment of sending."""

    def now(self) -> datetime:
        """The present instant."""

    def is_stopped(self) -> bool:
        """Whether an emergency stop is in force."""

    def policy(self) -> Policy:
        """The policy as it is now."""

    def facts(self, sending: Sending, journal: Journal) -> Facts:
        """What the decision rests on, as it is now."""

    def sink(self, sending: Sending) -> Sink:
        """What reaches the receiver.

        Raises:
            InputError: it cannot be made of what its file says.
        """

    def looks(self, sending: Sending) -> Iterator[None]:
        """A turn for each look at the receiver until what was sent should stand there: at once, and then after a while each."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Carries sendings out, one at a time."""

    journal: Journal
    ground: Ground

    def rehearse(self, sending: Sending) -> WriteEvent:
        """Say what would become of a sending now; nothing leaves."""
        found = fate(self.journal.events, sending.id)
        if found in SETTLED or found in OPEN:
            return self._last(sending)
        line, against = self._decided(sending)
        return self._tell_new(self._event(sending, "rehearsed", line=line, note=against))

    def send(self, sending: Sending) -> WriteEvent:
        """Bring a sending as far as it can come now: settle it where it is open, send it where it is allowed."""
        found = fate(self.journal.events, sending.id)
        if found in SETTLED:
            return self._last(sending)
        return self._look(sending) if found in OPEN else self._try(sending)

    def _try(self, sending: Sending) -> WriteEvent:
        line, against = self._decided(sending)
        if not line:
            return self._told(sending, "refused", note=against)
        try:
            sink = self.ground.sink(sending)
        except Exception as error:  # nothing has left: whatever its file says, or a stranger's sink makes of it
            return self._told(sending, "failed", line=line, note=_why(error))
        self._told(sending, "intended", line=line)
        now_line, against = self._decided(sending, own=1)  # the disk may have taken its time
        if now_line != line:
            return self._told(sending, "refused", line=line, note=against or f"the policy line changed to {now_line}")
        return self._sent(sending, sink, line)

    def _sent(self, sending: Sending, sink: Sink, line: str) -> WriteEvent:
        if self.ground.is_stopped():
            return self._told(sending, "refused", line=line, note=_stopped())
        try:
            answer = sink.send(outgoing(sending))
        except NotSent as refusal:
            return self._told(sending, "failed", line=line, note=both(refusal.why))
        except Exception as error:  # whoever cannot tell must not try again
            return self._told(sending, "unknown", line=line, note=_why(error))
        if not sink.reads_back:
            return self._told(sending, "confirmed", line=line, note=answer)
        self._told(sending, "sent", line=line, note=answer)
        return self._look(sending, sink)

    def _look(self, sending: Sending, sink: Sink | None = None) -> WriteEvent:
        """Read back what stands at the receiver."""
        line, found, why = self._line(sending), None, ""
        try:
            sink = sink or self.ground.sink(sending)
            if not sink.reads_back:
                return self._tell_new(self._event(sending, "unknown", line=line, note=both(Text("收件方无法回读，须由人确认", "its receiver cannot be asked; a person must say"))))
            for _ in self.ground.looks(sending):
                found = sink.read(outgoing(sending))
                if found is not None and agrees(found, sending):
                    return self._told(sending, "confirmed", line=line, read_back=_shown(found))
        except Exception as error:  # it stays open, and is looked at again
            found, why = None, _why(error)
        if found is None:
            return self._tell_new(self._event(sending, "unknown", line=line, note=why))
        return self._told(sending, "differs", line=line, read_back=_shown(found))

    def _decided(self, sending: Sending, own: int = 0) -> tuple[str, str]:
        """The line that allows it, or '' with what stands against it. ``own``: how many of the last attempts are this one."""
        facts = self.ground.facts(sending, self.journal)
        facts = replace(facts, past=facts.past[: len(facts.past) - own])
        found = allowed(sending, self.ground.policy(), facts)
        return ("", both(said(found.reasons))) if isinstance(found, Refused) else (found.line, "")

    def _told(self, sending: Sending, what: Fate, *, line: str = "", read_back: str = "", note: str = "") -> WriteEvent:
        event = self._event(sending, what, line=line, read_back=read_back, note=note)
        self.journal.tell(event)
        return event

    def _tell_new(self, event: WriteEvent) -> WriteEvent:
        """Tell what is not what was told last: who asks every minute fills no store."""
        last = next((e for e in reversed(self.journal.events) if e.write == event.write), None)
        if last is not None and replace(last, at=event.at) == event:
            return last
        self.journal.tell(event)
        return event

    def _event(self, sending: Sending, what: Fate, *, line: str = "", read_back: str = "", note: str = "") -> WriteEvent:
        """An event after all others, also where the clock was set back: its instant is part of its key."""
        last = max((e.at for e in self.journal.events), default=None)
        at = self.ground.now() if last is None else max(self.ground.now(), last + TICK)
        return WriteEvent(sending.id, what, at, sending.entity, sending.action, sending.sink, sending.address, value_of(sending), read_back, line, note)

    def _last(self, sending: Sending) -> WriteEvent:
        return next(e for e in reversed(self.journal.events) if e.write == sending.id and e.what != "rehearsed")

    def _line(self, sending: Sending) -> str:
        return next((e.line for e in reversed(self.journal.events) if e.write == sending.id and e.what == "intended"), "")


def outgoing(sending: Sending) -> Outgoing:
    """A sending as its receiver is told: a set point in the unit of its address.

    Example:
        >>> outgoing(Sending("X-1", "A-1", "P-1", 0, "retune", "machine:M1", "press", "s=Speed", "speed", Decimal(15), scale=Decimal(5))).value
        Decimal('3')
    """
    value: Word = sending.body if sending.value is None else sending.value / sending.scale
    return Outgoing(sending.id, sending.address, value)


def agrees(found: Word, sending: Sending) -> bool:
    """Whether what stands at the receiver is what was sent, within half a step of the quantity.

    Example:
        >>> sending = Sending("X-1", "A-1", "P-1", 0, "retune", "machine:M1", "press", "s=T", "temperature", Decimal("21.5"), step=Decimal("0.1"))
        >>> [agrees(Decimal(value), sending) for value in ("21.5", "21.549", "21.56")]
        [True, True, False]
    """
    if sending.value is None or isinstance(found, str):
        return found == outgoing(sending).value
    return abs(found * sending.scale - sending.value) * 2 <= abs(sending.step)


def value_of(sending: Sending) -> str:
    """What is sent, as it is kept: a value, or the fingerprint of a message."""
    return f"{sending.value:f}" if sending.value is not None else f"sha256:{sha256(sending.body.encode()).hexdigest()}"


def both(words: Text) -> str:
    """A reason as it is kept: in both languages, on two lines.

    Example:
        >>> both(Text("已停止", "stopped"))
        '已停止\\nstopped'
    """
    return f"{words.zh}\n{words.en}" if words.zh != words.en else words.en


def _stopped() -> str:
    return both(Text("已紧急停止", "an emergency stop is in force"))


def _why(error: Exception) -> str:
    """An error in one line. Its sort is told too: what libraries say is often only half of it."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}".rstrip(": ")


def _shown(found: Word) -> str:
    """What was read back, as it is kept: a message by its fingerprint."""
    return f"{found:f}" if isinstance(found, Decimal) else found if len(found) <= 80 else f"sha256:{sha256(found.encode()).hexdigest()}"
