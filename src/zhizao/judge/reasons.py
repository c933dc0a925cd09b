"""Why a reading did not decide a verdict, in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from zhizao.judge.candidates import Candidate, in_plan, is_after, is_average, is_of_target_period, recency
from zhizao.judge.conclusion import bound_of, conclusion
from zhizao.model.series import Reading
from zhizao.model.target import Target
from zhizao.model.text import Text


def reason(target: Target, reading: Reading, known: Sequence[Reading], field: Sequence[Candidate], decider: Candidate | None) -> Text:
    """The first reason that keeps a reading from deciding.

    Args:
        known: all readings about the target, the reading among them.
        field: the series that were asked, in their order.
        decider: the one that decided, None where nothing did.
    """
    if reading.kind == "base":
        return _base(reading, known)
    if is_after(target, reading):
        return Text(f"{reading.period} 在目标期 {target.year} 之后", f"its period {reading.period} ends after the target's, {target.year}")
    if target.form == "average_growth" and not is_average(target, reading):
        return Text(
            f"不是平均值；目标是截至 {target.year} 年的 {target.window} 年平均",
            f"no average of these years; the target is the average of the {target.window} years to {target.year}",
        )
    asked = next((c for c in field if c.latest is reading), None)
    return _of_candidate(target, asked, field, decider) if asked else _superseded(target, reading, field)


def number(value: Decimal) -> str:
    """A figure without the zeros its storage adds.

    Example:
        >>> number(Decimal("85.600000")), number(Decimal(40))
        ('85.6', '40')
    """
    return f"{value.normalize():f}"


def _base(reading: Reading, known: Sequence[Reading]) -> Text:
    later = next((r for r in known if r.kind != "base" and r.period == reading.period and r.signed != reading.signed), None)
    zh, en = "计划列出的基期数，不作评判依据", "a base value printed in the plan: it judges nothing"
    if later is None:
        return Text(zh, en)
    return Text(f"{zh}；{later.series} 对同期给出 {number(later.value)}", f"{en}; {later.series} gives {number(later.value)} for the same period")


def _superseded(target: Target, reading: Reading, field: Sequence[Candidate]) -> Text:
    latest = next(c.latest for c in reversed(field) if c.latest.series == reading.series)
    if recency(target, latest) <= recency(target, reading):
        return _second_tier(target, reading)
    found = f"{latest.period}：{number(latest.value)}", f"{latest.period}: {number(latest.value)}"
    if latest.period.last_day > reading.period.last_day:
        return Text(f"同一序列有更晚的读数（{found[0]}），以最晚的为准", f"its series has a later reading ({found[1]}), and the latest one counts")
    if latest.period == reading.period:
        return Text(f"同一时期另有更晚公布的数（{found[0]}），以其为准", f"a figure published later for the same period ({found[1]}) replaces it")
    return Text(
        f"同日截止的读数中，以整个时期的为准（{found[0]}）", f"of readings that end on the same day the one of the whole period ({found[1]}) counts"
    )


def _second_tier(target: Target, reading: Reading) -> Text:
    what = _kind(target, reading)
    return Text(f"{what.zh}，先看计划口径的实际数", f"{what.en}: actual figures of the plan's own scope are asked first")


def _kind(target: Target, reading: Reading) -> Text:
    if reading.indicator != target.indicator or reading.kind == "proxy":
        return Text("替代指标", "a proxy")
    if reading.kind == "derived":
        return Text("推算数", "a derived figure")
    if reading.kind == "computed":
        return Text("由所存事实算出的数", "computed from the facts held here")
    return Text(f"口径不同（{reading.scope}）", f"of another scope ({reading.scope})")


def _of_candidate(target: Target, asked: Candidate, field: Sequence[Candidate], decider: Candidate | None) -> Text:
    reading = asked.latest
    decided = decider is not None and conclusion(target, decider.latest) is not None
    if decider and decided and field.index(asked) > field.index(decider):
        return _outranked(target, reading, decider)
    if target.form == "average_growth" and not is_of_target_period(target, reading):
        return Text(
            f"只到 {reading.period}，不是全部 {target.window} 年", f"it runs to {reading.period} only, not over all {target.window} years"
        )
    if bound_of(reading):
        return _bounded(target, reading)
    return _short(target, reading)


def _outranked(target: Target, reading: Reading, decider: Candidate) -> Text:
    chosen = decider.latest
    if decider.tier == 1 and not in_plan(target, reading):
        what = _kind(target, reading)
        return Text(
            f"{what.zh}；{chosen.series} 是计划口径的实际数，已作判定",
            f"{what.en}; {chosen.series} holds an actual figure of the plan's own scope and decided",
        )
    zh, en = f"按指标包的次序，{chosen.series} 在前，已作判定", f"{chosen.series} comes first in the pack's order and decided"
    said = conclusion(target, reading)
    if said is None or said == conclusion(target, chosen):
        return Text(zh, en)
    return Text(f"{zh}；本序列结论相反", f"{en}; this series says the opposite")


def _bounded(target: Target, reading: Reading) -> Text:
    side = Text("下限", "a lower bound") if bound_of(reading) == "lower" else Text("上限", "an upper bound")
    if target.reached_by(reading.signed):
        return Text(
            f"只知道{side.zh}：真值可能未达到目标 {number(target.used)}", f"only {side.en} is known: the true value may fall short of {number(target.used)}"
        )
    return Text(
        f"只知道{side.zh}，未达到目标 {number(target.used)}：界不能证明未完成",
        f"only {side.en} is known, short of the target of {number(target.used)}: a bound never shows a miss",
    )


def _short(target: Target, reading: Reading) -> Text:
    if is_of_target_period(target, reading):
        return Text(
            f"未达到目标 {number(target.used)}，但不是 {target.year} 年的最终数",
            f"short of the target of {number(target.used)}, but not the final figure of {target.year}",
        )
    return Text(
        f"未达到目标 {number(target.used)}，但属于 {reading.period}，不是 {target.year} 年全年的数",
        f"short of the target of {number(target.used)}, but of {reading.period}, not of the whole of {target.year}",
    )
