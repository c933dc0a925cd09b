"""The periods for which there are facts."""

from __future__ import annotations

from datetime import datetime

from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.value import Known
from zhizao.store.contract import Session


def periods_with_facts(library: Library, session: Session, indicator: Indicator, known: Known, until: datetime | None = None) -> list[Period]:
    """Every period of the indicator's kind that holds a fact of its record type, earliest first.

    With ``until``, of facts that hold at instants only the period of the last one up to then, where there is any.
    """
    from zhizao.measure.placed import labels
    from zhizao.measure.placement import Placement

    record = library.records[indicator.record]
    found = map(Period.parse, labels(session, Placement(library, session, known), record, indicator.period, until))
    return sorted(p for p in found if p.kind == indicator.period)


def latest_period(library: Library, session: Session, indicator: Indicator, known: Known, now: datetime) -> Period | None:
    """The last period that holds a fact and has begun; one mistyped year in the future does not hide the present. None without facts."""
    found = periods_with_facts(library, session, indicator, known, now)
    begun = [p for p in found if p.first_day <= now.date()]
    return next(reversed(begun or found), None)
