"""No stock is summed over time: the lint's rule for an indicator's own period, held against the period asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zhizao.errors import InputError
from zhizao.measure.reach import looks
from zhizao.model.expression import Barrier, Fold, record_of
from zhizao.model.finding import Severity
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period, PeriodKind
from zhizao.model.record import RecordType
from zhizao.model.text import Text


def refuse_summed_stocks(library: Library, indicators: Iterable[Indicator], periods: Iterable[Period]) -> None:
    """Check the periods asked for; the lint checked each indicator's own kind of period only.

    Raises:
        InputError: a stock would be summed over several of the periods it is held in.
    """
    wanted = list(periods)
    for indicator in indicators:
        own = library.records[indicator.record]
        if not any(f.accrual == "stock" for name in indicator.records for f in library.records[name].fields):
            continue
        assert indicator.tree is not None
        seen = dict.fromkeys((tip, at.kind) for period in wanted for tip, at in looks(indicator.tree, period, own.period))
        for tip, kind in seen:
            record = library.records[record_of(tip) or own.id]
            for message, cure in _faults(library, record, tip, kind):
                raise InputError(_of(indicator, message), where="--period", cure=_or_ask_for(record, cure))


def _faults(library: Library, record: RecordType, tip: Fold | Barrier, kind: PeriodKind) -> Iterator[tuple[Text, Text]]:
    """What the lint says of stocks in a part of a formula, were its indicator for a kind of period."""
    from zhizao.pack.formula.scope import Scope, adds_up
    from zhizao.pack.formula.value_kind import kind_of_value
    from zhizao.pack.levels import Levels

    if kind == record.period or not adds_up(record, kind):  # nothing is summed over time, or nothing fits, which is another fault
        return
    told: list[tuple[Text, Text]] = []

    def report(severity: Severity, code: str, at: int, message: Text, cure: Text) -> None:
        if code == "accrual":
            told.append((message, cure))

    records = {name: (other, frozenset[str]()) for name, other in library.records.items()}
    kind_of_value(tip, Scope(record, kind, Levels(library.hierarchies.values()), report, records=records))
    yield from told


def _of(indicator: Indicator, message: Text) -> Text:
    return Text(f"{indicator.id}：{message.zh}", f"{indicator.id}: {message.en}")


def _or_ask_for(record: RecordType, cure: Text) -> Text:
    own = record.period
    return Text(f"请按其自身的期（{own}）测算，或修改公式：{cure.zh}", f"ask for its own period, a {own}, or mend the formula: {cure.en}")
