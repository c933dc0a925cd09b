"""What the stages after measuring ask of it: the values of indicators. ``node`` wires the one that computes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from zhizao.model.period import Period
from zhizao.model.value import Value


class Figures(Protocol):
    """The values of indicators, as known at one time; ``measure.Measurement`` is one."""

    def values(self, indicators: Iterable[str], *, by: Sequence[str] = (), of: Sequence[str] = (), periods: Sequence[Period]) -> list[Value]:
        """A value for each indicator, entity and period: for the entities ``of``, or spread ``by`` levels within them.

        Raises:
            UnknownName: an indicator or level that does not exist.
            InputError: an indicator without formula, or periods that do not fit its facts.
        """
