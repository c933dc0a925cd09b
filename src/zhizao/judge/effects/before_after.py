"""Before and after, where there is nobody to compare with: a line that steps when the action begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhizao.judge.effects.contract import LEVEL, Found, Numbers, Panel, Places
from zhizao.model.text import Text

FEWEST_BEFORE, FEWEST_AFTER = 8, 2
TRIED = np.linspace(-0.2, 0.98, 60)
"""How closely neighbouring periods may hang together: every degree is tried, and weighs as the data speak for it."""


def before_after(panel: Panel, level: float = LEVEL) -> Found | Text:
    """A trend and a season go on; what is left steps at the start. Nothing tells the action from what else happened then.

    Neighbouring periods hang together by an unknown degree, and a short series tells it badly, most often as too little. So all degrees are
    mixed by their restricted likelihood instead of the best being taken, close ties weighing more to begin with (by one over what is left of them):
    the interval is as wide as not knowing the degree makes it.

    Source: Wagner et al. 2002 (segmented regression); Harville 1977 (restricted likelihood); Berger and Yang 1994 (mixing over the degree).
    """
    own = panel.own
    at = np.flatnonzero(np.isfinite(own))
    before, after = int((at < panel.start).sum()), int((at >= panel.start).sum())
    if before < FEWEST_BEFORE or after < FEWEST_AFTER or panel.is_staggered:
        return Text(
            f"此前至少要 {FEWEST_BEFORE} 期、此后 {FEWEST_AFTER} 期，开始时间须一致",
            f"at least {FEWEST_BEFORE} periods before, {FEWEST_AFTER} after and one start are needed",
        )
    fits = _mixed(own[at], _design(at, panel), np.diff(at))
    return Found(fits.middle, fits.quantile((1 - level) / 2), fits.quantile((1 + level) / 2), fits.df)


@dataclass(frozen=True, slots=True, eq=False)
class _Mixture:
    """t distributions of the step, one for each degree tried, with their weights."""

    middles: Numbers
    spreads: Numbers
    weights: Numbers
    df: float

    @property
    def middle(self) -> float:
        return float(self.weights @ self.middles)

    def quantile(self, p: float) -> float:
        from scipy.optimize import brentq  # type: ignore[import-untyped,unused-ignore]
        from scipy.special import stdtr, stdtrit  # type: ignore[import-untyped,unused-ignore]

        if not self.spreads.max() > 0:
            return self.middle
        ends = self.middles + self.spreads * float(stdtrit(self.df, p))
        low, high = float(ends.min()), float(ends.max())
        if high - low <= 1e-12 * max(abs(high), abs(low), 1e-300):
            return low
        return float(brentq(lambda x: self.weights @ stdtr(self.df, (x - self.middles) / np.maximum(self.spreads, 1e-300)) - p, low, high))


def _design(at: Places, panel: Panel) -> Numbers:
    """Level, trend, step, and the season where the series is long enough to know it."""
    columns = [np.ones(len(at)), (at - at.mean()) / len(at), (at >= panel.start).astype(float)]
    if panel.season > 1 and len(at) >= 3 * panel.season:
        phase = at % panel.season
        columns += [(phase == k).astype(float) for k in range(1, panel.season)]
    return np.stack(columns, axis=1)


def _mixed(y: Numbers, x: Numbers, gaps: Places) -> _Mixture:
    df = len(y) - x.shape[1]
    fits = [_fitted(y, x, gaps, r, df) for r in TRIED]
    speaks = np.array([f[2] for f in fits])
    weights = np.exp(speaks - speaks.max())
    return _Mixture(np.array([f[0] for f in fits]), np.array([f[1] for f in fits]), weights / weights.sum(), float(df))


def _fitted(y: Numbers, x: Numbers, gaps: Places, degree: float, df: int) -> tuple[float, float, float]:
    """Step, standard error and log weight of one degree, which over a gap is raised to the length of it."""
    tie = degree**gaps
    left = np.sqrt(1 - tie**2)
    data = np.column_stack([y, x])
    white = np.vstack([data[:1], (data[1:] - tie[:, None] * data[:-1]) / left[:, None]])
    v, w = white[:, 0], white[:, 1:]
    inverse = np.linalg.pinv(w.T @ w)
    beta = inverse @ (w.T @ v)
    squares = max(float(((v - w @ beta) ** 2).sum()), 1e-300)
    likelihood = -np.log(1 - degree) - np.log(left).sum() - 0.5 * np.linalg.slogdet(w.T @ w)[1] - 0.5 * df * np.log(squares)
    return float(beta[2]), float(np.sqrt(squares / df * inverse[2, 2])), float(likelihood)
