"""A remark on entities with facts that no total of an answer holds, because they belong nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from zhizao.model.entity import CROSS, level_of
from zhizao.model.period import Period
from zhizao.model.series import Reading
from zhizao.model.text import Text
from zhizao.model.value import Value
from zhizao.node import names, question
from zhizao.node.assemble import Node, now
from zhizao.node.question import Question


def left_out(node: Node, asked: Question, found: Sequence[Value | Reading]) -> Text | None:
    """How many entities are in no total of an answer; None where all are, or where it has no totals."""
    computed = [v for v in found if isinstance(v, Value)]
    if not computed or asked.of:
        return None
    from zhizao.measure.measure import Measurement
    from zhizao.measure.unplaced import unplaced

    indicator = names.indicator(node.library, asked.indicator)
    record = node.library.records[indicator.record]
    levels = names.levels(node.library, asked.by) or sorted({level_of(v.entity) for v in computed if CROSS not in v.entity})
    periods: list[Period] = sorted({v.period for v in computed})
    known = question.known(asked.as_of, asked.stored_as_of)
    with node.store.session() as session:
        measurement = Measurement(node.library, session, known, now())
        most = max((unplaced(measurement, indicator, level, periods) for level in levels if level != record.level), default=0)
    if not most:
        return None
    cure = "zhizao import membership FILE"
    return Text(
        f"另有 {most} 个对象有 {record.id} 的数据而没有归属，未计入上表；可用 {cure} 补上",
        f"{most} more with facts of {record.id} belong nowhere and are in none of these totals; {cure} gives them a place",
    )
