"""What a formula is checked against, and where its faults are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from zhizao.model.finding import Severity
from zhizao.model.period import PeriodKind, nests_in
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.pack.formula.fault import column
from zhizao.pack.levels import Levels

Report = Callable[[Severity, str, int, Text, Text], None]
"""Takes severity, code, place in the formula, message and cure of one finding."""


def adds_up(record: RecordType, period: PeriodKind) -> bool:
    """Whether the rows of a record type fall into periods of a kind.

    Example:
        >>> from zhizao.model.text import same
        >>> weekly = RecordType("r", same("r"), "e", "t", (), (), period="week")
        >>> adds_up(weekly, "week"), adds_up(weekly, "month")
        (True, False)
    """
    return record.period == period or nests_in(record.period, period) or (_at_instants(record) and period != "shift")


def _at_instants(record: RecordType) -> bool:
    time = record.field(record.time)
    return time is not None and time.type in ("instant", "date")


@dataclass(frozen=True)
class Scope:
    """The record a formula folds, the period its indicator is for, the order of levels, and the names of other indicators."""

    record: RecordType
    period: PeriodKind
    levels: Levels
    report: Report
    indicators: Iterable[str] = ()
    unclear: frozenset[str] = frozenset()
    """Fields whose own definition is at fault: nothing more is said of them."""
    records: Mapping[str, tuple[RecordType, frozenset[str]]] = field(default_factory=dict)
    """The other record types that folds of the formula read, each with its unclear fields."""
    told: set[tuple[str, int]] = field(default_factory=set)

    def at(self, record: str) -> Scope:
        """The scope of a fold over another record type ('' for the indicator's own)."""
        if not record:
            return self
        other, unclear = self.records[record]
        return replace(self, record=other, unclear=unclear)

    @property
    def over_time(self) -> bool:
        """Whether one period of the indicator holds several of the record."""
        return self.record.period != self.period or self.at_instants

    @property
    def at_instants(self) -> bool:
        """Whether rows hold at points in time, any number of them in a period."""
        return _at_instants(self.record)

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
        self.report(severity, code, at, Text(f"{place.zh}：{message.zh}", f"{place.en}: {message.en}"), cure)
