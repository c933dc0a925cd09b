"""Every method beside the others on one panel, and which of them the verdict stands on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from zhizao.judge.effects.contract import LEVEL, Found, Method, Panel
from zhizao.judge.effects.detectable import detectable, in_advance
from zhizao.judge.effects.placebo import in_space, in_time
from zhizao.judge.effects.registry import methods
from zhizao.judge.effects.trend import Trends, trends
from zhizao.judge.effects.verdict import FEWEST_UNITS, decide, doubts
from zhizao.model.effect import Doubt, EffectVerdict, Estimate
from zhizao.model.indicator import Direction
from zhizao.model.text import Text


@dataclass(frozen=True, slots=True)
class Study:
    """What a panel says of an action."""

    method: str
    estimates: tuple[Estimate, ...]
    trends: Trends | None
    doubts: tuple[Doubt, ...]
    worth: float | None
    verdict: EffectVerdict

    @property
    def estimate(self) -> Estimate:
        """The estimate the verdict stands on."""
        return next(e for e in self.estimates if e.method == self.method)


def chosen(panel: Panel) -> str:
    """The method a verdict stands on: by what there is to compare with, never by what it finds."""
    return "difference_in_differences" if len(panel.others) >= FEWEST_UNITS else "before_after"


def study(
    panel: Panel, direction: Direction, *, method: str = "", worth: float | None = None, extra: tuple[Doubt, ...] = (), beside: bool = True
) -> Study:
    """The estimates of every method, the doubts and the verdict.

    Args:
        method: the one to stand on; by default as ``chosen``.
        worth: the size of an effect worth having, as stated before the action; by default what can be detected now.
        extra: doubts that the panel cannot know of.
        beside: whether the other methods and placebos are asked for, too.
    """
    name = method or chosen(panel)
    asked = methods() if beside else {name: methods()[name]}
    estimates = tuple(_estimate(n, m, panel, beside) for n, m in asked.items())
    own = next(e for e in estimates if e.method == name)
    moved = trends(panel)
    doubted = (*doubts(panel, own, [e for e in estimates if e is not own], moved), *extra)
    size = worth if worth is not None else own.detectable
    return Study(name, estimates, moved, doubted, size, decide(own, direction, size, doubted))


def foresee(panel: Panel, after: int, method: str = "") -> tuple[str, tuple[Estimate, ...]]:
    """Before an action begins: the method that will be used, and what each could detect after some periods."""
    found = ((name, in_advance(panel, m, after)) for name, m in methods().items())
    return method or chosen(panel), tuple(Estimate(name, detectable=size, why_none=None if size is not None else SILENT) for name, size in found)


SILENT = Text("数据不足", "too little data")


def _estimate(name: str, method: Method, panel: Panel, placebos: bool) -> Estimate:
    found = method(panel, LEVEL)
    if not isinstance(found, Found):
        return Estimate(name, why_none=found)
    if not all(map(math.isfinite, (found.value, found.low, found.high))):
        return Estimate(name, why_none=SILENT)
    space = in_space(panel, method) if placebos else ()
    time = in_time(panel, method) if placebos else ()
    return Estimate(name, found.value, found.low, found.high, found.df, detectable(found), space, time)
