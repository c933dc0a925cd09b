"""Effects for a reader: verdict, estimates side by side, a small chart, the account of the whole; and the same as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import floor, log10
from typing import TYPE_CHECKING, Any

from zhizao.model.effect import Confirmation, Doubt, Effect, EffectVerdict, Estimate, Foresight, Moment, Reconciliation, Setting
from zhizao.model.text import Lang, Text, same
from zhizao.show.figures import chance, plain, signed
from zhizao.show.json import exact
from zhizao.show.scorecard import STYLES
from zhizao.show.words import Mark, unit_words

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table

VERDICTS: Mapping[EffectVerdict, Mark] = {
    "moved": Mark("✓", Text("有效：指标向好变动", "moved: the figure moved the wanted way"), "good"),
    "moved_back": Mark("✗", Text("适得其反：指标向坏变动", "moved back: the figure moved the wrong way"), "bad"),
    "no_effect": Mark("○", Text("无效：即使有效果，也小于值得争取的大小", "no effect: whatever there is, is smaller than worth having"), "poor"),
    "cannot_tell": Mark("?", Text("无法判断", "cannot tell"), "open"),
}
METHODS: Mapping[str, Text] = {
    "difference_in_differences": Text("双重差分", "difference in differences"),
    "permutation": Text("置换检验", "permutation test"),
    "synthetic_control": Text("合成控制", "synthetic control"),
    "before_after": Text("前后比较", "before and after"),
}
DOUBTS: Mapping[Doubt, Text] = {
    "few_units": Text("可比对象太少", "too few units to compare with"),
    "few_periods": Text("期数太少", "too few periods"),
    "pre_trends": Text("此前走势已不同，效果可能只是走势的延续", "trends differed before: what looks like an effect may be the trend going on"),
    "coverage": Text("开始以后缺数明显增多", "many more values are missing since it began"),
    "methods_disagree": Text("另一方法确信相反的效果", "another method is sure of the opposite"),
    "no_comparison": Text("未与其他对象比较：同时发生的其他事情也会算作效果", "compared with nobody: whatever else happened then counts as effect"),
    "shared": Text("同一对象还有其他措施，效果是它们合起来的", "other actions touched the same unit: the effect is of all of them"),
    "setting_unseen": Text("设备信号中看不到设定值", "the machine's own signal does not show the setting"),
    "setting_differs": Text("设备信号中的设定值与所写不同", "the machine's own signal shows another setting than was written"),
    "still_running": Text("措施尚未完成", "the action is not done yet"),
}
CONFIRMED: Mapping[Confirmation, Text] = {
    "confirmed": Text("信号证实", "confirmed by the signal"),
    "differs": Text("与所写不同", "differs from what was written"),
    "unseen": Text("未见信号", "no signal"),
}
WORTH: Mapping[str, Text] = {
    "advance": Text("事前陈述的最小可辨效果", "smallest detectable effect, stated in advance"),
    "now": Text("最小可辨效果（事后）", "smallest detectable effect (found afterwards)"),
}
SPARKS = "▁▂▃▄▅▆▇█"
SHOWN = 12
"""Units and shares that are listed; the rest is counted."""


# ── plain data ──────────────────────────────────────────────────────────────────────────────────────────────────────


def data(e: Effect) -> dict[str, Any]:
    """An effect as data: the verdict, every estimate, the path, and the account of the whole."""
    found: dict[str, Any] = {name: getattr(e, name) for name in ("action", "indicator", "unit", "verdict", "method", "level", "worth", "worth_from", "expected")}
    found |= {"entities": [*e.entities], "began": e.began.isoformat(), "before": _span(e.before), "after": _span(e.after), "doubts": [*e.doubts]}
    found |= {"trend_p": e.trend, "comparison": [*e.comparison], "estimates": [_estimate(x) for x in e.estimates]}
    found |= {"path": [_moment(m) for m in e.path], "settings": [_setting(s) for s in e.settings]}
    return found | {"reconciliation": _account(e.reconciliation) if e.reconciliation else None}


def foresight_data(f: Foresight) -> dict[str, Any]:
    """What was stated in advance, as data."""
    found: dict[str, Any] = {name: getattr(f, name) for name in ("action", "indicator", "unit", "method", "level", "periods_after", "expected", "detectable")}
    found |= {"entities": [*f.entities], "before": _span(f.before), "comparison": [*f.comparison]}
    return found | {"estimates": [{"method": e.method, "detectable": e.detectable} for e in f.estimates]}


def _span(periods: Sequence[object]) -> list[str]:
    return [str(p) for p in periods]


def _estimate(e: Estimate) -> dict[str, Any]:
    if e.value is None:
        return {"method": e.method, "value": None, "why_none": e.why_none.en if e.why_none else ""}
    found: dict[str, Any] = {name: getattr(e, name) for name in ("method", "value", "low", "high", "df", "detectable", "p_space", "p_time")}
    return found | {"placebos_in_space": [*e.in_space], "placebos_in_time": [*e.in_time]}


def _moment(m: Moment) -> dict[str, Any]:
    return {"period": str(m.period), "treated": m.treated, "without": m.without, "low": m.low, "high": m.high, "after": m.after}


def _setting(s: Setting) -> dict[str, Any]:
    return {name: getattr(s, name) for name in ("machine", "quantity", "wanted", "before", "since", "state")} | {"at": s.at.isoformat() if s.at else None}


def _account(r: Reconciliation) -> dict[str, Any]:
    shares = [
        {"actions": [*s.actions], "entity": s.entity, "verdict": s.verdict, "amount": exact(s.amount), "low": exact(s.low), "high": exact(s.high)} for s in r.shares
    ]
    found = {name: exact(getattr(r, name)) for name in ("before", "after", "change", "explained", "low", "high", "rest")}
    return {"entity": r.entity, **found, "shares": shares}


# ── for a terminal ──────────────────────────────────────────────────────────────────────────────────────────────────


def effect(e: Effect, lang: Lang) -> RenderableType:
    """An effect for a terminal: the verdict first, then what it rests on."""
    from rich.console import Group

    return Group(*_head(e, lang), "", _estimates(e, lang), *_silent(e, lang), *_notes(e, lang), "", *_path(e, lang), *(_whole(e, e.reconciliation, lang) if e.reconciliation else ()))


def foresight(f: Foresight, lang: Lang) -> Group:
    """What could be told of an action that has not begun."""
    from rich.console import Group
    from rich.markup import escape

    unit = unit_words(f.unit).in_(lang).strip()
    size = Text(
        f"运行 {f.periods_after} 期后，最小可辨效果 {plain(f.detectable, f.decimals)} {unit}",
        f"after {f.periods_after} periods an effect of {plain(f.detectable, f.decimals)} {unit} could be told from nothing",
    )
    none = Text("数据不足，届时什么也看不出", "too little data: nothing could be told")
    lines = [f"[bold]{escape(f.action)}[/] {escape(f.indicator)}", (size if f.detectable is not None else none).in_(lang)]
    if f.expected is not None and f.detectable is not None:
        enough = abs(f.expected) >= f.detectable
        told = Text("足以看出", "large enough to be told") if enough else Text("小于可辨：多半看不出", "smaller than that: most likely it will not be told")
        lines.append(Text(f"预期 {signed(f.expected, f.decimals)} {unit}，{told.zh}", f"expected {signed(f.expected, f.decimals)} {unit}: {told.en}").in_(lang))
    lines.append(Text(f"可比对象 {len(f.comparison)} 个", f"{len(f.comparison)} units to compare with").in_(lang))
    table = _table(lang, ("方法", "method"), ("最小可辨效果", "detectable", "right"))
    for x in f.estimates:
        table.add_row(_method(x.method, f.method, lang), plain(x.detectable, f.decimals))
    return Group(*lines, "", table)


def _head(e: Effect, lang: Lang) -> Iterator[Any]:
    from rich.markup import escape

    mark, unit, own = VERDICTS[e.verdict], unit_words(e.unit).in_(lang).strip(), e.estimate
    yield f"[bold]{escape(e.action)}[/] {escape(e.indicator)} · {escape(_listed(e.entities, lang))}"
    yield f"[{STYLES[mark.tone]}]{mark.label.in_(lang)}[/]"
    if own.value is not None:
        stated = Text(f"（{e.level:.0%} 区间 {_between(own, e)}）", f" ({e.level:.0%} interval {_between(own, e)})")
        yield Text(f"效果 {fixed(own.value, places(e))} {unit}{stated.zh}", f"effect {fixed(own.value, places(e))} {unit}{stated.en}").in_(lang)
    if e.worth is not None and e.worth_from:
        yield f"{WORTH[e.worth_from].in_(lang)}{Text('：', ': ').in_(lang)}{plain(e.worth, places(e))} {unit}"
    if e.expected is not None:
        yield Text(f"预期：{signed(e.expected, e.decimals)} {unit}", f"expected: {signed(e.expected, e.decimals)} {unit}").in_(lang)
    yield Text(
        f"此前 {e.before[0]}..{e.before[1]}，此后 {e.after[0]}..{e.after[1]}，可比对象 {len(e.comparison)} 个",
        f"before {e.before[0]}..{e.before[1]}, after {e.after[0]}..{e.after[1]}, {len(e.comparison)} units to compare with",
    ).in_(lang)


def _between(x: Estimate, e: Effect) -> str:
    return f"{fixed(x.low, places(e))} … {fixed(x.high, places(e))}"


def fixed(value: float | Decimal | None, decimals: int) -> str:
    """A difference with its sign and all its decimals, so that a column stands straight.

    Example:
        >>> fixed(-2.0, 2), fixed(0.004, 2), fixed(None, 1)
        ('−2.00', '+0.00', '–')
    """
    return "–" if value is None else f"{value:+.{decimals}f}".replace("-", "−")


def places(e: Effect) -> int:
    """How many decimals of an effect are worth reading: two digits of what is unsure of it, never more than the indicator has."""
    own = e.estimate
    half = (own.high - own.low) / 2 if own.high is not None and own.low is not None else 0.0
    return min(e.decimals, max(1 - floor(log10(half)), 0)) if half > 0 else e.decimals


def _estimates(e: Effect, lang: Lang) -> Table:
    table = _table(lang, ("方法", "method"), ("效果", "effect", "right"), ("区间", "interval", "right"), ("可辨", "detectable", "right"),
                   ("安慰剂 p（他处/他时）", "placebo p*", "right"), gap=1)  # fmt: skip
    for x in e.estimates:
        if x.value is None:
            table.add_row(_method(x.method, e.method, lang), "–", "–", "–", "–")
        else:
            told = (fixed(x.value, places(e)), _between(x, e), plain(x.detectable, places(e)), f"{chance(x.p_space)} / {chance(x.p_time)}")
            table.add_row(_method(x.method, e.method, lang), *told)
    return table


def _silent(e: Effect, lang: Lang) -> Iterator[str]:
    """Why methods have nothing to say, and what the last column of the others means."""
    for x in e.estimates:
        if x.value is None and x.why_none:
            yield f"[dim]{METHODS.get(x.method, same(x.method)).in_(lang)}{Text('：', ': ').in_(lang)}{x.why_none.in_(lang)}[/]"
    how = Text("安慰剂：未受影响的对象、以前的时间里，有多常见到同样大的“效果”", "* how often as large an effect is seen elsewhere / at earlier times, where nothing was done")
    yield f"[dim]{how.in_(lang)}[/]"


def _method(name: str, chosen: str, lang: Lang) -> str:
    return f"{'→ ' if name == chosen else '  '}{METHODS.get(name, same(name)).in_(lang)}"


def _notes(e: Effect, lang: Lang) -> Iterator[str]:
    from rich.markup import escape

    yield from ("", *(f"! {DOUBTS[d].in_(lang)}" for d in e.doubts)) if e.doubts else ()
    for s in e.settings:
        place = f"{s.machine} {s.quantity}"
        yield escape(Text(
            f"设定 {place}：{plain(s.before)} → {plain(s.since)}（写入 {s.wanted}），{CONFIRMED[s.state].zh}",
            f"setting {place}: {plain(s.before)} → {plain(s.since)} (written {s.wanted}), {CONFIRMED[s.state].en}",
        ).in_(lang))  # fmt: skip


def _path(e: Effect, lang: Lang) -> Iterator[str]:
    """Two lines of blocks, one above the other on one scale: the treated, and how they would have been."""
    values = [v for m in e.path for v in (m.treated, m.without) if v is not None]
    if not values:
        return
    words = (Text("受影响的", "treated"), Text("若无措施", "without it"))
    wide = max(sum(2 if ord(c) > 0x2E80 else 1 for c in w.in_(lang)) for w in words)
    start = next((i for i, m in enumerate(e.path) if m.after), len(e.path))
    for word, row in zip(words, ([m.treated for m in e.path], [m.without for m in e.path]), strict=True):
        shown = word.in_(lang)
        pad = " " * (wide - sum(2 if ord(c) > 0x2E80 else 1 for c in shown))
        blocks = "".join(_spark(v, min(values), max(values)) for v in row)
        yield f"{shown}{pad} {blocks[:start]}│{blocks[start:]}"


def _spark(value: float | None, low: float, high: float) -> str:
    if value is None:
        return " "
    return SPARKS[min(int((value - low) / ((high - low) or 1) * len(SPARKS)), len(SPARKS) - 1)]


def _whole(e: Effect, r: Reconciliation, lang: Lang) -> Iterator[Any]:
    from rich.markup import escape

    unit = unit_words(e.unit).in_(lang).strip()
    yield ""
    yield Text(
        f"{r.entity} 平均 {plain(r.before, e.decimals)} → {plain(r.after)} {unit}，变化 {fixed(r.change, e.decimals)}",
        f"{r.entity} on average {plain(r.before, e.decimals)} → {plain(r.after)} {unit}, change {fixed(r.change, e.decimals)}",
    ).in_(lang)
    table = _table(lang, ("其中", "of it"), ("数额", "amount", "right"), ("区间", "interval", "right"), ("措施", "actions"))
    for s in r.shares[:SHOWN]:
        interval = f"{fixed(s.low, e.decimals)} … {fixed(s.high, e.decimals)}" if s.amount is not None else "–"
        table.add_row(escape(s.entity), fixed(s.amount, e.decimals), interval, escape(", ".join(s.actions)))
    table.add_row(Text("措施合计", "all actions").in_(lang), fixed(r.explained, e.decimals), f"{fixed(r.low, e.decimals)} … {fixed(r.high, e.decimals)}", "")
    table.add_row(Text("其余（措施未能解释）", "rest (no action explains it)").in_(lang), fixed(r.rest, e.decimals), "", "")
    yield table
    if len(r.shares) > SHOWN:
        yield Text(f"另有 {len(r.shares) - SHOWN} 处已计入合计", f"{len(r.shares) - SHOWN} more are in the sum").in_(lang)


def _listed(entities: Sequence[str], lang: Lang) -> str:
    more = len(entities) - SHOWN
    return Text("、", ", ").in_(lang).join(entities[:SHOWN]) + (Text(f" 等 {len(entities)} 个", f" and {more} more").in_(lang) if more > 0 else "")


def _table(lang: Lang, *columns: tuple[str, str] | tuple[str, str, str], gap: int = 2) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim")
    for zh, en, *side in columns:
        table.add_column(Text(zh, en).in_(lang), justify="right" if side else "left", overflow="fold", no_wrap=not side and not table.columns)
    return table
