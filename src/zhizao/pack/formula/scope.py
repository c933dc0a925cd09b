"""What a formula is checked against, and where its faults are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from zhizao.model.finding import Severity
from zhizao.model.period import PeriodKind
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.pack.formula.fault import column
from zhizao.pack.levels import Levels

Report = Callable[[Severity, str, Text, Text], None]
"""Takes severity, code, message and cure of one finding."""

LENGTH: dict[str, int] = {"hour": 0, "shift": 1, "day": 2, "week": 3, "month": 4, "quarter": 5, "year": 6, "window": 7}
"""The kinds of period from short to long."""


@dataclass(frozen=True)
class Scope:
    """The record a formula folds, the period its indicator is for, the order of levels, and the names of other indicators."""

    record: RecordType
    period: PeriodKind
    levels: Levels
    report: Report
    indicators: Iterable[str] = ()
    told: set[tuple[str, int]] = field(default_factory=set)

    @property
    def over_time(self) -> bool:
        """Whether one period of the indicator holds several of the record."""
        return LENGTH[self.record.period] < LENGTH[self.period]

    def blocking(self, code: str, at: int, message: Text, cure: Text) -> None:
        """Tell a fault of the formula, once a place."""
        self._tell("blocking", code, at, message, cure)

    def doubtful(self, code: str, at: int, message: Text, cure: Text) -> None:
        """Tell a doubt about the formula, once a place."""
        self._tell("doubtful", code, at, message, cure)

    def _tell(self, severity: Severity, code: str, at: int, message: Text, cure: Text) -> None:
        if (code, at) in self.told:
            return
        self.told.add((code, at))
        place = column(at)
        self.report(severity, code, Text(f"{place.zh}：{message.zh}", f"{place.en}: {message.en}"), cure)
