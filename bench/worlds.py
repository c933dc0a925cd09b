"""Seeded worlds whose truth is known: panels of units in which an action has an effect, and short series that go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zhizao.judge.effects.contract import Numbers, Panel
from zhizao.judge.forecasts.contract import History


@dataclass(frozen=True, slots=True)
class World:
    """How the values of units come about: each its level, shocks common to all, its own noise (of variance 1), and the effect.

    ``tie`` is how much neighbouring periods hang together, ``tilt`` by how much the treated rise more each period, whatever is done to them,
    ``sizes`` how unequal the noise of units is, ``tails`` the degrees of freedom of heavy ones.
    """

    treated: int = 1
    others: int = 20
    before: int = 30
    after: int = 10
    tie: float = 0.0
    common: float = 1.0
    season: int = 0
    tilt: float = 0.0
    sizes: float = 0.0
    tails: float = 0.0
    factors: int = 0
    staggered: bool = False

    def panel(self, seed: int, effect: float = 0.0) -> Panel:
        """One history of such a world."""
        lot = np.random.default_rng(seed)
        units, periods = self.treated + self.others, self.before + self.after
        own = _hanging(lot, units, periods, self.tie, self.tails) * np.exp(self.sizes * lot.standard_normal((units, 1)))
        values = own + lot.normal(0, 3, (units, 1)) + self.common * _hanging(lot, 1, periods, 0.5)
        if self.factors:
            values += lot.normal(1, 0.5, (units, self.factors)) @ _hanging(lot, self.factors, periods, 0.7)
        if self.season:
            values += np.resize(lot.normal(0, 1, self.season), periods)
        values[: self.treated] += self.tilt * np.arange(periods)
        starts = [self.before + (i % 3 * self.after // 4 if self.staggered else 0) for i in range(self.treated)]
        for i, start in enumerate(starts):
            values[i, start:] += effect
        return Panel(values, (*starts, *[periods] * self.others), self.season)


WORLDS: Mapping[str, World] = {
    "plain": World(),
    "ties of 0.5": World(tie=0.5),
    "ties of 0.8": World(tie=0.8),
    "strong common shocks": World(common=4.0),
    "unlike shares of two shocks": World(factors=2, tie=0.3),
    "a week's pattern": World(season=7, before=42, after=14, tie=0.3),
    "heavy tails": World(tails=3.0),
    "unequal noise": World(sizes=0.4),
    "five treated": World(treated=5),
    "five treated, at different times": World(treated=5, staggered=True, tie=0.5),
    "six others": World(others=6),
    "short": World(before=12, after=4, tie=0.3),
    "nobody else": World(others=0, common=0.0, tie=0.5),
}
TILTED: Mapping[str, World] = {
    "trends 0.02 apart": World(tilt=0.02),
    "trends 0.05 apart": World(tilt=0.05),
    "trends 0.1 apart": World(tilt=0.1),
    "trends 0.05 apart, five treated": World(treated=5, tilt=0.05),
}
"""Worlds in which what the methods take for granted is wrong: without any effect, the treated go another way."""


def _hanging(lot: np.random.Generator, rows: int, periods: int, tie: float, tails: float = 0.0) -> Numbers:
    """Noise of variance 1 in which each period keeps part of the one before."""
    lead = 50
    fresh = lot.standard_t(tails, (rows, lead + periods)) / np.sqrt(tails / (tails - 2)) if tails else lot.standard_normal((rows, lead + periods))
    made = np.zeros_like(fresh)
    for t in range(1, lead + periods):
        made[:, t] = tie * made[:, t - 1] + np.sqrt(1 - tie**2) * fresh[:, t]
    return np.asarray(made[:, lead:])


# ── short series ────────────────────────────────────────────────────────────────────────────────────────────────────

SERIES = ("level", "trend", "tied", "walk", "drift", "turning", "fading")
"""Noise about a level; about a line; the same with ties of 0.6; a random walk; with drift; a pace that itself walks; growth that fades."""


def series(kind: str, seed: int, points: int, ahead: int) -> tuple[History, float, float]:
    """A yearly history of some points, the year some years ahead, and what comes then."""
    lot = np.random.default_rng((seed, points, ahead, SERIES.index(kind)))
    years = np.arange(points + ahead)
    noise, slope = lot.standard_normal(len(years)), lot.normal(1, 0.5)
    tied = _hanging(lot, 1, len(years), 0.6)[0]
    values = {
        "level": 50 + noise,
        "trend": 50 + slope * years + noise,
        "tied": 50 + slope * years + tied,
        "walk": 50 + np.cumsum(noise),
        "drift": 50 + np.cumsum(slope + noise),
        "turning": 50 + np.cumsum(slope + 0.3 * np.cumsum(noise)) + 0.5 * tied,
        "fading": 50 + 10 * (1 - np.exp(-years / 8)) + 0.3 * noise,
    }[kind]
    known = History(tuple(2000.0 + y for y in range(points)), tuple(map(float, values[:points])), 0.003)
    return known, 2000.0 + points - 1 + ahead, float(values[-1])
