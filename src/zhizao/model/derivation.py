"""Derivations: how observations of an entity become records of something that began and ended."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from zhizao.model.expression import FieldRef, Row, walk
from zhizao.model.finding import Place
from zhizao.model.text import Text

Given = Literal["entity", "start", "end", "outcome", "completed", "derivation"]
"""What a stretch knows of itself; ``completed`` counts it, 1 or 0."""
Taken = Literal["is", "first", "last", "lowest", "highest", "increase", "integral", "duration", "count"]
"""What a field may take from the observations within a stretch."""


@dataclass(frozen=True, slots=True)
class Take:
    """Where a field of a derived record comes from.

    ``quantities`` are asked in their order, and the first that is known answers; ``where`` is the condition a duration or count is of;
    ``factor`` turns the quantity's unit (for an integral, times second) into the field's.
    """

    kind: Given | Taken
    quantities: tuple[str, ...] = ()
    where: Row | None = None
    constant: str = ""
    factor: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Derivation:
    """A rule that finds stretches of time in what an entity says, and makes one record of each.

    A stretch begins when ``begins`` becomes true while none is open, and ends when ``ends`` is true (completed) or ``gives_up`` is
    (aborted). ``restarts`` counts the seconds of a stretch: where it begins anew after an interruption, the stretch was given up when it was
    interrupted and another began when it went on. ``counts`` counts what is completed: its rise ends a stretch, and the next begins at once
    where ``begins`` still holds. ``settles_us`` is how long after such a change counters may still tell of it.
    """

    id: str
    name: Text
    record: str
    begins: Row
    ends: Row
    fields: tuple[tuple[str, Take], ...]
    gives_up: Row | None = None
    restarts: str = ""
    counts: str = ""
    settles_us: int = 0
    pack: str = ""
    place: Place = Place("")

    @property
    def deciding(self) -> frozenset[str]:
        """The quantities of which a word may end a record, or begin one: without any of them nothing is over."""
        rows = (self.begins, self.ends, self.gives_up)
        return frozenset({node.name for row in rows if row is not None for node in walk(row) if isinstance(node, FieldRef)} | ({self.counts} - {""}))

    @property
    def quantities(self) -> tuple[str, ...]:
        """Every quantity it reads, each once.

        Example:
            >>> from zhizao.model.text import same
            >>> rule = Derivation("run", same("run"), "run", FieldRef("busy"), FieldRef("done"), (("made", Take("increase", ("count",))),))
            >>> rule.quantities
            ('busy', 'count', 'done')
        """
        rows = (self.begins, self.ends, self.gives_up, *(take.where for _, take in self.fields))
        named = {node.name for row in rows if row is not None for node in walk(row) if isinstance(node, FieldRef)}
        return tuple(sorted({*named, *(q for _, take in self.fields for q in take.quantities), *filter(None, (self.restarts, self.counts))}))
