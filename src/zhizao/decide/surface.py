"""What a setting does, learned from what was seen: a parabola over the safe range, the same for all machines but for a level of their own.

Robust least squares with a weak prior (Huber weights, ridge), whose posterior is a Student distribution; it says how sure the curve is, and is
honest where all trials had nearly the same setting: then nothing is known of the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

HUBER = 1.345
ROUNDS = 20
SHAPE = 2
"""Coefficients of the curve: slope and bend."""
WEAK = 25.0
"""Variance of the prior of slope and bend, in times the variance of the outcome."""
LEAST = 8
"""Fewer trials than this say nothing."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The posterior of slope and bend over the range scaled to -1 … 1."""

    mean: Numbers
    covariance: Numbers
    freedom: float
    noise: float
    """Standard deviation of one trial of average amount."""
    fits: bool
    """Whether a parabola is enough: a cubic term would explain no more than chance does."""

    def change(self, at: Numbers, since: float, draws: int, seed: int) -> Numbers:
        """Draws of what the outcome changes by at some settings, compared with one: a row a draw, a column a setting."""
        rng = np.random.default_rng(seed)
        normal = rng.multivariate_normal(np.zeros(SHAPE), self.covariance, draws, method="cholesky")
        scale = np.sqrt(self.freedom / rng.chisquare(self.freedom, draws))
        coefficients = self.mean + normal * scale[:, None]
        found: Numbers = coefficients @ (_curve(at) - _curve(np.array([since])))
        return found


def surface(settings: Numbers, outcomes: Numbers, amounts: Numbers, machines: Sequence[str]) -> Surface | None:
    """The curve that trials tell of; None where there are too few.

    Args:
        settings: scaled so that the safe range is -1 … 1.
        amounts: how much each trial is worth: what was made meanwhile.
    """
    names = sorted(set(machines))
    if len(settings) < max(LEAST, len(names) + SHAPE + 2):
        return None
    own = np.array([[float(m == name) for name in names] for m in machines])
    design = np.column_stack([own, _curve(settings).T])
    weights = amounts / amounts.mean()
    spread = float(np.var(outcomes)) or 1e-12
    prior = np.diag([0.0] * len(names) + [1 / (WEAK * spread)] * SHAPE)
    level = np.average(outcomes, weights=weights)
    mean, inverse, noise, robust = _robust(design, outcomes - level, weights, prior)
    freedom = max(float((robust > 0.5).sum()) - design.shape[1], 2.0)
    cubic = np.column_stack([design, settings**3])
    return Surface(mean[-SHAPE:], inverse[-SHAPE:, -SHAPE:], freedom, float(np.sqrt(noise)), _is_enough(design, cubic, outcomes - level, weights * robust, freedom))


def _curve(at: Numbers) -> Numbers:
    return np.vstack([at, at**2])


def _robust(design: Numbers, outcomes: Numbers, weights: Numbers, prior: Numbers) -> tuple[Numbers, Numbers, float, Numbers]:
    """Mean, covariance, noise and Huber weights of a weighted ridge regression."""
    robust, noise = np.ones(len(outcomes)), float(np.average(outcomes**2, weights=weights)) or 1e-12
    mean: Numbers = np.zeros(design.shape[1])
    inverse: Numbers = np.eye(design.shape[1])
    for _ in range(ROUNDS):
        w = weights * robust
        inverse = np.asarray(np.linalg.pinv((design * w[:, None]).T @ design / noise + prior, hermitian=True), np.float64)
        mean = inverse @ ((design * w[:, None]).T @ outcomes) / noise
        residuals = (outcomes - design @ mean) * np.sqrt(weights)
        scale = float(np.median(np.abs(residuals)) / 0.6745) or 1e-9
        robust = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(residuals), 1e-300))
        free = max(len(outcomes) - design.shape[1], 1)
        noise = max(float((robust * residuals**2).sum() / free) / _KEPT, 1e-18)
    return mean, inverse, noise, robust


_KEPT = 0.90
"""What Huber weights leave of the variance of normal noise."""


def _is_enough(simple: Numbers, richer: Numbers, outcomes: Numbers, weights: Numbers, freedom: float) -> bool:
    from scipy.stats import f

    left = [_left(design, outcomes, weights) for design in (simple, richer)]
    if left[1] <= 0 or freedom < 3:
        return True
    return float(f.sf((left[0] - left[1]) / (left[1] / (freedom - 1)), 1, freedom - 1)) > 0.01


def _left(design: Numbers, outcomes: Numbers, weights: Numbers) -> float:
    root = np.sqrt(weights)
    solved = np.linalg.lstsq(design * root[:, None], outcomes * root, rcond=None)[0]
    return float((((outcomes - design @ solved) * root) ** 2).sum())
