"""From what is watched, and what was told before, to what is to be told now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from zhizao.judge.rules.condition import tested
from zhizao.judge.rules.life import after
from zhizao.judge.rules.spells import Spell, grade, spells
from zhizao.model.rule import GRADES, Rule
from zhizao.model.warning import Course, Event, Point, Warning_, What, warning_id
from zhizao.model.written import written

JUDGE = "judge"
"""Who tells what comes by itself."""
_TICK = timedelta(microseconds=1)
_BEGINS, _ENDS = ("raised", "reopened"), ("resolved", "expired")
CORRECTED = "corrected"
"""Note on the end of a warning whose condition, as the facts are known now, never held."""


def judge(rule: Rule, course: Course, told: Sequence[Warning_], as_of: datetime) -> list[Event]:
    """The events that are still to be told of one thing that a rule watches.

    Run twice it adds nothing; run late it tells the same events, at the same times, as run in time. Where facts came late, what was told before
    stays and is carried on to how it stands by all that is known now.

    Args:
        told: the warnings of this rule on this thing, in the order they were raised.
        as_of: until when time has run, for what expires by itself.
    """
    telling = _Telling(rule, course, list(told))
    points = course.points
    carried = [w for w in told if not w.is_over and points and w.since < points[0].at]
    found = spells(rule, points, going_on=bool(carried))
    matched = {w.id for spell in found for w in telling.follow(spell)}
    telling.settle(matched, as_of)
    return telling.events


def evidence(rule: Rule, point: Point) -> dict[str, Any]:
    """What a rule saw at a point: its version, the inputs it read, and every comparison with its threshold and margin."""
    tests = [
        {"test": t.text, "left": _plain(t.left), "threshold": _plain(t.right), "holds": t.holds, "margin": _plain(t.margin)}
        for t in tested(rule.when, point.inputs)
    ]
    inputs = {name: _plain(value) for name, value in sorted(point.inputs.items()) if value is not None}
    return {"definition": rule.definition, "when": written(rule.when), "period": point.about, "inputs": inputs, "tests": tests}


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | str) else f"{value:f}"


class _Telling:
    """Tells events of one course, each only where it can follow, and always later than the one before."""

    def __init__(self, rule: Rule, course: Course, known: list[Warning_]) -> None:
        self.rule, self.course, self.known = rule, course, known
        self.events: list[Event] = []

    def follow(self, spell: Spell) -> list[Warning_]:
        """Tell what a spell still has to be told; the warnings that were open during it."""
        same = [w for w in self.known if _meets(w, spell)]
        if not same:
            same = [w] if (w := self._begin(spell)) else []
        elif all(w.is_over for w in same):
            self._reopen(same[-1], spell)
        going_on = [w for w in map(self._now, [w.id for w in same]) if _goes_on(w, spell)]
        for w in going_on:
            self._go_on(w.id, spell)
        return going_on

    def settle(self, matched: set[str], as_of: datetime) -> None:
        """End what no longer has a spell, and what has had its time."""
        points = self.course.points
        for w in list(self.known):
            if points and not w.is_over and w.id not in matched:
                self._tell(w.id, "resolved", points[-1], note="" if self._held(w) else CORRECTED)
            self._expire(w.id, as_of)

    def _held(self, w: Warning_) -> bool:
        """Whether the points still reach back to where a warning began; if not, nothing can be said of it."""
        return w.since < self.course.points[0].at

    def _begin(self, spell: Spell) -> Warning_ | None:
        point = spell.raised
        if point is None:
            return None
        before = self.known[-1] if self.known else None
        if before and before.standing == "resolved" and before.ended and before.ended < point.at and self._between(before.ended, point.at) <= self.rule.reopens:
            return self._tell(before.id, "reopened", point)
        id_ = warning_id(self.rule.id, self.course.entity, self.course.subject, point.at)
        return self._tell(id_, "raised", point)

    def _between(self, ended: datetime, begins: datetime) -> int:
        return sum(ended < p.at < begins for p in self.course.points)

    def _reopen(self, w: Warning_, spell: Spell) -> None:
        """Open again what is over although its condition holds: where a person ended it, only by a later point."""
        last = w.events[-1]
        if last.by == JUDGE:
            point = spell.true[-1] if spell.true and spell.cleared is None else None
        else:
            point = next((p for p in spell.true if p.at > last.at), None)
        if point is not None:
            self._tell(w.id, "reopened", point)

    def _go_on(self, id_: str, spell: Spell) -> None:
        for point, severity in spell.grades:
            if GRADES.index(severity) > GRADES.index(self._now(id_).severity):
                self._tell(id_, "worsened", point)
        if spell.cleared is not None and not self._now(id_).is_over:
            self._tell(id_, "resolved", spell.cleared)

    def _now(self, id_: str) -> Warning_:
        return next(w for w in self.known if w.id == id_)

    def _tell(self, id_: str, what: What, point: Point, note: str = "") -> Warning_ | None:
        before = next((w for w in self.known if w.id == id_), None)
        at = max(point.at, before.events[-1].at + _TICK) if before else point.at
        if before and what != "reopened" and self._expire(id_, at):
            return self._now(id_)
        severity = grade(self.rule, point) if what in ("raised", "reopened", "worsened") else None
        return self._add(before, Event(
            id_, what, at, self.course.entity, self.rule.id, severity, self.course.subject, point.about, JUDGE, note, evidence(self.rule, point),
        ))  # fmt: skip

    def _add(self, before: Warning_ | None, event: Event) -> Warning_ | None:
        now = after(before, event)
        if now is None:
            return before
        self.events.append(event)
        self.known = [now if w.id == now.id else w for w in self.known] if before else [*self.known, now]
        return now

    def _expire(self, id_: str, at: datetime) -> bool:
        """Let a warning go whose time has run out by then; whether it has."""
        w = self._now(id_)
        if not self.rule.expires or w.is_over:
            return False
        since = next(e.at for e in reversed(w.events) if e.what in _BEGINS)
        until = max(since + self.rule.expires, w.events[-1].at + _TICK)
        if at < until:
            return False
        last = replace(w.events[-1], what="expired", at=until, severity=None, by=JUDGE, note="", evidence={}, cause=())
        return (now := self._add(w, last)) is not None and now.is_over


def _meets(w: Warning_, spell: Spell) -> bool:
    """Whether a warning held while a spell did."""
    return any(
        (spell.cleared is None or begins < spell.cleared.at) and (ends is None or spell.raised is None or spell.raised.at < ends)
        for begins, ends in _held(w)
    )


def _goes_on(w: Warning_, spell: Spell) -> bool:
    """Whether a warning is open, and has been since before the end of a spell."""
    return not w.is_over and (spell.cleared is None or _held(w)[-1][0] < spell.cleared.at)


def _held(w: Warning_) -> list[tuple[datetime, datetime | None]]:
    """The stretches over which a warning held."""
    turns = [e for e in w.events if e.what in (*_BEGINS, *_ENDS)]
    held: list[tuple[datetime, datetime | None]] = [(a.at, b.at) for a, b in pairwise(turns) if a.what in _BEGINS]
    return held if w.is_over else [*held, (turns[-1].at, None)]
