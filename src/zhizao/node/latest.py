"""The periods for which there are facts."""

from __future__ import annotations

from datetime import datetime

from zhizao.model.indicator import Indicator
from zhizao.model.period import Period
from zhizao.model.record import RecordType
from zhizao.model.value import Known
from zhizao.store.contract import Session


def periods_with_facts(session: Session, record: RecordType, indicator: Indicator, known: Known) -> list[Period]:
    """Every period of the indicator's kind that holds a fact of its record type, earliest first."""
    from zhizao.measure.calendar import label

    rows = session.relation(record, known)
    labels = rows.select(period=label(rows, record, indicator.period)).distinct()
    found = (Period.parse(p) for p in session.fetch(labels).column("period").to_pylist() if p)
    return sorted(p for p in found if p.kind == indicator.period)


def latest_period(session: Session, record: RecordType, indicator: Indicator, known: Known, now: datetime) -> Period | None:
    """The last period that holds a fact and has begun; one mistyped year in the future does not hide the present. None without facts."""
    found = periods_with_facts(session, record, indicator, known)
    begun = [p for p in found if p.first_day <= now.date()]
    return next(reversed(begun or found), None)
