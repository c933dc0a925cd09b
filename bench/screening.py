"""Screening over seeded worlds in which the truth is known: how often it cries wolf, what it finds, and how fast it is.

In each of 200 worlds a thousand cells move by chance alone (by four laws of chance, each cell in its own scale); then twenty of them are moved by eight of their own
standard deviations. Printed: the share of worlds with any alarm where nothing happened (the false-discovery rate there), the mean share of false ones among the named, and the share of
the moved that were found. The first two must not exceed the level of 0.05 by more than chance.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from zhizao.judge.screening.discovery import q_values
from zhizao.judge.screening.unusual import p_values

LEVEL, CELLS, MOVED, BY = 0.05, 1000, 20, 8.0
LAWS = ("normal", "student 3", "exponential", "common shocks")
PERIODS = (6, 10, 20)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Screened:
    """What came of all worlds of one law and length."""

    law: str
    periods: int
    any_alarm: float
    false_share: float
    found: float


def world(law: str, periods: int, seed: int) -> tuple[Floats, Floats]:
    """The changes of all cells where nothing happened, and the scale of each."""
    rng = np.random.default_rng(seed)
    scale, shape = rng.lognormal(sigma=1, size=(CELLS, 1)), (CELLS, periods)
    drawn = {"student 3": lambda: rng.standard_t(3, shape), "exponential": lambda: rng.exponential(size=shape)}.get(law, lambda: rng.normal(size=shape))()
    common = 3 * rng.normal(size=(1, periods)) if law == "common shocks" else 0.0
    return drawn * scale + common, scale[:, 0]


def screened(law: str, periods: int, seeds: int) -> Screened:
    """Screen all worlds of one law."""
    alarms, false, found = [], [], []
    for seed in range(seeds):
        changes, scale = world(law, periods, seed)
        alarms.append(bool((q_values(p_values(changes)) <= LEVEL).any()))
        changes[:MOVED, -1] += BY * scale[:MOVED]
        named = q_values(p_values(changes)) <= LEVEL
        false.append(named[MOVED:].sum() / max(1, named.sum()))
        found.append(named[:MOVED].mean())
    return Screened(law, periods, float(np.mean(alarms)), float(np.mean(false)), float(np.mean(found)))


def rows(seeds: int) -> Iterator[Screened]:
    """Every law and length."""
    return (screened(law, periods, seeds) for law in LAWS for periods in PERIODS)


def main(seeds: int = 200) -> None:
    """Print the table."""
    print(f"screening, {seeds} worlds of {CELLS} cells each, level {LEVEL}: alarms where nothing happened | false among the named | found of {MOVED} moved by {BY:g} sd")
    for r in rows(seeds):
        print(f"  {r.law:>14}  {r.periods:>2} periods   {r.any_alarm:6.3f}   {r.false_share:6.3f}   {r.found:6.2f}")
    changes = np.random.default_rng(0).normal(size=(100_000, 12))
    began = perf_counter()
    q_values(p_values(changes))
    print(f"  100,000 cells of 12 periods: {perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]))
