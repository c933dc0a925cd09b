"""Why a reading did not decide a verdict, in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from zhizao.judge.candidates import Candidate, in_plan, is_after, is_average, is_of_target_period, recency
from zhizao.judge.conclusion import bound_of, conclusion, speaks
from zhizao.model.series import Reading
from zhizao.model.spoken import spoken
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
        return Text(f"{spoken(reading.period).zh}在目标期 {target.year} 之后", f"its period {reading.period} ends after the target's, {target.year}")
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
    found = f"{spoken(latest.period).zh}：{number(latest.value)}", f"{latest.period}: {number(latest.value)}"
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
            f"只到 {spoken(reading.period).zh}，不是全部 {target.window} 年", f"it runs to {reading.period} only, not over all {target.window} years"
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
    """Why a bound decides nothing: it says too little of its own period, or says enough but of another one, or would show a miss."""
    side = Text("下限", "a lower bound") if bound_of(reading) == "lower" else Text("上限", "an upper bound")
    only, used = Text(f"只知道{side.zh}", f"only {side.en} is known"), number(target.used)
    reached = target.reached_by(reading.signed)
    if not speaks(target, reading, reached):
        return _open_side(target, only, reached)
    if not is_of_target_period(target, reading):
        return _of_another_period(target, reading, side)
    return Text(
        f"{only.zh}，未达到目标 {used}；按判定规则，未达标只由确数判定",
        f"{only.en}, short of the target of {used}; by the rule of verdicts only an exact figure shows a miss",
    )


def _open_side(target: Target, only: Text, reached: bool) -> Text:
    """The true value may lie on the other side of the target than its bound."""
    used = number(target.used)
    if reached:
        return Text(f"{only.zh}：真值可能未达到目标 {used}", f"{only.en}: the true value may fall short of the target of {used}")
    return Text(f"{only.zh}，未达到目标 {used}：真值仍可能达到", f"{only.en}, short of the target of {used}: the true value may still reach it")


def _of_another_period(target: Target, reading: Reading, side: Text) -> Text:
    period, used = spoken(reading.period), number(target.used)
    return Text(
        f"{side.zh} {number(reading.signed)} 说明 {period.zh}未达到目标 {used}，但那不是 {target.year} 年全年的数",
        f"{side.en} of {number(reading.signed)} shows {period.en} short of the target of {used}, but that is not the whole of {target.year}",
    )


def _short(target: Target, reading: Reading) -> Text:
    if is_of_target_period(target, reading):
        return Text(
            f"未达到目标 {number(target.used)}，但不是 {target.year} 年的最终数",
            f"short of the target of {number(target.used)}, but not the final figure of {target.year}",
        )
    period = spoken(reading.period)
    return Text(
        f"未达到目标 {number(target.used)}，但属于 {period.zh}，不是 {target.year} 年全年的数",
        f"short of the target of {number(target.used)}, but of {period.en}, not of the whole of {target.year}",
    )
