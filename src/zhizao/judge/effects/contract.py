"""What every method takes and gives: a panel of units by periods, and an effect with its interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zhizao.model.text import Text

Numbers = NDArray[np.float64]
Places = NDArray[np.signedinteger]

LEVEL = 0.9
"""The chance with which an interval holds the true effect."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Values of one indicator: a row a unit, a column a period, NaN where there is none.

    ``starts`` has, for each unit, the first period after its action began; one never touched starts where the panel ends.
    ``season`` is after how many periods a pattern repeats (7 for days, 0 for none known).
    """

    outcomes: Numbers
    starts: tuple[int, ...]
    season: int = 0

    @cached_property
    def treated(self) -> list[int]:
        """The rows of the units an action touched."""
        return [i for i, start in enumerate(self.starts) if start < self.periods]

    @cached_property
    def others(self) -> list[int]:
        """The rows of the units no action touched."""
        return [i for i, start in enumerate(self.starts) if start >= self.periods]

    @property
    def periods(self) -> int:
        """How many periods there are."""
        return int(self.outcomes.shape[1])

    @cached_property
    def start(self) -> int:
        """The first period after the earliest start."""
        return min(self.starts, default=self.periods)

    @cached_property
    def is_staggered(self) -> bool:
        """Whether units started at different times."""
        return len({self.starts[i] for i in self.treated}) > 1

    @cached_property
    def own(self) -> Numbers:
        """The mean of the treated units, period by period."""
        return mean(self.outcomes[self.treated], 0)

    def first(self, periods: int) -> Panel:
        """The panel as it stood after its first periods."""
        return replace(self, outcomes=self.outcomes[:, :periods], starts=tuple(min(s, periods) for s in self.starts))

    def begun(self, starts: dict[int, int]) -> Panel:
        """The same values, had these units and no others begun at these periods."""
        return replace(self, starts=tuple(starts.get(i, self.periods) for i in range(len(self.starts))))

    def only(self, rows: list[int]) -> Panel:
        """Some of its units."""
        return replace(self, outcomes=self.outcomes[rows], starts=tuple(self.starts[i] for i in rows))


@dataclass(frozen=True, slots=True)
class Found:
    """An effect with the interval that holds it at a stated rate; ``df`` are the degrees of freedom it rests on."""

    value: float
    low: float
    high: float
    df: float

    @property
    def half(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


class Method(Protocol):
    """A way to find an effect.

    A text instead of an effect says why the method has nothing to say of such a panel.
    """

    def __call__(self, panel: Panel, level: float = LEVEL) -> Found | Text: ...


def mean(values: Numbers, axis: int | None = None) -> Numbers:
    """The mean of what is there, NaN where nothing is."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, values, 0).sum(axis=axis) / there.sum(axis=axis))


def changes(panel: Panel, start: int) -> Numbers:
    """By how much the mean of each unit changed from before a period to it and after."""
    return mean(panel.outcomes[:, start:], 1) - mean(panel.outcomes[:, :start], 1)
