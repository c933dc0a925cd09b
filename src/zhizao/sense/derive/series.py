"""What one entity said of its quantities, each as values that hold from their time until the next."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter

from zhizao.model.quantity import MOST_STEPS, Quantity

Known = Decimal | str | None
"""A value as it is compared and counted: a whole number of steps of its quantity, or a word; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation of an entity; ``value`` is None where it is in words, both are None where nothing is known."""

    time_us: int
    quantity: str
    value: float | None = None
    text: str | None = None
    quality: str = "good"
    source: str = ""


@dataclass(slots=True)
class Series:
    """The values of one quantity in order of time.

    Of several sources the one that spoke last among those whose value holds is believed, at one instant the last by name: as in formulas over signals.
    """

    quantity: Quantity
    times: list[int] = field(default_factory=list)
    values: list[Known] = field(default_factory=list)
    _holding: dict[str, tuple[int, Known]] = field(default_factory=dict)
    """Of each source whose value holds, when it spoke and what it said."""

    def add(self, one: Observed) -> None:
        """The next observation; none may be older than the one before."""
        self._holding.pop(one.source, None)
        if (known := self.known(one)) is not None:
            self._holding[one.source] = one.time_us, known
        believed = max(((at, source, value) for source, (at, value) in self._holding.items()), key=itemgetter(0, 1), default=(0, "", None))[2]
        if self.times and self.times[-1] == one.time_us:
            self.values[-1] = believed
        else:
            self.times.append(one.time_us)
            self.values.append(believed)

    def known(self, one: Observed) -> Known:
        """The value of an observation; what is bad or stale, or of more steps than can be told apart, is not known."""
        if one.quality in ("bad", "stale"):
            return None
        if one.value is None:
            return one.text
        step = Decimal(self.quantity.resolution)
        steps = round(Decimal(one.value) / step)
        return steps * step if abs(steps) <= MOST_STEPS else None

    def at(self, time_us: int) -> Known:
        """The value that holds at a time."""
        i = bisect_right(self.times, time_us) - 1
        return self.values[i] if i >= 0 else None

    def within(self, start: int, end: int) -> Iterator[tuple[int, int, Known]]:
        """The stretches of a window, each with the value that holds in it; the first may have begun before."""
        i = bisect_right(self.times, start) - 1
        while start < end:
            after = self.times[i + 1] if i + 1 < len(self.times) else end
            yield start, min(after, end), self.values[i] if i >= 0 else None
            i, start = i + 1, after

    def points(self, start: int, end: int) -> list[Known]:
        """The values said after ``start`` and up to ``end``."""
        return self.values[bisect_right(self.times, start) : bisect_right(self.times, end)]

    def before(self, time_us: int) -> Known:
        """The last value known before a time."""
        return next((v for v in reversed(self.values[: bisect_left(self.times, time_us)]) if v is not None), None)


AllSeries = Mapping[str, Series]


def in_series(observed: Iterable[Observed], quantities: Iterable[Quantity]) -> AllSeries:
    """The observations of an entity by quantity; they may come in any order.

    Example:
        >>> from zhizao.model.text import same
        >>> power = Quantity("power", same("power"), "kW", "0.1")
        >>> said = in_series([Observed(2, "power", 1.26), Observed(1, "power", 0.5), Observed(3, "power", quality="stale")], [power])
        >>> said["power"].values
        [Decimal('0.5'), Decimal('1.3'), None]
    """
    found = {q.id: Series(q) for q in quantities}
    for one in sorted((o for o in observed if o.quantity in found), key=lambda o: o.time_us):
        found[one.quantity].add(one)
    return found
