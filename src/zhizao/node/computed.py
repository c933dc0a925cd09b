"""The computed series of indicators, as readings that stand beside the published ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.series import Origin, Reading
from zhizao.model.value import Known, Value
from zhizao.store.contract import Session


def computed(
    library: Library, session: Session, moment: datetime, indicators: Sequence[Indicator], *, of: Sequence[str] = (), by: Sequence[str] = (), last: int = 0,
    origins: tuple[Origin, ...] = ("real",),
) -> list[Reading]:  # fmt: skip
    """The values of indicators over one record type and kind of period, of some origins, in the latest periods or in all that hold facts."""
    from zhizao.measure.measure import Measurement
    from zhizao.node.latest import periods_with_facts

    known = Known(as_of=moment)
    periods = periods_with_facts(library, session, indicators[0], known)[-last:]
    if not periods:
        return []
    values = Measurement(library, session, known, moment).values([i.id for i in indicators], of=list(of), by=list(by), periods=periods)
    return [_reading(v, moment) for v in values if v.value is not None and v.origin in origins]


def _reading(v: Value, moment: datetime) -> Reading:
    """A computed value as a reading, final where its period was over at a time."""
    assert v.value is not None, "only values are read"
    return Reading(
        indicator=v.indicator, series=v.series, scope=v.scope, entity=v.entity, period=v.period, value=v.value, unit=v.unit, kind="computed",
        final=v.period.end <= moment, publisher="zhizao", source=f"definition {v.definition}", basis="computed", origin=v.origin,
    )  # fmt: skip
