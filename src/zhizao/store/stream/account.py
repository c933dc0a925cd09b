"""The account of a source: what it delivered, and what became of every observation, at every moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from threading import Lock

from zhizao.store.batch import Batch
from zhizao.store.stream.delivery import Standing, Standings
from zhizao.store.stream.log import followed
from zhizao.store.stream.spool import Spool, SpoolFile


@dataclass(frozen=True, slots=True)
class Account:
    """What became of what a source delivered; each figure is counted by itself, none is what is left over.

    ``received`` is what the log counted when it arrived; the others come from the notes of batches and, for what is still in the log, from its frames.

    Example:
        >>> Account(received=5, stored=2, duplicate=1, rejected=1, spooled=1).balances
        True
    """

    received: int = 0
    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    spooled: int = 0
    lines: int = 0
    position: str = ""
    last_us: int = 0

    @property
    def balances(self) -> bool:
        """Whether received = stored + duplicate + rejected + spooled."""
        return self.received == self.stored + self.duplicate + self.rejected + self.spooled


Accounts = Mapping[str, Account]
"""The account of every source, by its name."""


def _accounts(sealed: Standings, spooled: Standings, at_end: Standings) -> Accounts:
    return {source: _account(sealed.get(source, Standing()), spooled.get(source, Standing()), at_end.get(source)) for source in {**sealed, **at_end}}


def sealed_standings(batches: Iterable[Batch]) -> Standings:
    """Where every source stands by the notes of batches; ``accepted`` counts what is stored."""
    return reduce(joined, (batch.stream.sources for batch in batches if batch.stream), {})


def joined(one: Standings, other: Standings) -> Standings:
    """Where sources stand that did the one and then the other."""
    return {**one, **{source: one.get(source, Standing()).then(said) for source, said in other.items()}}


def _account(sealed: Standing, spooled: Standing, at_end: Standing | None) -> Account:
    end = at_end or sealed
    return Account(
        received=end.received, stored=sealed.accepted, duplicate=sealed.duplicate + spooled.duplicate, rejected=sealed.rejected + spooled.rejected,
        spooled=spooled.accepted, lines=end.lines, position=end.position, last_us=end.last_us,
    )  # fmt: skip


class Counts:
    """Counts what a store and its log hold; each note and each frame is looked at once, however often it is asked."""

    def __init__(self) -> None:
        self.lock = Lock()
        """Held from listing a store to having counted it: two threads may ask at once."""
        self._known: dict[int, _Counted] = {}
        self._sealed: tuple[int, Standings] = (0, {})

    def accounts(self, batches: Sequence[Batch], spool: Spool) -> Accounts:
        """The account of every source. Of one store, batches are only ever added."""
        count, sealed = self._sealed
        self._sealed = (len(batches), joined(sealed, sealed_standings(batches[count:])))
        self._known = {file.number: self._counted(file) for file in spool.files}
        held: Standings = reduce(joined, (counted.held for counted in self._known.values()), {})
        return _accounts(self._sealed[1], held, self._known[spool.files[-1].number].standings if spool.files else {})

    def _counted(self, file: SpoolFile) -> _Counted:
        known = self._known.get(file.number)
        if known is None or known.end > file.size:  # new, or a write was taken back because the disk refused it
            known = _Counted()
        known.read(file)
        return known


@dataclass
class _Counted:
    """A file as far as it was read."""

    end: int = 0
    held: Standings = field(default_factory=dict)
    standings: Standings = field(default_factory=dict)

    def read(self, file: SpoolFile) -> None:
        begun = self.end
        for frame in file.frames(begun):
            self.end, self.standings = begun + frame.end, followed(self.standings, frame)
            if frame.standings is None:
                self.held = followed(self.held, frame)
