"""Claims about the values of indicators: each with the states and the facts it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from zhizao.errors import InputError
from zhizao.measure.explain import Explainer
from zhizao.measure.measure import Measurement
from zhizao.model.bundle import Row
from zhizao.model.entity import CROSS, level_of
from zhizao.model.indicator import Indicator
from zhizao.model.library import Library
from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.text import Text
from zhizao.model.value import Known, Value
from zhizao.node import names, question
from zhizao.node.assemble import Node
from zhizao.node.measure import Resolved, answer, resolved
from zhizao.node.question import Question
from zhizao.show import json
from zhizao.store.contract import Session
from zhizao.store.frozen import FrozenStore


class ValueClaim:
    """The values of an indicator for some entities and periods, and the published readings beside them."""

    def records(self, library: Library, ask: Row) -> frozenset[str]:
        """See ``Kind``."""
        indicator = names.indicator(library, ask["indicator"])
        return frozenset(indicator.records) if indicator.is_computed else frozenset()

    def claim(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """See ``Kind``."""
        return self.answer(node, store, at, ask)

    def answer(self, node: Node, store: FrozenStore, at: datetime, ask: Row) -> list[Row]:
        """See ``Kind``."""
        asked = _resolved(node.library, ask)
        with store.session() as session:
            found = answer(node.library, session, asked, at)
            explainer = Explainer(Measurement(node.library, session, asked.known, at), store.find)
            return [_row(explainer, value) for value in found]


VALUE = ValueClaim()


def _row(explainer: Explainer, value: Value | Reading) -> Row:
    row = json.measure([value])[0]
    if isinstance(value, Reading) or value.status != "ok" or CROSS in value.entity:
        return row
    ground = explainer.ground(value)
    return row | {"states": dict(ground.states), "facts": ground.facts, "digest": ground.digest}


def _resolved(library: Library, ask: Row) -> Resolved:
    known = Known(as_of=datetime.fromisoformat(ask["as_of"])) if ask["as_of"] else Known()
    return Resolved(names.indicator(library, ask["indicator"]), known, list(ask["by"]), list(ask["of"]), [Period.parse(p) for p in ask["periods"]])


def asked_in(library: Library, session: Session, text: str, as_of: str, at: datetime) -> Row:
    """What ``INDICATOR[:ENTITY[:PERIOD]]`` asks for; the nation and the latest period where nothing is said.

    Raises:
        InputError: a name or period that does not exist, or nothing is known of the indicator.
    """
    indicator, _, rest = text.partition(":")
    entity, period = next(_taken_apart(rest))
    asked = resolved(library, session, Question(indicator, of=(entity,) if entity else (), period=period, as_of=as_of))
    periods = asked.periods or _latest(library, session, asked.indicator, asked.known, at)
    if not periods:
        raise InputError(Text(f"{text} 没有任何值", f"there is no value of {text}"), where="--values", cure=Text("写明期，或先导入数据", "name a period, or import facts first"))
    return {
        "indicator": asked.indicator.id, "by": asked.by, "of": asked.of, "periods": [str(p) for p in periods],
        "as_of": asked.known.as_of.isoformat() if asked.known.as_of else "",
    }  # fmt: skip


def _taken_apart(rest: str) -> Iterator[tuple[str, str]]:
    """Entity and period: what stands last is the period where it can be one."""
    before, _, last = rest.rpartition(":")
    try:
        question.periods(last)
        yield before, last
    except InputError:
        yield rest, ""


def _latest(library: Library, session: Session, indicator: Indicator, known: Known, at: datetime) -> list[Period]:
    """The latest period with facts, or else with a published figure."""
    from zhizao.measure.published import readings
    from zhizao.node.latest import latest_period

    latest = latest_period(library, session, indicator, known, at) if indicator.is_computed else None
    published = [r.period for r in readings(library, session, known) if r.indicator == indicator.id and level_of(r.entity) == "nation"]
    return [latest] if latest else sorted(published, key=lambda p: p.end)[-1:]
