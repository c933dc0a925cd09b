"""The simulated nation in memory: ``economy(seed)`` gives its enterprises, what they report, and the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from zhizao_testbed.economy.answers import FAULTLESS, SILENCE, WAYS, Answers, Faults, answers
from zhizao_testbed.economy.causes import Cause, Strength, pushes, strengths
from zhizao_testbed.economy.columns import annual_returns, decimals, enterprise_ids
from zhizao_testbed.economy.course import AMOUNTS, FIELDS, Course, course
from zhizao_testbed.economy.figures import Figures, Sums
from zhizao_testbed.economy.members import edges, named_entities, upper_edges, upper_entities
from zhizao_testbed.economy.population import Flags, World

FIRST_YEAR = 2015


@dataclass(frozen=True)
class Part:
    """A block of the nation: how its enterprises fare, and what they report."""

    course: Course
    answers: Answers


@dataclass(frozen=True)
class Nation:
    """A simulated nation as its seed tells it; nothing is kept of what ``parts`` gives, so that any size fits."""

    world: World
    causes: tuple[Strength, ...] = ()
    faults: Faults = FAULTLESS

    def parts(self) -> Iterator[Part]:
        """Its blocks, one after the other."""
        for block in self.world.blocks:
            lived = course(self.world, block, lambda who: pushes(self.world, self.causes, who))
            yield Part(lived, answers(self.world, block, lived, self.faults))


@dataclass(frozen=True)
class Economy:
    """A simulated nation in memory, as columns.

    Shape:
        ``entities``, ``memberships``: rows as ``zhizao import`` takes them, the provinces and divisions of the nation included.
        ``returns``: annual returns as first delivered; ``later``: late ones and corrections, delivered after them; ``true``: one return for each
        enterprise and year in which it lives, without fault.
        ``causes``: each with its noise and effect. ``figures`` are the true figures, ``reported`` those that follow from what is reported in the end.
    """

    world: World
    entities: pa.Table
    memberships: pa.Table
    returns: pa.Table
    later: pa.Table
    true: pa.Table
    wrong: pa.Table
    missing: pa.Table
    causes: tuple[Strength, ...]
    figures: Figures
    reported: Figures

    @cached_property
    def years(self) -> range:
        """Its years."""
        return range(self.world.first_year, self.world.first_year + self.world.years)


def economy(
    seed: int, enterprises: int = 5000, years: int = 10, *, first_year: int = FIRST_YEAR, causes: Sequence[Cause] = (), faults: Faults = FAULTLESS
) -> Economy:
    """A simulated nation drawn from a seed: the same seed and arguments always give the same bytes.

    Args:
        enterprises: how many ever live in it; each year some leave and others come.
        causes: what goes wrong in it, and where: one province and division, from one year on, by a multiple of the noise there. A cause changes the
            fields it concerns and nothing else, so the same seed without causes is the nation as it would have been.
        faults: how badly enterprises report; by default all report at once, fully and truly.

    Example:
        >>> made = economy(7, enterprises=200, years=3)
        >>> made.figures.of("nation:SIM", "nc_rate", 2017)
        Decimal('36.2140')
        >>> made.returns.column_names[:3]
        ['enterprise', 'year', 'revenue']
    """
    return collected(nation(seed, enterprises, years, first_year, causes, faults))


def nation(seed: int, enterprises: int, years: int, first_year: int = FIRST_YEAR, causes: Sequence[Cause] = (), faults: Faults = FAULTLESS) -> Nation:
    """The same, told block by block."""
    world = World(seed, enterprises, first_year, years)
    return Nation(world, strengths(world, causes), faults)


def collected(told: Nation) -> Economy:
    """All of a nation, in memory."""
    world, true, reported = told.world, Sums(told.world), Sums(told.world)
    tables: list[list[pa.Table]] = [[] for _ in range(7)]
    for part in told.parts():
        add_up(part, true, reported)
        for held, table in zip(tables, part_tables(world, part), strict=True):
            held.append(table)
    returns, later, lived, wrong, missing = (pa.concat_tables(held) for held in tables[2:])
    entities, memberships = pa.concat_tables([upper_entities(), *tables[0]]), pa.concat_tables([upper_edges(), *tables[1]])
    return Economy(world, entities, memberships, returns, later, lived, wrong, missing, told.causes, true.figures(), reported.figures())


def add_up(part: Part, true: Sums, reported: Sums) -> None:
    """Add a block to the true sums and to those of what is reported in the end."""
    found = part.answers
    every = np.ones(len(found), dtype=bool)
    true.add(found, found.true, dict.fromkeys(FIELDS, every))
    spoken = found.silent == 0
    counts = {name: spoken & (found.filled[name] | found.corrected) for name in FIELDS}
    reported.add(found, {name: found.told(name, finally_=True) for name in FIELDS}, counts)


def part_tables(world: World, part: Part) -> tuple[pa.Table, ...]:
    """Entities, memberships, first returns, later ones, true ones, wrong fields and missing returns of a block."""
    found = part.answers
    every = np.ones(len(found), dtype=bool)
    who = part.course.people
    return (
        named_entities(world, who),
        edges(world, who),
        _rows(world, found, found.first, finally_=False),
        _rows(world, found, found.second, finally_=True),
        annual_returns(found.number, world.first_year + found.year, found.true, dict.fromkeys(FIELDS, every)),
        _wrong(world, found),
        _missing(world, found),
    )


def _rows(world: World, found: Answers, hit: Flags, *, finally_: bool) -> pa.Table:
    fields = {name: found.told(name, finally_=finally_)[hit] for name in FIELDS}
    filled = {name: (found.filled[name] | (found.corrected & finally_))[hit] for name in FIELDS}
    return annual_returns(found.number[hit], world.first_year + found.year[hit], fields, filled)


def _wrong(world: World, found: Answers) -> pa.Table:
    """Every field that was first reported otherwise than it is, with the way of its return to be wrong; numbers of both kinds as decimals."""
    tables = []
    for name in FIELDS:
        hit = (found.given[name] != found.true[name]) & (found.silent == 0)
        factor = 1 if name in AMOUNTS else 100
        tables.append(
            pa.table({
                "enterprise": enterprise_ids(found.number[hit]), "year": pa.array(world.first_year + found.year[hit]), "field": pa.array([name] * int(hit.sum()), pa.string()),
                "way": pa.array(np.array(list(WAYS))[found.wrong[hit]].tolist(), pa.string()),
                "true": decimals(found.true[name][hit] * factor), "reported": decimals(found.given[name][hit] * factor), "corrected": pa.array(found.corrected[hit]),
            })
        )  # fmt: skip
    return pa.concat_tables(tables)


def _missing(world: World, found: Answers) -> pa.Table:
    """The returns that never came, with the reason, and those that came late."""
    hit = (found.silent > 0) | found.late
    why = np.where(found.late[hit], "late", np.array(SILENCE)[found.silent[hit]])
    return pa.table({"enterprise": enterprise_ids(found.number[hit]), "year": pa.array(world.first_year + found.year[hit]), "why": pa.array(why.tolist(), pa.string())})
