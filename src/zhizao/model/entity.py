"""Entities, what they belong to, and the hierarchies that order them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from zhizao.model.finding import Place
from zhizao.model.period import Period
from zhizao.model.text import Text

Relation = Literal["part_of", "located_in", "classified_as", "owned_by"]
Cover = Literal["partition", "overlap", "partial"]

CROSS = "+"
"""Joins the entities of two hierarchies into one cell: ``region:32+sector:C35``."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Anything facts are about, named ``level:code``."""

    id: str
    name: Text
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Membership:
    """A dated edge of a hierarchy; open ends are None, ``valid_to`` is the first day it no longer holds."""

    entity: str
    relation: Relation
    parent: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the edge holds on a day.

        Example:
            >>> Membership("site:1", "located_in", "region:32", date(2016, 1, 1)).holds_on(date(2015, 12, 31))
            False
        """
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Level:
    """One rung of a hierarchy: the entities whose id has this prefix and whose code fits the pattern."""

    id: str
    name: Text
    prefix: str
    pattern: str = ".+"

    def holds(self, entity: str) -> bool:
        """Whether an entity stands on this level.

        Example:
            >>> Level("section", Text("门类", "section"), "sector", "[A-Z]").holds("sector:C35")
            False
        """
        prefix, _, code = entity.partition(":")
        return prefix == self.prefix and re.fullmatch(self.pattern, code) is not None


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """An order of levels, lowest first, that one relation makes; says how its parts cover the whole."""

    id: str
    name: Text
    relation: Relation
    cover: Cover
    levels: tuple[Level, ...]
    decided_on: Literal["start", "end"] = "end"
    """The day of a period that decides membership."""
    rule: Text | None = None
    """How an overlap is to be read; required where ``cover`` is overlap."""
    members: tuple[tuple[Entity, str], ...] = field(default=(), repr=False)
    """Entities a pack ships with the hierarchy, each with its parent ('' at the top)."""
    place: Place = Place("")

    @property
    def places(self) -> bool:
        """Whether it says where entities belong; the others say what is part of what."""
        return self.relation != "part_of"

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefixes of the entities that stand on it, lowest first.

        Example:
            >>> nation, region = (Level(name, Text(name, name), name) for name in ("nation", "region"))
            >>> Hierarchy("territory", Text("地域", "territory"), "located_in", "partition", (region, nation)).prefixes
            ('region', 'nation')
        """
        return tuple(dict.fromkeys(level.prefix for level in self.levels))

    def day_of(self, period: Period) -> date:
        """The day of a period that decides membership."""
        return period.first_day if self.decided_on == "start" else period.last_day


def level_of(entity: str) -> str:
    """The level part of an entity id.

    Example:
        >>> level_of("region:32")
        'region'
    """
    return entity.partition(":")[0]


def is_entity(text: str) -> bool:
    """Whether a text has the form ``level:code``.

    Example:
        >>> is_entity("region:32"), is_entity("江苏")
        (True, False)
    """
    return re.fullmatch(r"[a-z_]+:[^\s:+]+(?:[^\s+]*)", text) is not None
