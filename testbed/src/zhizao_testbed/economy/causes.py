"""Hidden causes: in one province and division something goes wrong from a year on, by a stated multiple of the noise there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao_testbed.economy.course import CAPACITY, Course, Push, course
from zhizao_testbed.economy.population import Flags, Floats, People, World
from zhizao_testbed.economy.shares import REGIONS, SECTORS, region_id, sector_id


@dataclass(frozen=True, slots=True)
class Kind:
    """Which indicator a cause harms: the ratio of two fields behind it, whether harm raises it, and what of an enterprise is moved.

    ``each``: the indicator is the mean of the ratios of enterprises. A share is moved by an amount, anything else by a factor.
    """

    above: str
    below: str
    moves: str
    raises: bool = False
    each: bool = False
    share: bool = False


KINDS: Mapping[str, Kind] = {
    "nc_rate": Kind("nc_key_processes", "key_processes", "controlled", each=True, share=True),
    "energy_intensity_reduction": Kind("energy_tce", "value_added_2015", "energy_tce", raises=True),
    "rd_intensity": Kind("rd_expenditure", "main_business_revenue", "rd_expenditure"),
    "solid_waste_utilisation": Kind("solid_waste_utilised_t", "solid_waste_generated_t", "solid_waste_utilised_t"),
    "capacity_utilisation": Kind("gross_output", CAPACITY, "utilisation", share=True),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """From the year ``since`` on (up to the year before ``until``) the figure of an indicator in a province and division lies off its course, to the
    worse, by ``size`` times its noise there: the standard deviation of its change from one year to the next. An empty province or division is any.

    Example:
        >>> Cause("nc_rate", "32", "C35", 2019).cell
        'region:SIM.32+sector:SIM.C35'
    """

    indicator: str
    region: str
    sector: str
    since: int
    size: float = 3.0
    until: int | None = None

    @property
    def cell(self) -> str:
        """The entity it sits in."""
        parts = [region_id(self.region)] if self.region else []
        return "+".join([*parts, *([sector_id(self.sector)] if self.sector else [])])

    def concerns(self, who: People) -> Flags:
        """Which enterprises it concerns."""
        found: Flags = np.ones(len(who), dtype=bool)
        for code, known, place in ((self.region, REGIONS, who.region), (self.sector, SECTORS, who.sector)):
            if code:
                found &= place == known.index(code)
        return found


@dataclass(frozen=True, slots=True)
class Strength:
    """A cause with what it comes to: the figure it meets, the noise of its change, and how far it is moved, all as plain ratios."""

    cause: Cause
    figure: float
    noise: float

    @property
    def effect(self) -> float:
        """How far the figure is moved; positive is up."""
        return self.cause.size * self.noise * (1 if KINDS[self.cause.indicator].raises else -1)


def strengths(world: World, causes: Sequence[Cause]) -> tuple[Strength, ...]:
    """Each cause measured against the nation without any."""
    for cause in causes:
        _require_fit(world, cause)
    if not causes:
        return ()
    found: list[list[Floats]] = [[] for _ in causes]
    for block in world.blocks:
        undisturbed = course(world, block)
        for place, cause in enumerate(causes):
            found[place].append(_pairs(world, undisturbed, cause))
    return tuple(_strength(cause, np.concatenate(pairs, axis=1)) for cause, pairs in zip(causes, found, strict=True))


def pushes(world: World, found: Sequence[Strength], who: People) -> Push:
    """What causes of such strength do to enterprises."""

    def push(name: str, values: Floats) -> Floats:
        for strength in found:
            kind = KINDS[strength.cause.indicator]
            if kind.moves == name:
                hit = strength.cause.concerns(who)[:, None] & _while(world, strength.cause)
                values = np.where(hit, values + strength.effect if kind.share else values * max(1 + strength.effect / strength.figure, 0.0), values)
        return values

    return push


def _while(world: World, cause: Cause) -> Flags:
    year = world.first_year + np.arange(world.years)[None, :]
    found: Flags = (year >= cause.since) & (year < (cause.until or 10_000))
    return found


def _pairs(world: World, undisturbed: Course, cause: Cause) -> Floats:
    """Of each enterprise concerned: what it adds above and below the ratio, in the year before and in the first year of a cause.

    Shape:
        (2, enterprises, 2): above and below; enterprises; before and after.
    """
    kind, after = KINDS[cause.indicator], cause.since - world.first_year
    hit, years = cause.concerns(undisturbed.people), [after - 1, after]
    above, below = (undisturbed.fields[name][hit][:, years].astype(float) for name in (kind.above, kind.below))
    counts = undisturbed.lives[hit][:, years] & (below > 0)
    if kind.each:
        above, below = above / np.maximum(below, 1), np.ones_like(below)
    return np.stack([above * counts, below * counts])


def _strength(cause: Cause, pairs: Floats) -> Strength:
    """The noise by linearisation: how much the change of the ratio would vary if other enterprises of the same kind were there."""
    above, below = pairs
    there = (below > 0).any(axis=1)
    n = int(there.sum())
    if n < 2:
        cure = Text("请换一个企业较多的地区和行业，或增加企业数", "choose a province and division with more enterprises, or more enterprises")
        raise InputError(Text(f"{cause.cell} 中企业太少", f"too few enterprises are in {cause.cell}"), where="--cause", cure=cure)
    total = below[there].sum(axis=0)
    ratio = above[there].sum(axis=0) / total
    influence = (above[there] - ratio * below[there]) / total
    change = influence[:, 1] - influence[:, 0]
    return Strength(cause, float(ratio[1]), float(np.sqrt(n / (n - 1) * ((change - change.mean()) ** 2).sum())))


def _require_fit(world: World, cause: Cause) -> None:
    for code, known, zh, en in ((cause.indicator, KINDS, "原因", "cause"), (cause.region, REGIONS, "地区", "province"), (cause.sector, SECTORS, "行业", "division")):
        if code and code not in known:
            raise InputError(Text(f"没有{zh} {code}", f"there is no {en} {code}"), where="--cause", cure=Text(f"可写 {', '.join(known)}", f"write one of {', '.join(known)}"))
    last = world.first_year + world.years - 1
    if not world.first_year < cause.since <= last:
        cure = Text(f"请写 {world.first_year + 1} 至 {last}", f"write a year from {world.first_year + 1} to {last}")
        raise InputError(Text(f"原因不能从 {cause.since} 年开始", f"a cause cannot begin in {cause.since}"), where="--cause", cure=cure)
