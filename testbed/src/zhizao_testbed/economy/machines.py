"""The machines of many plants as columns: the same characters as those of a plant that lives, drawn together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from zhizao_testbed.economy.population import Floats, Whole
from zhizao_testbed.spells import Character

PROCESSES = ("turning", "milling", "grinding")
"""What kind of process a machine does; one kind a machine."""


@dataclass(frozen=True)
class Machines:
    """Columns of one length, each entry one machine; see Character for what they mean.

    Shape:
        ``plant``: the place of its plant; ``number``: its number there, from 1; ``process``: a place in PROCESSES; ``pressure``, ``best``: bar.
    """

    plant: Whole
    number: Whole
    process: Whole
    cycle_s: Floats
    busy_kw: Floats
    idle_kw: Floats
    scrap: Floats
    scrap_bend: Floats
    power_bend: Floats
    pressure: Floats
    best: Floats

    def __len__(self) -> int:
        return len(self.plant)

    def strain(self, pressure: Floats) -> Floats:
        """Of settings by machine and day, in bar: the square of the distance from the best, 1 at 10 bar."""
        return ((pressure - self.best[:, None]) / 10) ** 2

    def beside(self, other: Machines) -> Machines:
        """These and others."""
        return Machines(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))


def drawn(random: np.random.Generator, plants: int) -> Machines:
    """Two to six machines a plant; those of one kind of process have their best setting near each other."""
    plant, number = numbered(random.integers(2, 7, plants))
    n = len(plant)
    process = random.integers(0, len(PROCESSES), n)
    best = np.array([38.0, 42.0, 35.0])[process] + random.normal(0, 1.5, n)
    return Machines(
        plant, number, process, random.uniform(45, 180, n), random.uniform(4, 15, n), np.full(n, 1.4), random.uniform(0.008, 0.03, n),
        random.uniform(0.03, 0.08, n), random.uniform(0.06, 0.14, n), best + random.normal(0, 2.5, n), best,
    )  # fmt: skip


def numbered(counts: Whole) -> tuple[Whole, Whole]:
    """Of plants with so many machines each: of every machine the plant, and its number there.

    Example:
        >>> [column.tolist() for column in numbered(np.array([2, 1]))]
        [[0, 0, 1], [1, 2, 1]]
    """
    plant = np.repeat(np.arange(len(counts)), counts)
    return plant, np.arange(len(plant)) - np.repeat(np.cumsum(counts) - counts, counts) + 1


def machines_of(characters: Iterable[Character], plant: int, process: int) -> Machines:
    """The machines of a plant that lives, so that its past can be told like that of the others."""
    found = list(characters)

    def column(name: str, factor: float = 1.0) -> Floats:
        return np.array([factor * getattr(c, name) for c in found], dtype=float)

    n = len(found)
    return Machines(
        np.full(n, plant), np.arange(1, n + 1), np.full(n, process), column("cycle_s"), column("busy_kw"), column("idle_kw"), column("scrap"),
        column("scrap_bend"), column("power_bend"), column("pressure", 0.1), column("best_pressure", 0.1),
    )  # fmt: skip
