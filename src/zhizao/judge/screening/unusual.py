"""How unusual the latest change of each of many cells is: a p-value against its own history and the histories of its peers.

Each change is taken relative to what the peers did in the same period, and measured in the cell's own robust spread over all its periods, the latest one
included. That treats all periods alike, so that, where nothing happened, the latest score is as likely to be the largest as any other; its place
among the earlier scores of all peers is its p-value (conformal prediction). No distribution is assumed, but for the far tail, the largest hundredth, where there are too few
earlier scores to count and some of them are errors of the past: there a generalised Pareto law carries on the tenth below it.

Source:
    Bates, Candès, Lei, Romano, Sesia (2023), Ann. Stat. 51:149 (conformal p-values, and that Benjamini-Hochberg holds for them);
    Knijnenburg, Wessels, Reinders, Shmulevich (2009), Bioinformatics 25:i161 (the tail); Grimshaw (1993), Technometrics 35:185 (its fit).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST = 4
"""Fewest changes of a cell, the latest included, that say what is usual for it."""
_TAIL, _FAR = 0.10, 0.01
"""The shares of the earlier scores that the tail is fitted to, and of those whose size is not believed: the past has its own errors, and what was wrong
before must not make what is wrong now look usual."""
_TAIL_LEAST, _TAIL_MOST = 20, 2000
"""Fewest scores of a tail that is fitted, and how many of them, evenly spaced, are enough."""
_THETAS = np.geomspace(1e-3, 1e2, 80)
"""Where the best fit is looked for: shape over scale, in means of what exceeds the threshold."""


def p_values(changes: Floats, *, peers: bool = True) -> Floats:
    """The p-value of the latest change of each cell; not a number where it has no latest change or too few earlier ones.

    Args:
        changes: a row a cell, a column a period, the latest last; not a number where there is none.
        peers: whether what all cells did together in a period is taken off first.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> changes = rng.normal(size=(500, 12)) * rng.lognormal(size=(500, 1))
        >>> changes[7, -1] *= 40
        >>> p = p_values(changes)
        >>> int(p.argmin()), bool(p[7] < 1e-4)
        (7, True)
    """
    found = np.full(len(changes), np.nan)
    if not changes.size:
        return found
    known = ~np.isnan(changes)
    moved = changes - _together(changes, known) if peers else changes
    lengths = np.where(known[:, -1], known.sum(axis=1), 0)
    for length in np.unique(lengths[lengths >= LEAST]):
        rows = np.flatnonzero(lengths == length)
        # Cells of equally many periods are each other's peers: the spread of few periods is known less well.
        found[rows] = _conformal(_scores(moved[rows][known[rows]].reshape(len(rows), int(length))))
    return found


def _together(changes: Floats, known: NDArray[np.bool_]) -> Floats:
    """What the middle cell did in each period."""
    return np.array([np.median(column[there]) if there.any() else 0.0 for column, there in zip(changes.T, known.T, strict=True)])


def _scores(changes: Floats) -> Floats:
    """Each change's distance from the cell's median, in the cell's robust spread: the root mean square of the smaller three quarters of its distances."""
    away = np.abs(changes - np.median(changes, axis=1, keepdims=True))
    kept = -(-3 * changes.shape[1] // 4)
    near = np.partition(away, kept - 1, axis=1)[:, :kept]
    spread = np.sqrt((near**2).mean(axis=1, keepdims=True))
    spread = np.where(spread > 0, spread, away.mean(axis=1, keepdims=True))
    return np.asarray(np.divide(away, spread, out=np.zeros_like(away), where=spread > 0))


def _conformal(scores: Floats) -> Floats:
    earlier, latest = np.sort(scores[:, :-1], axis=None), scores[:, -1]
    m = len(earlier)
    counted = (1 + m - np.searchsorted(earlier, latest, side="left")) / (m + 1)
    k = int(m * _TAIL)
    if k < _TAIL_LEAST or earlier[-k] == earlier[-1]:
        return counted
    threshold, few = earlier[-k - 1], max(1, int(m * _FAR))
    far = earlier[-few - 1]
    beyond = latest > far
    counted[beyond] = (few + 2 * sqrt(few)) / m * _fitted(earlier[-k:] - threshold, far - threshold, latest[beyond] - far)
    return counted


def _fitted(exceeds: Floats, far: float, beyond: Floats) -> Floats:
    """The chance of what is far to lie so much farther still, by the generalised Pareto law most likely for what exceeds the threshold.

    Of what is far only that it is so counts.

    A law that ends somewhere is not believed, and its shape is taken two standard errors heavier than fitted, as is the share of what is far: all give larger p-values.
    """
    step = max(1, len(exceeds) // _TAIL_MOST)
    seen = np.minimum(exceeds[step // 2 :: step], far)
    near = int((seen < far).sum())
    thetas = _THETAS / seen.mean()
    logs = np.log1p(np.outer(thetas, seen))
    shapes = logs.sum(axis=1) / near
    likely = near * np.log(thetas / shapes) - logs[:, seen < far].sum(axis=1) - logs.sum(axis=1) / shapes
    best = int(np.argmax(likely))
    theta, shape = thetas[best], shapes[best]
    unsure = 2 * (1 + shape) / sqrt(near)
    scale = shape * (1 / theta + far)
    return np.asarray((1 + (shape + unsure) * beyond / scale) ** (-1 / (shape + unsure)))
