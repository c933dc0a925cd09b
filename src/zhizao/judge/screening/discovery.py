"""False discoveries among many tests, held to a stated share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def q_values(p: Floats, *, dependent: bool = False) -> Floats:
    """The smallest level at which each test would be named; where p is not a number, nothing was tested.

    Naming every test with q at most a level keeps the expected share of false ones among the named at most at that level: with Benjamini-Hochberg for
    tests that are independent or positively dependent, with Benjamini-Yekutieli (``dependent``) however they depend on each other.

    Source:
        Benjamini, Hochberg (1995), J. R. Stat. Soc. B 57:289; Benjamini, Yekutieli (2001), Ann. Stat. 29:1165.

    Example:
        >>> q_values(np.array([0.01, 0.04, 0.03, 0.005])).round(4).tolist()
        [0.02, 0.04, 0.04, 0.02]
    """
    found = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    n = len(tested)
    if not n:
        return found
    order = tested[np.argsort(p[tested], kind="stable")]
    ranks = np.arange(1, n + 1)
    price = float((1 / ranks).sum()) if dependent else 1.0
    raw = p[order] * n * price / ranks
    found[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return found
