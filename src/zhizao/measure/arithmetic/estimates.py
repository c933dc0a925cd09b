"""Estimates: the same arithmetic in floating point, every number with a bound of its error.

An estimate never is a result. It only says, where its bound leaves no doubt, which whole number of printed steps the exact value rounds to;
where any doubt is left, the exact arithmetic is asked (``Finisher``). So every figure is the exact one, and nearly all cost nothing.

Source:
    Shewchuk, Adaptive precision floating-point arithmetic and fast robust geometric predicates, 1997, for the idea of a filter; Higham,
    Accuracy and Stability of Numerical Algorithms, 2002, chapter 2, for the bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from zhizao.measure.arithmetic.contract import ZERO
from zhizao.measure.frame import Frame
from zhizao.measure.leaf import Leaf
from zhizao.measure.states import Values
from zhizao.model.indicator import ZeroRule
from zhizao.model.period import Period

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ULP = 2.0**-52
"""More than what one operation loses, relative to its result."""
READ = 8 * ULP
"""More than what reading a decimal column as floats loses."""
FUNCTION = 2.0**-44
"""More than what a power, root, logarithm or exponential of the machine loses."""
TINY = 1e-290
"""Added to every bound, so that a result too small to be held is never taken for exact."""
LARGEST = 2.0**52
"""Beyond it not every whole number is one of the machine's."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number an entity: the exact one lies within ``error`` of ``value``; undefined where not ``known``.

    An infinite error leaves all open, also whether there is a number.
    """

    value: Floats
    error: Floats
    known: Flags

    @property
    def is_zero(self) -> Flags:
        """Where it is zero without a doubt."""
        zero: Flags = (self.value == 0) & (self.error == 0)
        return zero

    def steps(self, factor: Decimal, decimals: int) -> tuple[NDArray[np.int64], Flags]:
        """The whole number of steps of a printed scale that each exact number times a factor rounds to, and where that is certain.

        Example:
            >>> e = Estimate(np.array([0.15432, 0.15435]), np.array([1e-15, 1e-15]), np.array([True, True]))
            >>> steps, certain = e.steps(Decimal(100), 2)
            >>> certain.tolist(), steps[0]
            ([True, False], np.int64(1543))
        """
        scale = float(factor.scaleb(decimals))
        with np.errstate(all="ignore"):
            scaled = self.value * scale
            nearest = np.rint(scaled)
            bound = 1.001 * (self.error * abs(scale) + 4 * ULP * np.abs(scaled)) + TINY
            certain = (np.abs(scaled - nearest) + bound < 0.5) & (np.abs(scaled) < LARGEST)
        return np.where(certain, nearest, 0.0).astype(np.int64), certain


class Estimates:
    """Columns of estimates for all entities of a frame."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def figure(self, leaf: Leaf, period: Period) -> Estimate:
        rule = leaf.state.figure
        if rule is None or period.kind == "window":
            return self._nothing
        top = self._column(leaf, rule.top, period)
        shifted = top if not rule.scale else self.times(top, self.constant(Decimal(1).scaleb(-rule.scale)))
        return shifted if rule.bottom is None else self.over(shifted, self._column(leaf, rule.bottom, period), "undefined")

    def reading(self, leaf: Leaf, period: Period, read: Callable[[Values], Decimal | None]) -> Estimate:
        return self._nothing

    def _column(self, leaf: Leaf, i: int, period: Period) -> Estimate:
        return read_floats(self._frame.floats(leaf.columns()[i], period, leaf.state.columns[i].rule == "count"))

    @property
    def _nothing(self) -> Estimate:
        """Numbers of which nothing is known here."""
        n = len(self._frame.entities)
        return Estimate(np.zeros(n), np.full(n, np.inf), np.ones(n, bool))

    def constant(self, value: Decimal) -> Estimate:
        n, number = len(self._frame.entities), float(value)
        error = 0.0 if Decimal(number) == value else abs(number) * ULP + TINY
        return Estimate(np.full(n, number), np.full(n, error), np.ones(n, bool))

    def plus(self, a: Estimate, b: Estimate) -> Estimate:
        value, error = a.value + b.value, a.error + b.error
        return _bounded(value, error, (value == 0) & (error == 0), a, b)

    def minus(self, a: Estimate, b: Estimate) -> Estimate:
        return self.plus(a, self.negative(b))

    def times(self, a: Estimate, b: Estimate) -> Estimate:
        with np.errstate(all="ignore"):
            error = np.abs(a.value) * b.error + np.abs(b.value) * a.error + a.error * b.error
            return _bounded(a.value * b.value, error, a.is_zero | b.is_zero, a, b)

    def over(self, a: Estimate, b: Estimate, zero: ZeroRule) -> Estimate:
        nought = b.known & b.is_zero
        with np.errstate(all="ignore"):
            value = a.value / b.value
            error = (a.error + np.abs(value) * b.error) / (np.abs(b.value) - b.error)
        found = _bounded(value, np.where(np.abs(b.value) > 2 * b.error, error, np.inf), a.is_zero, a, b)
        if (instead := ZERO[zero]) is None:
            return Estimate(found.value, found.error, found.known & ~nought)
        # What may be undefined above stays in doubt: the rule speaks of numbers only.
        error = np.where(nought, np.where(np.isfinite(a.error), 0.0, np.inf), found.error)
        return Estimate(np.where(nought, float(instead), found.value), error, found.known)

    def negative(self, a: Estimate) -> Estimate:
        return Estimate(-a.value, a.error, a.known)

    def absolute(self, a: Estimate) -> Estimate:
        return Estimate(np.abs(a.value), a.error, a.known)

    def positive(self, a: Estimate) -> Estimate:
        unsure = np.abs(a.value) <= a.error
        return Estimate(a.value, np.where(unsure & (a.error > 0), np.inf, a.error), a.known & ((a.value > 0) | (unsure & (a.error > 0))))

    def power(self, a: Estimate, b: Estimate) -> Estimate:
        with np.errstate(all="ignore"):
            value = np.power(a.value, b.value)
            lost = (np.abs(b.value) + b.error) * a.error / a.value + b.error * np.abs(np.log(a.value))
            return _function(value, 4 * lost, (a.value > 2 * a.error) & (lost < 0.1), a, b)

    def sqrt(self, a: Estimate) -> Estimate:
        with np.errstate(all="ignore"):
            return _function(np.sqrt(a.value), a.error / a.value, a.value > 2 * a.error, a)

    def ln(self, a: Estimate) -> Estimate:
        with np.errstate(all="ignore"):
            value = np.log(a.value)
            lost = 2 * a.error / a.value + FUNCTION * np.abs(value)
            return _bounded(value, np.where(a.value > 2 * a.error, lost, np.inf), _NOWHERE, a)

    def exp(self, a: Estimate) -> Estimate:
        with np.errstate(all="ignore"):
            return _function(np.exp(a.value), 2 * a.error, a.error < 0.1, a)


def settled(estimate: Estimate, factor: Decimal, decimals: int, exactly: Callable[[list[int]], Sequence[int | None]]) -> list[int | None]:
    """The exact numbers in whole steps of a printed scale, None where undefined; ``exactly`` is asked for those the estimates leave open.

    Example:
        >>> e = Estimate(np.array([0.5, 1.0]), np.array([0.0, 0.0]), np.array([True, False]))
        >>> settled(e, Decimal(1), 0, lambda doubtful: [0 for _ in doubtful])
        [0, None]
    """
    steps, certain = estimate.steps(factor, decimals)
    found: list[int | None] = list(steps.tolist())
    for i in np.flatnonzero(~estimate.known).tolist():
        found[i] = None
    doubtful = np.flatnonzero(estimate.known & ~certain).tolist()
    for i, exact in zip(doubtful, exactly(doubtful), strict=True):
        found[i] = exact
    return found


def read_floats(column: Floats) -> Estimate:
    """A column as read, undefined where it is not a number.

    Example:
        >>> read_floats(np.array([0.0, np.nan])).known.tolist()
        [True, False]
    """
    known = ~np.isnan(column)
    value = np.where(known, column, 0.0)
    return Estimate(value, np.abs(value) * READ, known)


def _function(value: Floats, lost: Floats, fits: Flags, *given: Estimate) -> Estimate:
    """A value of a function of the machine that may be off by a relative loss; anything where the bound does not fit."""
    with np.errstate(all="ignore"):
        return _bounded(value, np.where(fits, np.abs(value) * (lost + FUNCTION), np.inf), _NOWHERE, *given)


_NOWHERE = np.array(False)


def _bounded(value: Floats, error: Floats, zero: Flags, *given: Estimate) -> Estimate:
    """A result with what its own rounding loses, nothing where it is exactly zero; unknown where it cannot be held."""
    known = np.logical_and.reduce([g.known for g in given])
    sound = np.isfinite(value) & np.isfinite(error)
    with np.errstate(all="ignore"):
        whole = np.where(zero, 0.0, error + np.abs(value) * ULP + TINY)
    return Estimate(np.where(sound, value, 0.0), np.where(sound, whole, np.inf), known)
