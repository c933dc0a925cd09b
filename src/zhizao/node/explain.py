"""The answer to ``explain``: one value down to the facts it rests on."""

from __future__ import annotations

from zhizao.errors import InputError, NoAnswer
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.text import Text
from zhizao.model.value import Coverage, Explanation, FactRef, Known, Value
from zhizao.node import entities, names, question
from zhizao.node.assemble import Node, now
from zhizao.node.nothing import why_nothing
from zhizao.node.question import Question
from zhizao.node.usable import require_usable
from zhizao.store.contract import Session


def explain(node: Node, asked: Question) -> Explanation:
    """Why the value asked for is what it is.

    Raises:
        InputError: a name or period that does not exist, or several periods.
        NoAnswer: a published-only indicator without a figure for it.
    """
    indicator = names.indicator(node.library, asked.indicator)
    periods = question.periods(asked.period)
    if len(periods) > 1:
        cure = Text("只写一个期", "write one period")
        raise InputError(Text("一次只能说明一个期", "one period is explained at a time"), where="--period", cure=cure)
    known = question.known(asked.as_of, asked.stored_as_of)
    with node.store.session() as session:
        entity = entities.entity(node.library, session, asked.of[0], known)
        if indicator.is_computed and _has_facts(node, session, indicator, entity, periods[0], known):
            from zhizao.measure.explain import Explainer
            from zhizao.measure.measure import Measurement

            require_usable(node.library, indicator, node.library.records[indicator.record])
            return Explainer(Measurement(node.library, session, known, now()), node.store.find).explain(indicator.id, entity, periods[0])
        from zhizao.measure.published import readings

        published = readings(node.library, session, known)
        found = [r for r in published if indicator.id in (r.indicator, r.proxy_for) and (r.entity, r.period) == (entity, periods[0])]
    if not found:
        raise _no_answer(node, asked, indicator, entity)
    return _of_published(node, found)


def _has_facts(node: Node, session: Session, indicator: Indicator, entity: str, period: Period, known: Known) -> bool:
    """Whether there is a value to compute; where there is none, a published figure is what there is to explain."""
    from zhizao.measure.measure import Measurement

    record = node.library.records[indicator.record]
    if record.period != period.kind and indicator.period != period.kind:
        return False
    values = Measurement(node.library, session, known, now()).values([indicator.id], of=[entity], periods=[period])
    return any(v.value is not None or v.coverage.count for v in values)


def _no_answer(node: Node, asked: Question, indicator: Indicator, entity: str) -> NoAnswer:
    """Nothing is there to explain: why, and where to look."""
    why = indicator.because if not indicator.is_computed and indicator.because else why_nothing(node, asked)
    return NoAnswer(
        Text(
            f"{indicator.id} 在 {entity} {asked.period} 没有数可说明：{why.zh}",
            f"{indicator.id} has no figure to explain for {entity} in {asked.period}: {why.en}",
        ),
        cure=Text(f"用 zhizao measure {indicator.id} 查看已有的数", f"zhizao measure {indicator.id} shows the figures there are"),
    )


def _of_published(node: Node, found: list[Reading]) -> Explanation:
    """A published figure rests on itself: its facts are the rows that carry it."""
    from zhizao.model.expression import digest

    facts = tuple(_fact(node, reading) for reading in found)
    value, *rest = [_value(reading) for reading in found]
    return Explanation(value, "", (), tuple(rest), facts, len(facts), digest(*(f"{f.id} {f.fields}" for f in facts)))


def _value(r: Reading) -> Value:
    return Value(
        r.indicator, r.series, r.basis, r.scope, r.kind, r.origin, r.entity, r.period, r.value, r.unit, "ok", Coverage(), "", r.published_at
    )


def _fact(node: Node, r: Reading) -> FactRef:
    """The row that carries a reading, with its publisher and document beside its place in the file."""
    fields = (("series", r.series), ("value", f"{r.value:f}"), ("publisher", r.publisher), ("source", r.source))
    record, _, number = r.fact.partition(":")
    stored = next(iter(node.store.find(node.library.records[record], [int(number)])), None) if number else None
    return FactRef(r.fact, stored.source if stored else r.source, stored.place if stored else "", fields)
