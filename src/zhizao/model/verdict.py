"""Verdicts: what published and computed readings say of a target, and why others did not decide."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.text import Text

Verdict = Literal[
    "met",
    "missed",
    "met_by_proxy",
    "missed_by_proxy",
    "on_track",
    "off_track",
    "not_due",
    "not_published",
]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A reading that did not decide, and why."""

    reading: Reading
    why: Text


@dataclass(frozen=True, slots=True)
class Forecast:
    """One model's outlook for the target year; ``error`` is its mean absolute back-test error, None under three back-tests."""

    model: str
    value: float
    low: float
    high: float
    p_attain: float
    n: int
    backtests: int
    error: float | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecasts of one series side by side, or why there are none."""

    series: str
    forecasts: tuple[Forecast, ...]
    why_none: Text | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One target judged: the verdict, the reading that decided, the gap along the required path, and all the rest."""

    target: Target
    verdict: Verdict
    reading: Reading | None
    gap: Decimal | None
    """Reading minus the required path at the reading's period, in the target's direction: below zero is behind."""
    required: Decimal | None
    alternatives: tuple[Alternative, ...]
    conflicts: tuple[Reading, ...]
    outlook: Outlook
    path: tuple[tuple[Decimal, Decimal], ...] = ()
    """Points (decimal year, value) of the required path, close enough to draw it."""
