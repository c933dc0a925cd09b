"""The exact test: would the effect be as large, had other units been the treated ones?"""

from __future__ import annotations

from itertools import combinations
from math import comb, floor

import numpy as np

from zhizao.judge.effects.contract import LEVEL, Found, Numbers, Panel, Places
from zhizao.judge.effects.difference import differences
from zhizao.model.text import Text

MOST = 5_000
"""More choices than this are drawn by lot, with a fixed seed."""
SEED = 22


def permutation(panel: Panel, level: float = LEVEL) -> Found | Text:
    """The difference in differences with the interval of all effects that an exact test does not refuse.

    Right for any distribution, if the treated could have been any of the units. An effect is refused where it, taken off the treated units, leaves
    a difference larger than nearly all other choices of treated units would. With too few units no effect can be refused.

    Source: Fisher 1935; Rosenbaum 2002 for the interval.
    """
    own, others = differences(panel)
    n = len(own) + len(others)
    if not len(own) or 1 / comb(n, len(own)) >= 1 - level:
        return Text("对象太少，任何效果都不能排除", "too few units: no effect could be refused")
    lows, highs = refusals(own, others)
    outside = floor((1 - level) * len(lows) + 1e-9)
    return Found(float(own.mean() - others.mean()), float(lows[outside]), float(highs[-outside - 1]), n - 2.0)


def refusals(own: Numbers, others: Numbers) -> tuple[Numbers, Numbers]:
    """For each choice of treated units, the effects between which it looks at least as extreme as the real choice: ends from below, sorted.

    Taking an effect off moves the real difference by all of it and that of a choice by part of it (its share of really treated units), so that
    each choice is as extreme on one stretch around the estimate.
    """
    n, m = len(own), len(others)
    figures, real = np.concatenate([own, others]), np.arange(n + m) < n
    chosen = _choices(n, n + m)
    part = real[chosen].sum(axis=1)
    seen = figures[chosen].sum(axis=1)
    apart, shift = seen / n - (figures.sum() - seen) / m, part / n - (n - part) / m
    value = float(own.mean() - others.mean())
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([(value - apart) / (1 - shift), (value + apart) / (1 + shift)])
    ends[:, part == n] = np.array([[-np.inf], [np.inf]])
    low, high = np.fmin(*ends), np.fmax(*ends)
    return np.sort(np.minimum(low, value)), np.sort(np.maximum(high, value))


def _choices(n: int, of: int) -> Places:
    """Every choice of n units, or many by lot with the real one among them."""
    if comb(of, n) <= MOST:
        return np.array(list(combinations(range(of), n)), dtype=np.int64)
    lot = np.random.default_rng(SEED)
    drawn = lot.random((MOST - 1, of)).argsort(axis=1)[:, :n]
    return np.concatenate([np.arange(n)[None], drawn]).astype(np.int64)
