"""The chance that a choice of remedies closes a gap: by the normal approximation, and by a simulation that does not share its assumption."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from statistics import NormalDist

from zhizao.model.problem import RemedyProblem

DRAWS = 20_000
FINENESS = 1000
"""The square of z is taken in whole thousandths, rounded up: never less sure than asked for."""
_PLACES = Decimal("0.0001")


def squared_z(probability: Decimal) -> int:
    """The square of the normal quantile in thousandths, rounded up.

    Example:
        >>> squared_z(Decimal("0.5")), squared_z(Decimal("0.9"))
        (0, 1643)
    """
    z = NormalDist().inv_cdf(float(probability))
    return int((Decimal(z) ** 2 * FINENESS).quantize(Decimal("0.000001")).to_integral_value(ROUND_CEILING))


def moments(problem: RemedyProblem, units: Mapping[str, int]) -> tuple[Decimal, Decimal]:
    """Mean and standard deviation of what a choice gains; the deviation rounded up to six decimals."""
    mean, variance = Decimal(0), Decimal(0)
    shared: dict[str, Decimal] = defaultdict(Decimal)
    for c in problem.candidates:
        n = units.get(c.id, 0)
        mean += n * c.gain
        variance += n * c.own**2
        shared[c.action.remedy] += n * c.shared
    variance += sum((s**2 for s in shared.values()), Decimal(0))
    return mean, variance.sqrt().quantize(Decimal("0.000001"), ROUND_CEILING)


def probability(problem: RemedyProblem, units: Mapping[str, int]) -> Decimal:
    """The chance that the gap is closed if the gain is normal, rounded down.

    Example:
        >>> nothing = RemedyProblem("i", "nation:X", "2020", "percent", Decimal(1), Decimal("0.8"), "yuan", ())
        >>> str(probability(nothing, {}))
        '0.0000'
    """
    mean, sd = moments(problem, units)
    if sd == 0:
        return Decimal(int(mean >= problem.gap)).quantize(_PLACES)
    chance = Decimal(NormalDist().cdf(float((mean - problem.gap) / sd)))
    return chance.quantize(_PLACES, ROUND_FLOOR)


def simulated(problem: RemedyProblem, units: Mapping[str, int], seed: int) -> Decimal:
    """The chance by simulation: what a unit does by itself is never against the target and skewed (gamma), what goes wrong everywhere at once is skewed to the bad."""
    import numpy as np

    draw = np.random.default_rng(seed)
    total = np.zeros(DRAWS)
    shared: dict[str, float] = defaultdict(float)
    for c in sorted(problem.candidates, key=lambda c: c.id):
        n, gain, own = units.get(c.id, 0), float(c.gain), float(c.own)
        shared[c.action.remedy] += n * float(c.shared)
        if n and own and gain > 0:
            total += draw.gamma(n * (gain / own) ** 2, own**2 / gain, DRAWS)
        elif n:
            total += n * gain + math.sqrt(n) * own * draw.standard_normal(DRAWS)
    for scale in (s for _, s in sorted(shared.items()) if s):
        total += scale * (4 - draw.gamma(4, 1, DRAWS)) / 2
    return Decimal(int((total >= float(problem.gap)).sum())).__truediv__(DRAWS).quantize(_PLACES)
