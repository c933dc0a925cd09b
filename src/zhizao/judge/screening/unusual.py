"""How unusual the latest change of each of many cells is: a p-value against its own history and the histories of its peers.

Each change is taken relative to what the peers did in the same period, and measured in the cell's own robust spread over all its periods, the latest one
included. That treats all periods alike, so that, where nothing happened, the latest score is as likely to be the largest as any other; its place
among the earlier scores of all peers is its p-value (conformal prediction). No distribution is assumed, but for the far tail, where there are too few
earlier scores to count: there a generalised Pareto law is fitted to the largest ones.

Source:
    Bates, Candès, Lei, Romano, Sesia (2023), Ann. Stat. 51:149 (conformal p-values, and that Benjamini-Hochberg holds for them);
    Knijnenburg, Wessels, Reinders, Shmulevich (2009), Bioinformatics 25:i161 (the tail); Hosking, Wallis (1987), Technometrics 29:339 (its fit).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST = 4
"""Fewest changes of a cell, the latest included, that say what is usual for it."""
_COUNTED = 10
"""Earlier scores that must be at least as large for a p-value to be counted rather than fitted."""
_TAIL = 0.01
"""Share of the earlier scores that the tail is fitted to, ..."""
_TAIL_LEAST, _TAIL_MOST = 40, 4000
"""... at least and at most so many of them."""
_HEAVIEST = 0.9
"""A tail heavier than this has hardly a mean."""


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
    """Each change's distance from the cell's median, in the cell's robust spread."""
    away = np.abs(changes - np.median(changes, axis=1, keepdims=True))
    spread = np.median(away, axis=1, keepdims=True)
    mean = away.mean(axis=1, keepdims=True)
    spread = np.where(spread > 0, spread, mean)
    return np.divide(away, spread, out=np.zeros_like(away), where=spread > 0)


def _conformal(scores: Floats) -> Floats:
    earlier, latest = np.sort(scores[:, :-1], axis=None), scores[:, -1]
    m = len(earlier)
    beyond = m - np.searchsorted(earlier, latest, side="left")
    counted = (1 + beyond) / (m + 1)
    k = int(min(max(m * _TAIL, _TAIL_LEAST), _TAIL_MOST, m // 4))
    if k < _COUNTED:
        return counted
    far = (beyond < _COUNTED) & (latest > earlier[-k - 1])
    counted[far] = np.minimum(_fitted(earlier[-k:] - earlier[-k - 1], latest[far] - earlier[-k - 1], k / m), counted[far])
    return counted


def _fitted(exceeds: Floats, beyond: Floats, share: float) -> Floats:
    """The chance to lie so far beyond a threshold, by a generalised Pareto law with the probability-weighted moments of what exceeds it.

    A law that ends somewhere is not believed, and its shape is taken one standard error heavier than fitted: both give larger p-values.
    """
    n = len(exceeds)
    first = exceeds.mean()
    second = float((exceeds * (n - np.arange(1, n + 1)) / (n - 1)).mean())  # ascending: weight of the smallest is largest
    below = first - 2 * second
    if below <= 0:
        return np.full(len(beyond), share / n)
    shape = min(max(0.0, 2 - first / below), _HEAVIEST)
    scale, unsure = first * (1 - shape), (1 + shape) / sqrt(n)
    return np.asarray(share * (1 + (shape + unsure) * beyond / scale) ** (-1 / (shape + unsure)))
