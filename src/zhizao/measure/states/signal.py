"""States of signals: they carry their first and last point, so that the stretch between two parts is counted once.

A late point changes its own cell and, up to the next point, the following one; no other. The laws hold for parts that
are neighbours in time: merge(earlier, later) is associative, and merging the parts of any cut equals the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self


@dataclass(frozen=True, slots=True)
class Point:
    """A signal's value from an instant on, both whole numbers: microseconds, and steps of the quantity's resolution."""

    at: int
    value: int


class Signal(Protocol):
    """The contract of a boundary-carrying state: neighbours join, and the whole is the same however it was cut."""

    first: Point | None
    last: Point | None

    def joined(self, later: Self) -> Self:
        """This part followed by the next one in time."""


@dataclass(frozen=True, slots=True)
class Integral:
    """Value times time of a signal held from point to point: its integral, and with ``duration`` its time-weighted mean.

    ``gap_us`` is the longest stretch a value is trusted for; a longer one is not integrated but counted in ``untrusted``.

    Example:
        >>> whole = Integral.of([Point(0, 2), Point(10, 4), Point(30, 0)], gap_us=100)
        >>> whole.area, whole.duration
        (100, 30)
        >>> Integral.of([Point(0, 2), Point(10, 4)], 100).joined(Integral.of([Point(30, 0)], 100)) == whole
        True
    """

    first: Point | None = None
    last: Point | None = None
    area: int = 0
    duration: int = 0
    untrusted: int = 0
    gap_us: int = 0

    @classmethod
    def of(cls, points: Sequence[Point], gap_us: int) -> Self:
        """The state of points in time order."""
        whole = cls(gap_us=gap_us)
        for point in points:
            whole = whole.joined(cls(point, point, gap_us=gap_us))
        return whole

    def joined(self, later: Self) -> Self:
        """This part followed by the next one in time."""
        if self.last is None or later.first is None:
            return later if self.last is None else self
        stretch = later.first.at - self.last.at
        held = stretch if stretch <= self.gap_us else 0
        return type(self)(
            self.first,
            later.last,
            self.area + later.area + self.last.value * held,
            self.duration + later.duration + held,
            self.untrusted + later.untrusted + stretch - held,
            self.gap_us,
        )
