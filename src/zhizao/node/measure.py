"""The answer to ``measure``: computed values and, beside them, the published series."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhizao.errors import UnfitPeriod, UnknownName
from zhizao.model.entity import level_of
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.text import Text
from zhizao.model.value import Known, Value
from zhizao.node import entities, names, question
from zhizao.node.assemble import Node, now
from zhizao.node.nothing import require_known_time
from zhizao.node.question import Question
from zhizao.node.simpson import flagged
from zhizao.node.usable import require_usable
from zhizao.store.contract import Session

TOP = "nation"
"""The level whose published figures are listed where none is asked for."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question whose names are ids: it can be asked again elsewhere, word for word."""

    indicator: Indicator
    known: Known
    by: list[str]
    of: list[str]
    periods: list[Period]
    series: str = ""


def measure(node: Node, asked: Question) -> list[Value | Reading]:
    """The values asked for, computed ones first, then each published series.

    Raises:
        InputError: a name, period or time that does not exist; content with a blocking finding.
    """
    with node.store.session() as session:
        found = resolved(node.library, session, asked)
        require_known_time(node.library, session, found.indicator, found.periods)
        return answer(node.library, session, found, now())


def resolved(library: Library, session: Session, asked: Question) -> Resolved:
    """What a person asks for, by the names the library and the facts know.

    Raises:
        InputError: a name, period or time that does not exist.
    """
    indicator = names.indicator(library, asked.indicator)
    question.require_definition(indicator, asked.definition)
    known = question.known(asked.as_of, asked.stored_as_of)
    of = [entities.entity(library, session, text, known) for text in asked.of]
    periods = question.periods(asked.period) if asked.period else []
    return Resolved(indicator, known, names.levels(library, asked.by), of, periods, asked.series)


def answer(library: Library, session: Session, asked: Resolved, at: datetime) -> list[Value | Reading]:
    """The values of a resolved question at an instant.

    Raises:
        InputError: content with a blocking finding, periods that do not fit, no such series.
    """
    published = _published(library, session, asked, at)
    try:
        computed = _computed(library, session, asked, at)
    except UnfitPeriod:
        # What is published for a kind of period that facts do not add up to is an answer, too.
        if not published:
            raise
        computed = []
    return _of_series(library, session, asked.indicator, [*computed, *published], asked.series)


def _computed(library: Library, session: Session, asked: Resolved, at: datetime) -> list[Value]:
    indicator, known = asked.indicator, asked.known
    if not indicator.is_computed:
        return []
    from zhizao.measure.measure import Measurement
    from zhizao.node.latest import latest_period

    require_usable(library, indicator, *(library.records[name] for name in indicator.records))
    latest = None if asked.periods else latest_period(library, session, indicator, known, at)
    periods = asked.periods or ([latest] if latest else [])
    if not periods:
        return []
    values = Measurement(library, session, known, at).values([indicator.id], by=asked.by, of=asked.of, periods=periods)
    return values if asked.by else flagged(library, session, known, at, values)


def _published(library: Library, session: Session, asked: Resolved, at: datetime) -> list[Reading]:
    from zhizao.measure.published import readings

    of, periods = asked.of, asked.periods
    levels = asked.by or ([] if of else [TOP])
    found = [
        r
        for r in readings(library, session, asked.known if asked.known != Known() else Known(as_of=at))
        if r.indicator == asked.indicator.id
        and (r.entity in of or (not of and level_of(r.entity) in levels))
        and (not periods or any(r.period.lies_in(p) for p in periods))
    ]
    return sorted(found if periods else _latest_of_each(found), key=lambda r: (r.series, r.entity, r.period))


def _latest_of_each(found: Iterable[Reading]) -> list[Reading]:
    latest: dict[tuple[str, str], Reading] = {}
    for reading in sorted(found, key=lambda r: r.period):
        latest[reading.series, reading.entity] = reading
    return list(latest.values())


def _of_series(
    library: Library, session: Session, indicator: Indicator, found: Sequence[Value | Reading], series: str
) -> list[Value | Reading]:
    """The values of the series asked for, of all where none is.

    Raises:
        UnknownName: the indicator has no such series, whatever the time and place.
    """
    from zhizao.measure.published import readings

    if not series:
        return list(found)
    known = {r.series for r in readings(library, session) if r.indicator == indicator.id} | {v.series for v in found}
    known |= {f"{indicator.id}.computed"} if indicator.is_computed else set()
    # A narrow table shows a series without its indicator, so it may be asked for so.
    wanted = series if series in known else f"{indicator.id}.{series}"
    if wanted not in known:
        raise UnknownName(Text("序列", "series"), series, known, where="--series")
    return [v for v in found if v.series == wanted]
