"""What stands beside the judged figures: context by level, and published figures beside the interval their rounded inputs allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from zhizao.model.context import Context
from zhizao.model.entity import level_of
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library, Pack
from zhizao.model.rounding import Rounded, Rounding
from zhizao.model.series import Reading
from zhizao.model.value import Known, Value
from zhizao.node.usable import blocking
from zhizao.store.contract import Session

PERIODS_SHOWN = 5
"""How many of the latest periods a context is shown for."""


def reading(v: Value, moment: datetime) -> Reading:
    """A computed value as a reading, final where its period was over at a time."""
    assert v.value is not None, "only values are read"
    return Reading(
        indicator=v.indicator, series=v.series, scope=v.scope, entity=v.entity, period=v.period, value=v.value, unit=v.unit, kind="computed",
        final=v.period.end <= moment, publisher="zhizao", source=f"definition {v.definition}", basis="computed", origin=v.origin,
    )  # fmt: skip


def contexts(library: Library, pack: Pack, session: Session, moment: datetime, published: Sequence[Reading]) -> tuple[tuple[Context, ...], tuple[Reading, ...]]:
    """What a plan's pack puts beside its scorecard, with the readings of it: computed where there is a formula, else as published."""
    shown = tuple(c for c in library.contexts if c.pack == pack.id and _usable(library, c.indicator))
    return shown, tuple(r for c in shown for r in _of_context(library, session, moment, c, published))


def _of_context(library: Library, session: Session, moment: datetime, context: Context, published: Sequence[Reading]) -> Iterable[Reading]:
    indicator = library.indicators[context.indicator]
    if not indicator.is_computed:
        levels = [level for _, level in library.levels() if level.id == context.by]
        return [r for r in published if r.indicator == indicator.id and r.origin == "real" and any(level.holds(r.entity) for level in levels)]
    return _computed(library, session, moment, [indicator], by=[context.by], last=PERIODS_SHOWN)


def _computed(
    library: Library, session: Session, moment: datetime, indicators: Sequence[Indicator], of: Sequence[str] = (), by: Sequence[str] = (), last: int = 0
) -> list[Reading]:
    """The values of indicators over one record type, of the latest periods or of all."""
    from zhizao.measure.measure import Measurement
    from zhizao.node.latest import periods_with_facts

    known = Known(as_of=moment)
    periods = periods_with_facts(session, library.records[indicators[0].record], indicators[0], known)[-last:]
    if not periods:
        return []
    values = Measurement(library, session, known, moment).values([i.id for i in indicators], of=list(of), by=list(by), periods=periods)
    return [reading(v, moment) for v in values if v.value is not None and v.origin == "real"]


def rounded(library: Library, session: Session, moment: datetime, published: Sequence[Reading]) -> tuple[Rounded, ...]:
    """Every published figure the packs hold beside its interval, for every period in which all are known."""
    wanted = [r for r in library.roundings if all(_usable(library, name) for name in (r.figure, r.low, r.high))]
    return tuple(line for r in wanted for line in _enclosed(library, session, moment, r, published))


def _enclosed(library: Library, session: Session, moment: datetime, rounding: Rounding, published: Sequence[Reading]) -> Iterable[Rounded]:
    from zhizao.judge.reconcile import enclose

    figures = sorted((r for r in published if (r.indicator, r.entity) == (rounding.figure, rounding.entity)), key=lambda r: (r.period, r.series))
    names = (rounding.figure, rounding.low, rounding.high)
    computed = [r for name in names for r in _computed(library, session, moment, [library.indicators[name]], of=[rounding.entity])] if figures else []
    known = {(r.indicator, str(r.period)): r.value for r in computed}
    for figure in figures:
        values = [known.get((name, str(figure.period))) for name in names]
        recomputed, low, high = values
        if recomputed is not None and low is not None and high is not None:
            yield enclose(rounding, figure, recomputed, low, high)


def _usable(library: Library, name: str) -> bool:
    indicator = library.indicators.get(name)
    return indicator is not None and not blocking(library, indicator.place)


def beside(subject: str, value: Value) -> bool:
    """Whether a computed value may stand beside published ones: real, and of no other entity of the plan's own level."""
    return value.origin == "real" and (value.entity == subject or level_of(value.entity) != level_of(subject))
