"""Who is in no total: entities with facts that belong nowhere on the way to a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis
import pyarrow as pa

from zhizao.measure import calendar
from zhizao.measure.aim import Aim
from zhizao.measure.measure import Measurement
from zhizao.measure.placed import placed_rows
from zhizao.measure.reach import years_of
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period, nests_in


def unplaced(measurement: Measurement, indicator: Indicator, level: str, periods: Sequence[Period]) -> int:
    """How many entities have rows in the periods, and no place from which the level can be reached; 0 where a level is no place."""
    record, placement = measurement.library.records[indicator.record], measurement.placement
    leading = tuple(h for h in placement.hierarchies if any(level in (rung.id, rung.prefix) for rung in h.levels))
    asked = sorted({part for p in periods for part in (years_of(p) if p.kind == "window" else [p])})
    fits = all(p.kind == record.period or nests_in(record.period, p.kind) for p in asked)
    if not leading or not fits or not asked:
        return 0
    question = replace(measurement.question(record, [indicator], (Aim(levels=(level,)),), asked), hierarchies=leading)
    table = measurement.session.hold("periods", pa.table(calendar.table(asked)))
    rows = placed_rows(question, measurement.session, placement, table).table
    nowhere = rows.filter(ibis.and_(*(rows[place] == "" for place in question.places)))
    found = measurement.session.fetch(nowhere.aggregate(n=nowhere[record.entity].nunique()))
    return int(found["n"][0].as_py())
