"""Published series: the readings of the record type ``published_figure``, as their publishers gave them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.value import Coverage, Known, Value
from zhizao.store.contract import FACT, Session

RECORD = "published_figure"


def readings(library: Library, session: Session, known: Known | None = None) -> list[Reading]:
    """Every published reading known then, by indicator, series, entity and time."""
    if RECORD not in library.records:
        return []
    rows = session.fetch(session.relation(library.records[RECORD], known or Known())).to_pylist()
    found = [_reading(row) for row in rows]
    return sorted(found, key=lambda r: (r.indicator, r.series, r.entity, r.period.end, r.period.text))


def _reading(row: Mapping[str, Any]) -> Reading:
    text = {k: v if isinstance(v, str) else "" for k, v in row.items()}
    return Reading(
        indicator=text["indicator"],
        series=text["series"],
        scope=text["scope"],
        entity=text["entity"],
        period=Period.parse(text["period"]),
        value=_plain(row["value"]),
        unit=text["unit"],
        kind=row["kind"],
        final=bool(row["final"]),
        bound=row["bound"] or "",
        confidence=text["confidence"],
        published_at=text["published_at"],
        proxy_for=text["proxy_for"],
        sign=int(row["sign"] or 1),
        publisher=text["publisher"],
        source=text["source"],
        note=text["note"],
        fact=f"{RECORD}:{row[FACT]}",
        origin="simulated" if text["entity"] == "nation:SIM" else "real",
    )


def _plain(value: Decimal) -> Decimal:
    """The figure without the zeros that the store's scale adds.

    Example:
        >>> _plain(Decimal("84.910000")), _plain(Decimal("40.000000"))
        (Decimal('84.91'), Decimal('40'))
    """
    short = value.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def as_values(found: Iterable[Reading], known_at: str) -> list[Value]:
    """Readings in the shape of measured values; nobody can say how complete they are."""
    return [
        Value(
            indicator=r.indicator,
            series=r.series,
            basis="published",
            scope=r.scope,
            kind=r.kind,
            origin=r.origin,
            entity=r.entity,
            period=r.period,
            value=r.value,
            unit=r.unit,
            status="ok",
            coverage=Coverage(),
            definition="",
            known_at=known_at,
        )
        for r in found
    ]
