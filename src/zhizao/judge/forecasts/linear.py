"""Straight line by ordinary least squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from statistics import fmean

from zhizao.judge.forecasts.contract import History, Prediction
from zhizao.judge.forecasts.scale import PLAIN, Scale


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, and how they scatter about it."""

    years: tuple[float, ...]
    values: tuple[float, ...]
    slope: float
    height: float
    """The line's value at the mean of the years."""

    def at(self, year: float) -> float:
        """The line's value in a year."""
        return self.height + self.slope * (year - fmean(self.years))

    @property
    def df(self) -> int:
        """Points beyond the two the line takes up."""
        return len(self.years) - 2

    def spread(self, year: float) -> float:
        """The standard error of a single new value in a year."""
        squares = sum((v - self.at(t)) ** 2 for t, v in zip(self.years, self.values, strict=True))
        n, far = len(self.years), (year - fmean(self.years)) ** 2 / deviation(self.years)
        return sqrt(squares / self.df * (1 + 1 / n + far))


def least_squares(years: Sequence[float], values: Sequence[float]) -> Line:
    """The line with the smallest sum of squared distances.

    Example:
        >>> line = least_squares(range(2013, 2022), [33, 36.5, 39, 42.1, 44.8, 48.0, 50.1, 52.1, 55.3])
        >>> round(line.slope, 3), round(line.at(2025), 4), round(line.spread(2025), 5)
        (2.735, 66.4244, 0.68964)
    """
    middle, height = fmean(years), fmean(values)
    slope = sum((t - middle) * (v - height) for t, v in zip(years, values, strict=True)) / deviation(years)
    return Line(tuple(years), tuple(values), slope, height)


def deviation(years: Sequence[float]) -> float:
    """The sum of squared distances of years from their mean."""
    middle = fmean(years)
    return sum((t - middle) ** 2 for t in years)


def linear(history: History, at: float, scale: Scale = PLAIN) -> Prediction:
    """The past trend goes on unchanged; points scatter about it independently.

    Source: any text on regression; prediction interval by t with n - 2 degrees of freedom.
    """
    line = least_squares(history.years, history.values)
    return Prediction(line.at(at), hypot(line.spread(at), history.rounding), line.df)
