"""Published totals held beside the sum of their published parts, period by period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from zhizao.model.entity import Level
from zhizao.model.evaluation import Reconciled
from zhizao.model.library import Library, Reconciliation
from zhizao.model.series import Reading
from zhizao.model.value import Known
from zhizao.store.contract import Session

Parts = dict[str, dict[str, Decimal | None]]


def reconciled(library: Library, session: Session, known: Known) -> tuple[Reconciled, ...]:
    """Every reconciliation of the packs, for every period in which a total is published.

    The total is the published figure whose indicator is the reconciliation's id and whose entity is its whole.
    """
    from zhizao.measure.published import readings

    published = readings(library, session, known)
    return tuple(line for r in library.reconciliations for line in _compared(library, session, known, r, published))


def _compared(
    library: Library, session: Session, known: Known, reconciliation: Reconciliation, published: Iterable[Reading]
) -> Iterable[Reconciled]:
    from zhizao.judge.reconcile import reconcile

    totals = sorted((r for r in published if (r.indicator, r.entity) == (reconciliation.id, reconciliation.whole)), key=lambda r: r.period)
    parts = _parts(library, session, known, reconciliation) if totals else {}
    return [replace(reconcile(reconciliation, str(t.period), parts.get(str(t.period), {}), t.value), source=t.source) for t in totals]


def _parts(library: Library, session: Session, known: Known, reconciliation: Reconciliation) -> Parts:
    record = library.records[reconciliation.record]
    level = next(level for _, level in library.levels() if level.id == reconciliation.parts_level)
    rows = session.relation(record, known)
    for name, value in reconciliation.where:
        rows = rows.filter(rows[name].cast("string") == value)
    chosen = rows.select(entity=rows[record.entity], period=rows[record.time].cast("string"), amount=rows[reconciliation.field])
    return _by_period(session.fetch(chosen).to_pylist(), level)


def _by_period(rows: list[dict[str, Any]], level: Level) -> Parts:
    parts: Parts = defaultdict(dict)
    for row in rows:
        if level.holds(row["entity"]):
            parts[row["period"]][row["entity"]] = row["amount"]
    return parts
