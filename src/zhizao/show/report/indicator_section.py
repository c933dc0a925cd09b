"""The section of one indicator: verdicts in sentences, the chart, every reading with its source, forecasts, doubts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from zhizao.model.evaluation import Evaluation
from zhizao.model.indicator import Indicator
from zhizao.model.series import Reading
from zhizao.model.spoken import spoken
from zhizao.model.target import Target
from zhizao.model.text import Text, same
from zhizao.model.verdict import Judgement
from zhizao.model.wording import Wording
from zhizao.show.figures import bounded, chance, grouped, plain
from zhizao.show.quantity import quantity
from zhizao.show.report.document import Block, Bullets, Cell, Figure, Fold, Heading, Paragraph, Row, Section, Table, row
from zhizao.show.report.indicator_chart import chart, series_labels, series_of
from zhizao.show.report.sentence import sentence
from zhizao.show.words import CONFIDENCE, DOUBTS, KINDS, MODELS, SCOPES, VERDICTS, mark, unit_words, word

BOUNDS = {"lower": Text("下限", "lower bound"), "upper": Text("上限", "upper bound")}


def section(indicator: Indicator, judgements: Sequence[Judgement], evaluation: Evaluation) -> Section:
    """All that is known of one indicator."""
    about = {evaluation.entity, *(j.target.entity for j in judgements)}
    readings = tuple(r for r in evaluation.readings.get(indicator.id, ()) if r.entity in about)
    wording = evaluation.wording
    others = [t for t in evaluation.other_targets if t.indicator == indicator.id]
    blocks: list[Block] = [Paragraph(sentence(j, wording), mark(VERDICTS, j.verdict).tone, verdict=True) for j in judgements]
    blocks += [*_conflicts(judgements, wording), *_doubts(judgements, evaluation)]
    blocks.append(Figure(partial(chart, indicator, judgements, readings, wording), _caption(indicator, readings, wording)))
    blocks += [Heading(Text("预测", "Forecasts")), *_forecasts(judgements)]
    blocks += [Heading(Text("全部读数与来源", "All readings and their sources")), *_readings(indicator, readings, wording)]
    blocks += [Heading(Text("定义与疑点", "Definition and doubts")), *_definition(indicator, judgements, others, evaluation)]
    blocks += [_alternatives(j) for j in judgements if j.alternatives]
    number = f"{indicator.number}. " if indicator.number else ""
    badges = tuple(
        Cell(Text(f"{j.target.year} {m.label.zh}", f"{j.target.year} {m.label.en}"), tone=m.tone)
        for j in judgements
        if (m := mark(VERDICTS, j.verdict))
    )
    return Section(indicator.id, Text(number + indicator.name.zh, number + indicator.name.en), tuple(blocks), badges)


def _caption(indicator: Indicator, readings: Sequence[Reading], wording: Wording) -> Text:
    publishers = [wording.publisher(p) for p in sorted({r.publisher for rs in series_of(indicator, readings).values() for r in rs if r.publisher})]
    zh, en = "线只连接同一序列的读数；年份刻度为年末。", "A line joins readings of one series only; a year's tick is its end."
    if not publishers:
        return Text(f"{zh}没有公布数。", f"{en} No figure was published.")
    return Text(f"{zh}来源：{'；'.join(p.zh for p in publishers)}。", f"{en} Sources: {'; '.join(p.en for p in publishers)}.")


def _conflicts(judgements: Sequence[Judgement], wording: Wording) -> Iterator[Block]:
    for j in judgements:
        if j.conflicts:
            sides = [*j.conflicts, *([j.reading] if j.reading and any(c.period == j.reading.period for c in j.conflicts) else [])]
            zh, en = ("；".join(_claim(r, wording).zh for r in sides), "; ".join(_claim(r, wording).en for r in sides))
            head, tail = f"{j.target.year} 年：官方数字不一致：", "。各数并存，按规划包的顺序判定。"
            yield Paragraph(
                Text(f"{head}{zh}{tail}", f"{j.target.year}: official figures disagree: {en}. All are kept; the pack's order decides."),
                "poor",
                verdict=True,
            )


def _doubts(judgements: Sequence[Judgement], evaluation: Evaluation) -> Iterator[Block]:
    """Each computed figure that comes with a warning, once, whatever the targets it stands beside."""
    doubted = dict.fromkeys(r for j in judgements if (r := evaluation.doubted(j.target)))
    for reading, code in ((r, code) for r in doubted for code in r.warnings):
        claim, doubt = _claim(reading, evaluation.wording), word(DOUBTS, code)
        yield Paragraph(Text(f"存疑：{claim.zh}：{doubt.zh}。", f"In doubt: {claim.en}: {doubt.en}."), "poor", verdict=True)


def _claim(r: Reading, wording: Wording) -> Text:
    value, by = quantity(bounded(r.signed, r.bound), r.unit), wording.publisher(r.publisher or r.series)
    when = spoken(r.period)
    return Text(f"{by.zh} {when.zh}为 {value.zh}（{r.series}）", f"{by.en} {value.en} for {when.en} ({r.series})")


# ── forecasts ───────────────────────────────────────────────────────────────────────────────────────────────────

FORECAST_HEAD = (
    Text("模型", "model"), Text("预测值", "value"), Text("区间", "interval"), Text("达标概率", "chance"),
    Text("点数", "points"), Text("回测次数", "back-tests"), Text("平均绝对误差", "mean abs. error"),
)  # fmt: skip


def _forecasts(judgements: Sequence[Judgement]) -> Iterator[Block]:
    for j in judgements:
        year = j.target.year
        if not j.outlook.forecasts:
            why = j.outlook.why_none or Text("没有预测", "no forecast")
            yield Paragraph(Text(f"{year} 年：{why.zh}。", f"{year}: {why.en}."), "none")
            continue
        used = j.outlook.series
        yield Paragraph(Text(f"{year} 年，依据序列 {used}，各模型并列：", f"{year}, from the series {used}, every model side by side:"))
        lines = [
            row(word(MODELS, f.model), plain(f.value, 2), f"{plain(f.low, 2)} – {plain(f.high, 2)}", chance(f.p_attain),
                str(f.n), str(f.backtests), plain(f.error, 2))
            for f in j.outlook.forecasts
        ]  # fmt: skip
        yield Table(FORECAST_HEAD, "lrrrrrr", tuple(lines))


# ── readings ────────────────────────────────────────────────────────────────────────────────────────────────────

READING_HEAD = (
    Text("时期", "period"), Text("数值", "value"), Text("类别", "kind"),
    Text("口径", "scope"), Text("可信度", "confidence"), Text("公布时间", "published"),
)  # fmt: skip


def _readings(indicator: Indicator, readings: Sequence[Reading], wording: Wording) -> Iterator[Block]:
    if not readings:
        yield Paragraph(Text("没有公布数。", "No figure was published."), "none")
        return
    speaking = series_of(indicator, readings)
    shown = [*speaking.items(), *_beside(speaking, readings)]
    labels = series_labels(dict(shown), wording)
    lines = [line for name, rs in shown for line in _series(name, labels[name], rs, name in speaking, wording)]
    yield Table(READING_HEAD, "lrllln", tuple(lines))


def _beside(speaking: dict[str, list[Reading]], readings: Sequence[Reading]) -> Iterator[tuple[str, list[Reading]]]:
    rest = sorted((r for r in readings if r.series not in speaking), key=lambda r: (r.series, r.period))
    return ((name, list(rs)) for name, rs in groupby(rest, key=lambda r: r.series))


def _series(name: str, label: Text, readings: Sequence[Reading], speaks: bool, wording: Wording) -> Iterator[Row]:
    unit = unit_words(readings[0].unit)
    zh, en = ("", "") if speaks else ("；仅供参照，不作判定", "; for reference only, cannot stand for the indicator")
    head = Text(f"{label.zh}，{unit.zh}{zh}", f"{label.en}, {unit.en}{en}")
    yield row(Cell(head, note=same(name)), kind="name")
    for n, r in enumerate(readings):
        yield _reading(r)
        under, following = _under(r, wording), readings[n + 1] if n + 1 < len(readings) else None
        if following is None or _under(following, wording) != under:
            yield row(under, kind="source")


def _reading(r: Reading) -> Row:
    kind, scope, bound = word(KINDS, r.kind), word(SCOPES, r.scope), BOUNDS.get(r.bound)
    partly = Text("（非全期）", " (part of the period)") if not r.final else Text(" ", " ")
    kind = Text(
        f"{kind.zh}{'，' + bound.zh if bound else ''}{partly.zh}".strip(), f"{kind.en}{', ' + bound.en if bound else ''}{partly.en}".strip()
    )
    sure = word(CONFIDENCE, r.confidence)
    value = bounded(r.value, r.bound) if abs(r.value) < 10_000 else grouped(r.value)
    return row(str(r.period), value, kind, scope, sure, r.published_at or Text("不详", "unknown"))


def _under(r: Reading, wording: Wording) -> Text:
    source, note = wording.source(r.source or r.publisher), wording.phrase(r.note) if r.note else None
    note_zh, note_en = (f" · 注：{note.zh}", f" · Note: {note.en}") if note else ("", "")
    return Text(f"来源：{source.zh}{note_zh}", f"Source: {source.en}{note_en}")


# ── definition, alternatives ────────────────────────────────────────────────────────────────────────────────────


def _definition(indicator: Indicator, judgements: Sequence[Judgement], others: Sequence[Target], evaluation: Evaluation) -> Iterator[Block]:
    source = evaluation.wording.source(indicator.source)
    texts = [Text(f"来源：{source.zh}", f"Source: {source.en}")] if indicator.source else []
    if indicator.formula:
        texts.append(
            Text(
                f"公式：{indicator.formula}（定义 {indicator.definition}）",
                f"Formula: {indicator.formula} (definition {indicator.definition})",
            )
        )
    if indicator.because:
        texts.append(Text(f"不能由企业年报计算：{indicator.because.zh}", f"Not computed from returns: {indicator.because.en}"))
    for t in (j.target for j in judgements):
        if t.reason and t.used != t.printed:
            zh = f"{t.year} 年目标印为 {t.printed:f}，采用 {plain(t.used)}：{t.reason.zh}"
            texts.append(Text(zh, f"The target for {t.year} is printed {t.printed:f}; {plain(t.used)} is used: {t.reason.en}"))
    texts += [Text(f"疑点：{d.zh}", f"Doubt: {d.en}") for d in indicator.doubts] + [_other(t, evaluation) for t in others]
    if texts:
        yield Bullets(tuple(texts))


def _other(t: Target, evaluation: Evaluation) -> Text:
    value, origin = quantity(plain(t.used), t.unit), origin_of(t, evaluation.wording)
    name = evaluation.names.get(t.entity, same(t.entity)) if t.entity not in ("", evaluation.entity) else None
    where = Text(f"{name.zh}，", f"{name.en}, ") if name else same(" ")
    return Text(
        f"其他规划的目标：{where.zh.strip()}{t.year} 年 {value.zh}（{origin.zh}）",
        f"Another plan's target: {where.en.lstrip()}{t.year}: {value.en} ({origin.en})",
    )


def origin_of(t: Target, wording: Wording) -> Text:
    """The plan that set a target, and where that was read."""
    parts = [wording.phrase(t.plan)] * bool(t.plan) + [wording.source(t.source)] * bool(t.source)
    return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts)) if parts else same("–")


def _alternatives(j: Judgement) -> Fold:
    head = (Text("序列", "series"), Text("时期", "period"), Text("数值", "value"), Text("为何没有据以判定", "why it did not decide"))
    lines = tuple(row(a.reading.series, str(a.reading.period), bounded(a.reading.signed, a.reading.bound), a.why) for a in j.alternatives)
    count = len(j.alternatives)
    title = Text(
        f"{j.target.year} 年：未据以判定的 {count} 个读数及原因", f"{j.target.year}: {count} reading{'s' if count > 1 else ''} that did not decide, and why"
    )
    return Fold(title, (Table(head, "lnrl", lines),))
