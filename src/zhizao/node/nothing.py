"""A question without values: wrong where it asks for a time before anything known, else answered by what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zhizao.errors import InputError
from zhizao.model.entity import level_of
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.model.value import Known
from zhizao.node import entities, names, question
from zhizao.node.assemble import Node
from zhizao.node.question import Question
from zhizao.store.contract import Session

LISTED = 6
"""Periods that a remark lists at most."""


def require_known_time(library: Library, session: Session, indicator: Indicator, periods: Sequence[Period]) -> None:
    """Refuse periods that end before the first fact and the first published figure of an indicator.

    A later period without facts is a sound question, whose answer is still to come; one of which nothing is known at all, too.

    Raises:
        InputError: names the first period there is.
    """
    known = known_periods(library, session, indicator)
    first = min(known, key=lambda p: (p.first_day, p.end), default=None)
    if first and periods and all(p.last_day < first.first_day for p in periods):
        shown = str(periods[0]) if len(periods) == 1 else f"{periods[0]}..{periods[-1]}"
        cure = Text(f"最早的期是 {first}", f"the first period there is: {first}")
        raise InputError(
            Text(f"{indicator.id} 在 {shown} 没有任何事实或公布数", f"no fact and no published figure of {indicator.id} is as old as {shown}"),
            where="--period",
            cure=cure,
        )


def why_nothing(node: Node, asked: Question) -> Text:
    """Why a sound question has what is missing, and how it would come in."""
    library, indicator = node.library, names.indicator(node.library, asked.indicator)
    with node.store.session() as session:
        known = known_periods(library, session, indicator)
        record = library.records.get(indicator.record) if indicator.is_computed else None
        if record and not _periods_of(library, session, record):
            return _no_facts(indicator, record)
        of = tuple(entities.entity(library, session, text, question.known(asked.as_of, asked.stored_as_of)) for text in asked.of)
        if not known:
            return Text(
                f"{indicator.id} 没有已入库的公布数；请导入：zhizao import published_figure FILE",
                f"no published figure of {indicator.id} is stored; import it with: zhizao import published_figure FILE",
            )
    return _elsewhere(replace(asked, of=of), record, known)


def _no_facts(indicator: Indicator, record: RecordType) -> Text:
    return Text(
        f"{indicator.id} 由 {record.id} 计算，而库中没有现行有效的这类事实；请导入：zhizao import {record.id} FILE",
        f"{indicator.id} is computed from {record.id}, and no facts of that type hold now; "
        f"import them with: zhizao import {record.id} FILE",
    )


def _elsewhere(asked: Question, record: RecordType | None, known: Sequence[Period]) -> Text:
    """There are facts, but none where or when it was asked for."""
    wanted = question.periods(asked.period) if asked.period else []
    listed = _listed(known)
    if wanted and not any(k.lies_in(p) for k in known for p in wanted):
        return Text(f"所问的期没有事实；已有：{listed}", f"there is nothing for that period; there is: {listed}")
    if asked.as_of or asked.stored_as_of:
        return Text(f"当时一无所知；现有：{listed}", f"nothing was known then; there is now: {listed}")
    place = " ".join([*(f"--of {e}" for e in asked.of), *([f"--by {asked.by}"] if asked.by else []), *([f"--series {asked.series}"] if asked.series else [])])
    if record is None:
        return Text(f"{place} 没有公布数", f"no figure is published for {place}")
    if asked.of and not asked.by and all(level_of(e) == record.level for e in asked.of):
        return _none_holds(asked, record, place)
    about = record.level or record.entity
    return Text(
        f"{record.id} 的事实以 {about} 为对象，现行有效的没有属于 {place} 的；归属用 zhizao import membership FILE 导入",
        f"the facts of {record.id} are about {about}, and none that holds belongs to {place}; "
        f"memberships come in with: zhizao import membership FILE",
    )


def _none_holds(asked: Question, record: RecordType, place: str) -> Text:
    """The facts would be about the very entity that is asked for, so no membership is missing."""
    place += f" --period {asked.period}" if asked.period else ""
    return Text(
        f"{place} 没有现行有效的 {record.id} 事实：从未导入，或已撤回（撤回前的内容用 --stored-as-of 查看）",
        f"no fact of {record.id} holds for {place}: none came in, or all were withdrawn (--stored-as-of shows what was held before)",
    )


def known_periods(library: Library, session: Session, indicator: Indicator) -> list[Period]:
    """Every period of which a fact or a published figure of an indicator is known now, earliest first."""
    from zhizao.measure.published import readings

    found = {r.period for r in readings(library, session) if indicator.id in (r.indicator, r.proxy_for)}
    if indicator.is_computed:
        found |= set(_periods_of(library, session, library.records[indicator.record]))
    return sorted(found)


def _periods_of(library: Library, session: Session, record: RecordType) -> list[Period]:
    """The periods, as they were reported, that hold a fact of a type."""
    from zhizao.measure.placed import labels
    from zhizao.measure.placement import Placement

    return [Period.parse(p) for p in labels(session, Placement(library, session, Known()), record, record.period)]


def _listed(known: Sequence[Period]) -> str:
    shown = [str(p) for p in known]
    return ", ".join(shown if len(shown) <= LISTED else [*shown[:2], "…", *shown[-3:]])
