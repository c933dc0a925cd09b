"""Rules: what is watched, the condition under which it is a warning, and how that warning begins, grows, ends and is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from zhizao.model.expression import FieldRef, Row, walk
from zhizao.model.finding import Place
from zhizao.model.text import Text

Grade = Literal["blue", "yellow", "orange", "red"]
"""Severity of a warning, lowest first: 蓝色、黄色、橙色、红色."""
GRADES: tuple[Grade, ...] = ("blue", "yellow", "orange", "red")

Watch = Literal["indicators", "targets", "revisions", "records", "digits", "actions", "silence"]
"""What a rule looks at: values over time; targets with their forecasts; figures that were changed after they were known; single rows of a
record type; the digits that a population of reporters writes; actions with a deadline; machines that say nothing."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Thousands of cells looked at together, with at most a stated share of false ones among those that are named.

    ``of`` are the inputs or fields whose change is screened; ``dependent`` cells are screened by Benjamini-Yekutieli, others by Benjamini-Hochberg.
    """

    of: tuple[str, ...]
    level: Decimal = Decimal("0.05")
    dependent: bool = False
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """How long a condition must hold before anything comes of it: over so many points, and for at least so long."""

    points: int = 1
    time: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Rule:
    """A judgement written once: when something that is watched becomes a warning.

    ``inputs`` gives names to the indicators watched; ``record`` and ``fields`` say which rows or digits; ``by`` lists the levels whose entities
    are watched, each as ``--by`` takes it ('' stands for the entities the facts are about). ``clear`` ends the warning (where it is None, that the condition no longer holds). What begins again after at most ``reopens`` other points
    opens the same warning again. ``grades`` are the conditions of each severity above the lowest. ``baseline`` is the number of first points that say what is normal, ``looks_back`` how
    many points are looked at. ``cause_by`` are the levels down which the cause is looked for. ``names_enterprise`` warnings may be appealed against and expire.
    """

    id: str
    name: Text
    watch: Watch
    when: Row
    clear: Row | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    record: str = ""
    fields: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    hold: Hold = Hold()
    clear_hold: Hold = Hold()
    reopens: int = 1
    grades: tuple[tuple[Grade, Row], ...] = ()
    lowest: Grade = "blue"
    screen: Screen | None = None
    baseline: int = 12
    looks_back: int = 60
    cause_by: tuple[str, ...] = ()
    tell: str = ""
    names_enterprise: bool = False
    expires: timedelta = timedelta()
    source: str = ""
    pack: str = ""
    place: Place = Place("")
    definition: str = ""
    """Hash of everything that decides: the rule's version."""

    @property
    def reads(self) -> frozenset[str]:
        """Every input that some condition of it names."""
        rows = [self.when, self.clear, *(row for _, row in self.grades)]
        return frozenset(node.name for row in rows if row is not None for node in walk(row) if isinstance(node, FieldRef))
