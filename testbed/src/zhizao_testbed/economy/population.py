"""Who there is: enterprises with a province, a division, a size, and the years in which they live."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhizao_testbed.economy.shares import DIVISIONS, ENTERPRISES_OF, REGIONS

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

BLOCK = 20_000
"""Enterprises drawn together: memory holds one block at a time, whatever the size of the nation."""
THRESHOLD = 2_000.0
"""Revenue of an above-scale enterprise, at least, in 10,000 yuan."""
MEDIAN, SPREAD = 6_500.0, 1.2
GIANTS, GIANT, TAIL, GREATEST = 0.015, 150_000.0, 1.1, 3e6
"""Share of enterprises in the Pareto tail, where it begins, its exponent (near Zipf's), and where it is cut."""


@dataclass(frozen=True)
class World:
    """The frame of a simulated nation: its seed, how many enterprises ever live in it, and its years."""

    seed: int
    enterprises: int
    first_year: int
    years: int

    @property
    def blocks(self) -> range:
        """The numbers of its blocks."""
        return range(-(-self.enterprises // BLOCK))

    def random(self, *what: int) -> np.random.Generator:
        """A source of chance of its own for each purpose."""
        return np.random.default_rng([self.seed, *what])


@dataclass(frozen=True)
class People:
    """Enterprises: columns of one length, each entry one enterprise.

    Shape:
        ``number``: its number in the nation; ``region``, ``sector``: places in REGIONS and DIVISIONS; ``size``: revenue when it begins;
        ``born``, ``gone``: the first year of the nation in which it lives and the first in which it no longer does, counted from 0.
    """

    number: Whole
    region: Whole
    sector: Whole
    size: Floats
    born: Whole
    gone: Whole

    def __len__(self) -> int:
        return len(self.number)

    def lives(self, years: int) -> Flags:
        """By enterprise and year."""
        year = np.arange(years)
        return (self.born[:, None] <= year) & (year < self.gone[:, None])


def people(world: World, block: int) -> People:
    """The enterprises of a block."""
    random = world.random(1, block)
    number = np.arange(block * BLOCK, min((block + 1) * BLOCK, world.enterprises), dtype=np.int64)
    n = len(number)
    region = random.choice(len(REGIONS), n, p=_shares(list(ENTERPRISES_OF.values())))
    sector = random.choice(len(DIVISIONS), n, p=_shares([d.share for d in DIVISIONS]))
    born, gone = _spans(random, n, world.years)
    size = _sizes(random, np.array([d.size for d in DIVISIONS])[sector], born > 0)
    gone = np.where(size >= GIANT, world.years, gone)  # giants come from before and stay
    return People(number, region, sector, size, born, gone)


def _sizes(random: np.random.Generator, typical: Floats, new: Flags) -> Floats:
    """A log-normal body that begins at the threshold, and a Pareto tail; who is new has at most the size that a giant begins with."""
    body = MEDIAN * typical**0.5 * np.exp(SPREAD * random.standard_normal(len(typical)))
    tail = np.minimum(GIANT * typical * (1 - random.random(len(typical))) ** (-1 / TAIL), GREATEST)
    found = np.maximum(np.where(random.random(len(typical)) < GIANTS, tail, body), THRESHOLD * (1 + 0.2 * random.random(len(typical))))
    return np.where(new, np.minimum(found, 0.9 * GIANT), found)


def _spans(random: np.random.Generator, n: int, years: int) -> tuple[Whole, Whole]:
    """Each year some 3 % of those there leave, and about as many come."""
    born = np.where(random.random(n) < 0.76, 0, random.integers(0, years, n)).astype(np.int64)
    gone = born + np.minimum(random.geometric(0.03, n), 10_000)
    return born, np.minimum(gone, years).astype(np.int64)


def _shares(weights: list[float]) -> Floats:
    found = np.array(weights)
    shares: Floats = found / found.sum()
    return shares
