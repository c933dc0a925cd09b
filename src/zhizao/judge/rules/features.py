"""What conditions may ask of a figure over time, beyond the figure itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from itertools import accumulate

from zhizao.judge.rules.charts import cusum, ewma, normal
from zhizao.model.warning import Input

LEAST = 5
"""Fewest points of a baseline that say what is normal."""
_PLACES = 6

Figures = Sequence[Decimal | None]


def features(name: str, figures: Figures, wanted: Collection[str], baseline: int) -> list[dict[str, Input]]:
    """The inputs of each point of a course that conditions want of one figure.

    Args:
        figures: the figure at each point, None where there is none.
        wanted: the inputs that are read, such as ``scrap`` and ``scrap.cusum_up``.
        baseline: how many of the first figures say what is normal.

    Example:
        >>> features("x", [Decimal(3), Decimal(5), None, Decimal(4)], {"x", "x.change"}, 12)[1:]
        [{'x': Decimal('5'), 'x.change': Decimal('2')}, {'x': None, 'x.change': None}, {'x': Decimal('4'), 'x.change': None}]
    """
    asked = [w.removeprefix(f"{name}.") for w in wanted if w.startswith(f"{name}.")]
    columns: dict[str, list[Input]] = {name: list(figures)}
    before = _before(figures)
    columns |= {f"{name}.{a}": column for a in asked if (column := _against(a, figures, before)) is not None}
    if set(asked) & _OF_BASELINE:
        columns |= {f"{name}.{a}": column for a, column in _charted(figures, baseline).items() if a in asked}
    return [dict(zip(columns, point, strict=True)) for point in zip(*columns.values(), strict=True)]


_OF_BASELINE = {"expected", "residual", "spread", "score", "ewma", "cusum_up", "cusum_down"}


def _before(figures: Figures) -> list[Decimal | None]:
    return [None, *figures[:-1]]


def _against(asked: str, figures: Figures, before: Figures) -> list[Input] | None:
    """What stands against the point before."""
    pairs = list(zip(figures, before, strict=True))
    match asked:
        case "previous":
            return list(before)
        case "change":
            return [None if a is None or b is None else a - b for a, b in pairs]
        case "growth":
            return [None if a is None or not b else (a - b) * 100 / abs(b) for a, b in pairs]
        case "falls" | "rises":
            sign = -1 if asked == "falls" else 1
            moved = [a is not None and b is not None and (a - b) * sign > 0 for a, b in pairs]
            counted = list(accumulate(moved, lambda n, on: n + 1 if on else 0, initial=0))
            return [Decimal(n) for n in counted[1:]]
        case _:
            return None


def _charted(figures: Figures, baseline: int) -> dict[str, list[Input]]:
    """What stands against the baseline; nothing is known of the points of the baseline itself."""
    known = [(i, float(f)) for i, f in enumerate(figures) if f is not None]
    first, later = known[:baseline], known[baseline:]
    nothing: list[Input] = [None] * len(figures)
    columns = {name: list(nothing) for name in _OF_BASELINE}
    if len(first) < LEAST or not later:
        return columns
    middle, spread = normal([f for _, f in first])
    residuals = [f - middle for _, f in later]
    found = {"expected": [middle] * len(later), "residual": residuals, "spread": [spread] * len(later)}
    if spread:
        scores = [r / spread for r in residuals]
        found |= {"score": scores, "ewma": ewma(scores), "cusum_up": cusum(scores), "cusum_down": cusum([-s for s in scores])}
    for name, values in found.items():
        for (i, _), figure in zip(later, values, strict=True):
            columns[name][i] = decimal(figure)
    return columns


def decimal(figure: float) -> Decimal:
    """A figure of statistics as conditions read it, to six places."""
    return Decimal(f"{figure:.{_PLACES}f}")
