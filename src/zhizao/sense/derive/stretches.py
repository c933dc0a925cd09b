"""When something began and when it was over: the stretches of time that a derivation finds in what an entity says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhizao.model.condition import holds
from zhizao.model.derivation import Derivation
from zhizao.sense.derive.series import AllSeries, Known

SECOND = 1_000_000
_NOTHING = Decimal(0), Decimal(0)
Outcome = Literal["completed", "aborted"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time, microseconds since 1970, and how it ended."""

    start: int
    end: int
    outcome: Outcome


@dataclass(slots=True)
class _Open:
    """A stretch that is not over: when it began, when it was last interrupted, and when it last went on."""

    start: int
    interrupted: int
    went_on: int


def stretches(rule: Derivation, said: AllSeries) -> tuple[list[Stretch], int | None, bool]:
    """The stretches that are over, in order of time; since when one is going on; and whether the condition holds at the end.

    A condition that is true from the first word on begins a stretch there: sources that report changes give a value the time at which
    it changed. While nothing is known, nothing begins and nothing ends.
    """
    finder = _Finder(rule)
    over = [stretch for time_us, moment in _moments(said) for stretch in finder.at(time_us, moment)]
    return over, finder.open.start if finder.open else None, finder.was


def _moments(said: AllSeries) -> Iterator[tuple[int, dict[str, Known]]]:
    """Every instant at which something was said, with all values that hold from then on."""
    changes = sorted((time_us, name, i) for name, series in said.items() for i, time_us in enumerate(series.times))
    moment: dict[str, Known] = {}
    for n, (time_us, name, i) in enumerate(changes):
        moment[name] = said[name].values[i]
        if n + 1 == len(changes) or changes[n + 1][0] != time_us:
            yield time_us, moment


class _Finder:
    """Follows one entity through time."""

    def __init__(self, rule: Derivation) -> None:
        self.rule = rule
        self.open: _Open | None = None
        self.was = False
        self.counted: dict[str, Decimal] = {}
        """Where each counter stood."""

    def at(self, time_us: int, moment: dict[str, Known]) -> Iterator[Stretch]:
        """What is over at an instant."""
        begins, anew, rose = holds(self.rule.begins, moment), self._anew(time_us, moment), self._rose(moment)
        if self.open is None:
            self.open = _Open(time_us, time_us, time_us) if begins and not self.was else None
        elif begins and not self.was:
            self.open.went_on = time_us
        elif self.was and not begins:
            self.open.interrupted = time_us
        if self.open is not None and begins and anew:
            yield Stretch(self.open.start, self.open.interrupted, "aborted")
            self.open = _Open(self.open.went_on, self.open.went_on, self.open.went_on)
        if self.open is not None and time_us > self.open.start and (outcome := "completed" if rose else self._over(moment)):
            yield Stretch(self.open.start, time_us, outcome)
            self.open = _Open(time_us, time_us, time_us) if rose and begins else None
        self.was = begins

    def _anew(self, time_us: int, moment: dict[str, Known]) -> bool:
        """Whether the seconds of a stretch that was interrupted and went on count from its going on: fewer than before, and no more than passed.

        Only just after it went on: some controllers show a lower number once a minute.
        """
        before, now = self._counted(self.rule.restarts, moment)
        if self.open is None or self.open.went_on <= self.open.interrupted:
            return False
        passed = time_us - self.open.went_on
        return now < before and passed <= self.rule.settles_us and now * SECOND <= passed + self.rule.settles_us

    def _rose(self, moment: dict[str, Known]) -> bool:
        """Whether one more of what is counted was completed."""
        before, now = self._counted(self.rule.counts, moment)
        return now > before

    def _counted(self, name: str, moment: dict[str, Known]) -> tuple[Decimal, Decimal]:
        """Where a counter stood and where it stands; alike while nothing is known."""
        now = moment.get(name)
        if not isinstance(now, Decimal):
            return _NOTHING
        before, self.counted[name] = self.counted.get(name, now), now
        return before, now

    def _over(self, moment: dict[str, Known]) -> Outcome | None:
        if holds(self.rule.ends, moment):
            return "completed"
        return "aborted" if self.rule.gives_up is not None and holds(self.rule.gives_up, moment) else None
