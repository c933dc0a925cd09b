"""The outlook for a target: every model's forecast of one series side by side, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from zhizao.judge.candidates import Candidate, eligible, is_of_target_period
from zhizao.judge.forecasts.backtest import backtest
from zhizao.judge.forecasts.contract import History, Prediction
from zhizao.judge.forecasts.honest import honest
from zhizao.judge.forecasts.registry import models
from zhizao.judge.forecasts.scale import Scale
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.text import Text
from zhizao.model.verdict import Forecast, Outlook

ENOUGH = 5
"""Fewest points a series must have to be forecast."""

CERTAINTY = 0.95
"""The chance with which a model expects the value between ``low`` and ``high``."""

NOTHING = Outlook("", (), Text("没有可供预测的数", "there is no figure to forecast from"))


def outlook(target: Target, known: Sequence[Reading], field: Sequence[Candidate], judged: Reading | None) -> Outlook:
    """The forecasts for a target from one series, never from two joined: the judged one, else the first asked, that has points enough.

    A series that ended before the path began is no ground for a forecast.

    Args:
        field: the series in the order they were asked.
        judged: the reading the verdict stands on; if it is the final figure of the target's period, nothing is left to forecast.
    """
    if judged and judged.final and not judged.bound and is_of_target_period(target, judged):
        return Outlook(judged.series, (), Text(f"{target.year} 年的数已经公布", f"the figure of {target.year} itself is published"))
    asked = ([judged] if judged else []) + [c.latest for c in field]
    series = list(dict.fromkeys(r.series for r in asked if r.period.year >= (target.base_year or 0)))
    histories = {s: History.of(r for r in known if r.series == s and eligible(target, r)) for s in series}
    chosen = next((s for s in series if len(histories[s]) >= ENOUGH), None)
    if chosen is None:
        return _too_few(series[0], len(histories[series[0]])) if series else NOTHING
    return Outlook(chosen, forecasts(target, histories[chosen]))


def forecasts(target: Target, history: History) -> tuple[Forecast, ...]:
    """Every registered model's forecast of a history for the end of the target's year, as sure as not knowing which is right leaves it."""
    scale, at = Scale.of(target, history.values), float(target.year)
    made = {name: p for name, model in models().items() if (p := model(history, at, scale)) is not None}
    return tuple(_forecast(name, p, target, history, scale) for name, p in honest(made, history, at, scale).items())


def _forecast(name: str, made: Prediction, target: Target, history: History, scale: Scale) -> Forecast:
    tail = (1 - CERTAINTY) / 2
    value, low, high = (scale.clipped(made.quantile(p)) for p in (0.5, tail, 1 - tail))
    tests, error = backtest(models()[name], history, float(target.year), scale)
    return Forecast(name, value, low, high, _attains(target, made), len(history), tests, error)


def _attains(target: Target, made: Prediction) -> float:
    """The probability of reaching the target."""
    below = made.below(float(target.threshold))
    if target.form == "band" and target.upper is not None:
        return made.below(float(target.upper)) - below
    return 1 - below if target.direction == "up" else below


def _too_few(series: str, points: int) -> Outlook:
    return Outlook(
        series,
        (),
        Text(
            f"数据不足：序列 {series} 只有 {points} 个数，至少要 {ENOUGH} 个",
            f"not enough data: {points} of at least {ENOUGH} points in series {series}",
        ),
    )
