"""Two groups of units, each unit one figure: how far apart their means are, and how sure that is."""

from __future__ import annotations

import numpy as np

from zhizao.judge.effects.contract import Found, Numbers

FEW = 4
"""With fewer treated units than this their own scatter says too little: that of all units is taken."""


def contrast(own: Numbers, others: Numbers, level: float) -> Found:
    """The difference of two means with its interval by t.

    A few treated units are taken to scatter like the others (one of them: the others alone tell). From four on each group has its own scatter,
    with the degrees of freedom of Satterthwaite. On changes of units this is the cluster-robust interval with the corrections of Bell and McCaffrey.

    Source: Donald and Lang 2007; Bell and McCaffrey 2002; Welch 1947.

    Example:
        >>> found = contrast(np.array([3.0]), np.array([0.0, 1.0, 2.0]), 0.9)
        >>> found.value, found.df, round(found.half, 4)
        (2.0, 2.0, 3.3717)
    """
    value = float(own.mean() - others.mean())
    spread, df = _separate(own, others) if min(len(own), len(others)) >= FEW else _together(own, others)
    half = quantile(level, df) * spread
    return Found(value, value - half, value + half, df)


def quantile(level: float, df: float) -> float:
    """How many standard errors an interval reaches to each side."""
    from scipy.special import stdtrit  # type: ignore[import-untyped,unused-ignore]

    return float(stdtrit(df, (1 + level) / 2)) if df > 0 else float("inf")


def chance(found: Found, level: float) -> float:
    """The chance of a difference at least as large, were there none in truth."""
    from scipy.special import stdtr  # type: ignore[import-untyped,unused-ignore]

    if not found.half > 0 or not np.isfinite(found.half):
        return 1.0 if found.value == 0 or not np.isfinite(found.half) else 0.0
    return float(2 * stdtr(found.df, -abs(found.value) / (found.half / quantile(level, found.df))))


def _together(own: Numbers, others: Numbers) -> tuple[float, float]:
    n, m = len(own), len(others)
    df = n + m - 2
    squares = ((own - own.mean()) ** 2).sum() + ((others - others.mean()) ** 2).sum()
    return float(np.sqrt(squares / df * (1 / n + 1 / m))) if df > 0 else float("inf"), float(df)


def _separate(own: Numbers, others: Numbers) -> tuple[float, float]:
    a, b = (float(x.var(ddof=1)) / len(x) for x in (own, others))
    if a + b == 0:
        return 0.0, float(len(own) + len(others) - 2)
    return (a + b) ** 0.5, (a + b) ** 2 / (a**2 / (len(own) - 1) + b**2 / (len(others) - 1))
