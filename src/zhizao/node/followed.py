"""How far a derivation has followed an entity, and what it has yet to read of it: as little as gives what reading everything would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from zhizao.sense.derive.derive import Course
from zhizao.sense.derive.series import Observed

NEVER, EVER = -(2**62), 2**62
"""Before anything was said, and after."""

Heard = Mapping[tuple[str, str], Observed]
"""The last word of each quantity and source."""


@dataclass(frozen=True, slots=True)
class News:
    """The time of the oldest new word about an entity, and of the oldest one that may decide anything; microseconds."""

    first: int
    deciding: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entity's last record began, and what held then: words from there on can be read again without looking further back.

    ``settled`` is since when no word of what decides nothing matters: the start of what is going on, or the end of the last record.
    ``is_bare``: there is no record yet, so that words from before matter only where they decide. ``waits``: time alone may settle something.
    """

    since: int
    held: Heard
    settled: int
    is_bare: bool = False
    is_going_on: bool = False
    waits: bool = False

    def reaches(self, news: News, settles_us: int) -> bool:
        """Whether everything new that matters lies where this place can be gone on from, and says nothing more of the record before."""
        oldest, since = (news.deciding, self.since) if self.is_bare else (news.first, self.since + settles_us)
        return oldest is None or oldest >= since

    def begin(self, news: News) -> int | None:
        """From when on to read; None where nothing can have come of what is new."""
        if news.first < self.settled and not self.is_bare:
            return self.since
        if news.deciding is None and not self.waits:
            return None
        if news.deciding is not None and news.deciding < self.settled:
            return self.since
        return self.settled if self.is_going_on else news.deciding


def held_at(time_us: int, held: Heard, words: Iterable[Observed]) -> Heard:
    """What holds at a time after some words."""
    found = dict(held)
    for word in words:
        if word.time_us < time_us:
            found[word.quantity, word.source] = word
    return found


def followed(before: Place, begin: int, held: Heard, words: Sequence[Observed], found: Course, settles_us: int) -> Place:
    """The place after what was read from a time on.

    Args:
        before: the place until now; of an entity met for the first time one at ``begin``.
        held: what held at ``begin``.
        words: what was said since, in order of time.
        settles_us: how long after its end something may still be told of a record.
    """
    made = [s for s in found.over if s.start >= begin]
    if made:
        last = made[-1]
        return Place(last.start, held_at(last.start, held, words), _settled(last.end + settles_us, found), False, found.going_on is not None, found.waits)
    if not before.is_bare:
        return replace(before, settled=_settled(before.settled, found), is_going_on=found.going_on is not None, waits=found.waits)
    if found.going_on is None and found.is_true:
        return before
    since = _settled(max((word.time_us for word in words), default=begin), found)
    return Place(since, held_at(since, held, words), since, True, found.going_on is not None, found.waits)


def _settled(ended: int, found: Course) -> int:
    """Since when what decides nothing does not matter. What is over while its condition still holds begins nothing new before that ends: it is read as a whole."""
    if found.going_on is not None:
        return found.going_on
    return EVER if found.is_true else ended
