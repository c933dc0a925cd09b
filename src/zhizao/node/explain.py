"""The answer to ``explain``: one value down to the facts it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from zhizao.errors import InputError, NoAnswer, UnfitPeriod
from zhizao.model.indicator import Indicator
from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.text import Text
from zhizao.model.value import Explanation, FactRef, Known
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
        published = _published(node, session, indicator, entity, periods[0], known)
        if indicator.is_computed and _has_facts(node, session, indicator, entity, periods[0], known):
            from zhizao.measure.explain import Explainer
            from zhizao.measure.measure import Measurement

            require_usable(node.library, indicator, *(node.library.records[name] for name in indicator.records))
            explainer = Explainer(Measurement(node.library, session, known, now()), node.store.find)
            return replace(explainer.explain(indicator.id, entity, periods[0]), others=tuple(published))
    if not published:
        raise _no_answer(node, asked, indicator, entity)
    return _of_published(node, published)


def _published(node: Node, session: Session, indicator: Indicator, entity: str, period: Period, known: Known) -> list[Reading]:
    """The readings for an entity that lie in a period, the one that speaks for it first."""
    from zhizao.measure.published import readings

    found = readings(node.library, session, known if known != Known() else Known(as_of=now()))
    about = (r for r in found if r.entity == entity and indicator.id in (r.indicator, r.proxy_for) and r.period.lies_in(period))
    return _ordered(about, indicator.id, period, node.library.series_order.get(indicator.id, ()))


def _ordered(found: Iterable[Reading], indicator: str, period: Period, order: Sequence[str]) -> list[Reading]:
    """Readings as a verdict asks them: actual ones of the plan's scope, then others, base values last, each in the pack's order of series.

    Of the asked period itself first; of one series the latest first.
    """
    from zhizao.judge.candidates import PLAN_SCOPE, in_order

    latest_first = sorted(found, key=lambda r: r.period, reverse=True)
    rank = {series: i for i, series in enumerate(in_order({r.series for r in latest_first}, order))}

    def place(r: Reading) -> tuple[bool, bool, bool, int]:
        in_plan = (r.kind, r.scope, r.indicator) == ("actual", PLAN_SCOPE, indicator)
        return (r.period != period, r.kind == "base", not in_plan, rank[r.series])

    return sorted(latest_first, key=place)


def _has_facts(node: Node, session: Session, indicator: Indicator, entity: str, period: Period, known: Known) -> bool:
    """Whether there is a value to compute; where there is none, a published figure is what there is to explain."""
    from zhizao.measure.measure import Measurement

    try:
        values = Measurement(node.library, session, known, now()).values([indicator.id], of=[entity], periods=[period])
    except UnfitPeriod:
        return False
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
    """A published figure rests on itself: on the row that carries it. The readings behind the first stand beside it."""
    from zhizao.model.expression import digest

    reading, *others = found
    fact = _fact(node, reading)
    return Explanation(reading, "", (), (), (fact,), 1, digest(f"{fact.id} {fact.fields}"), tuple(others))


def _fact(node: Node, r: Reading) -> FactRef:
    """The row that carries a reading, with its publisher and document beside its place in the file."""
    fields = (("series", r.series), ("value", f"{r.value:f}"), ("bound", r.bound), ("publisher", r.publisher), ("source", r.source))
    record, _, number = r.fact.partition(":")
    stored = next(iter(node.store.find(node.library.records[record], [int(number)])), None) if number else None
    return FactRef(r.fact, stored.source if stored else r.source, stored.place if stored else "", tuple((name, text) for name, text in fields if text))
