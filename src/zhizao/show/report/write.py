"""An evaluation written as a document: the scorecard first, then every indicator, then what stands around them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from itertools import groupby

from zhizao.model.evaluation import Evaluation
from zhizao.model.period import Period
from zhizao.model.spoken import spoken
from zhizao.model.text import Text, same
from zhizao.model.verdict import Judgement
from zhizao.show import json
from zhizao.show.danger import dangers, summary
from zhizao.show.figures import bounded, plain, signed
from zhizao.show.ground import GAP, RULE, differs, remarks
from zhizao.show.report.context import contexts
from zhizao.show.report.document import Block, Bullets, Cell, Code, Document, Paragraph, Row, Section, Table, Tile, row
from zhizao.show.report.indicator_section import section
from zhizao.show.report.surroundings import findings, other_plans, plan_coverage, reconciliations, rounding
from zhizao.show.scorecard import counts
from zhizao.show.words import KINDS, SCOPES, VERDICTS, mark, unit_words, word


def write(evaluation: Evaluation) -> Document:
    """The whole report."""
    rows = json.scored(evaluation)
    around = [build(evaluation) for build in (reconciliations, rounding, other_plans)]
    after = [build(evaluation) for build in (plan_coverage, findings)]
    sections = [
        _danger(rows, evaluation.indicators), _scorecard(rows, evaluation.indicators), *_indicators(evaluation, rows),
        *(s for s in around if s), *contexts(evaluation), *(s for s in after if s), _recompute(evaluation),
    ]  # fmt: skip
    zh = f"截至 {evaluation.as_of} 已知的数字 · 程序 {evaluation.code} · 事实 {evaluation.facts[:16]}"
    en = f"Figures known on {evaluation.as_of} · program {evaluation.code} · facts {evaluation.facts[:16]}"
    name = Text(f"{evaluation.title.zh}：规划评估", f"{evaluation.title.en}: evaluation")
    return Document(name, Text(zh, en), tuple(_tiles(rows)), tuple(sections))


def _tiles(rows: Sequence[json.Row]) -> Iterator[Tile]:
    for year in sorted({r["year"] for r in rows}):
        cells = []
        for verdict, n in counts(rows, year).items():
            m = VERDICTS[verdict]
            cells.append(Cell(Text(f"{m.symbol} {n} {m.text.zh}", f"{m.symbol} {n} {m.text.en}"), tone=m.tone))
        yield Tile(Text(f"{year} 年目标", f"Targets for {year}"), tuple(cells))


# ── danger ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _danger(rows: Sequence[json.Row], known: Container[str]) -> Section:
    """An official's first question: which targets are missed, behind, likely to fail, or in the dark."""
    blocks: list[Block] = [Paragraph(summary(rows))]
    for group in dangers(rows):
        lines = (
            line
            for d in group.found
            for line in (row(Cell(d.target, tone=d.tone, link=f"#{d.indicator}" if d.indicator in known else ""), kind="name"), row(d.said, kind="line"))
        )
        blocks.append(Table((group.title,), "l", tuple(lines)))
    return Section("danger", Text("处于危险的目标", "Targets in danger"), tuple(blocks))


# ── scorecard ───────────────────────────────────────────────────────────────────────────────────────────────────

HEAD = (Text("年份", "year"), Text("目标", "target"), Text("数值与来源", "value and source"), Text("判定", "verdict"), Text("差距", "gap"))

NOTES = (
    Text(f"判定：{RULE.zh}。", f"Verdict: {RULE.en}."),
    Text(f"{GAP.zh}。", f"{GAP.en.capitalize()}."),
    Text("可信度不高的，写在判定旁。", "A confidence that is not high stands beside the verdict."),
    Text(
        "括号中的符号：依据推算值、其他口径或替代指标判定。",
        "A symbol in brackets: decided by a derived figure, another scope or a stand-in.",
    ),
    Text("*：不采用印刷数字，理由见该指标一节。", "*: the printed figure is not used; the indicator's section gives the reason."),
    Text("≈：规划写“左右”；允许相对偏差 ±5 %，此尺度为本系统所定。", '≈: the plan says "about"; the tolerance of ±5 % relative is ours.'),
)


def _scorecard(rows: Sequence[json.Row], known: Container[str]) -> Section:
    lines: list[Row] = []
    for (zh, en), inside in groupby(rows, key=lambda r: (r["group_zh"], r["group_en"])):
        lines += [row(Text(zh, en), kind="group")] if zh else []
        for _, of_one in groupby(inside, key=lambda r: r["indicator"]):
            lines += list(_indicator_lines(list(of_one), known))
    return Section("scorecard", Text("记分卡", "Scorecard"), (Table(HEAD, "lrllr", tuple(lines)), Bullets(NOTES)))


def _indicator_lines(rows: Sequence[json.Row], known: Container[str]) -> Iterator[Row]:
    first, number = rows[0], f"{rows[0]['number']}. " if rows[0]["number"] else ""
    unit = unit_words(first["unit"])
    link = f"#{first['indicator']}" if first["indicator"] in known else ""
    yield row(Cell(Text(f"{number}{first['name_zh']}", f"{number}{first['name_en']}"), note=unit, link=link), kind="name")
    for r in rows:
        m = mark(VERDICTS, r["verdict"])
        yield row(str(r["year"]), _target(r), _value(r), Cell(m.label, note=remarks(r), tone=m.tone), _gap(r))


def _gap(r: json.Row) -> Cell:
    """The distance to the path, and below it that to the target itself where it is another."""
    gap, margin = same(signed(r["gap"]) if r["gap"] is not None else "–"), signed(r["margin"])
    return Cell(gap, note=Text(f"距目标 {margin}", f"margin {margin}") if differs(r) else None)


def _target(r: json.Row) -> Cell:
    text = ("≈ " if r["about"] else "") + plain(r["target"]) + ("*" if r["target"] != r["printed_target"] else "")
    printed = r["printed"]
    return Cell(Text(text, text), note=Text(f"印为 {printed}", f"printed {printed}") if text.endswith("*") else None)


def _value(r: json.Row) -> Cell:
    if r["value"] is None:
        return Cell(Text("没有可据以判定的数字", "no figure decides it"), tone="none")
    shown, source = bounded(r["value"], r["bound"]), r["sources"][0]
    kind, scope = word(KINDS, r["kind"]), word(SCOPES, r["scope"])
    when = spoken(Period.parse(r["value_period"]))
    by_zh, by_en = (f"{r[f'publisher_{lang}']} {source['published_at']}".strip() for lang in ("zh", "en"))
    return Cell(
        Text(shown, shown),
        note=Text(f"{when.zh}，{kind.zh}，{scope.zh}；{by_zh}", f"{when.en}, {kind.en}, {scope.en}; {by_en}"),
    )


# ── indicators, recomputing ─────────────────────────────────────────────────────────────────────────────────────


def _indicators(evaluation: Evaluation, rows: Sequence[json.Row]) -> Iterator[Section]:
    for name in dict.fromkeys(r["indicator"] for r in rows):
        if indicator := evaluation.indicators.get(name):
            own: list[Judgement] = sorted((j for j in evaluation.judgements if j.target.indicator == name), key=lambda j: j.target.year)
            yield section(indicator, own, evaluation)


def _recompute(evaluation: Evaluation) -> Section:
    why = Text(
        "任何人都可用同样的事实和程序重算本报告；事实相同，则每个数字都应相同。先用 verify 核对事实与封印，再逐项比较 --json 输出，用 explain 追溯公式、状态与事实。",
        "Anyone can recompute this report with the same program; from the same facts every figure must come out the same. "
        "Let verify hold the facts against their seals, compare the --json output line by line, and ask explain for formula, states and facts.",
    )
    judged = dict.fromkeys(j.target.indicator for j in evaluation.judgements)
    ids = [i for i in judged if i in evaluation.indicators and evaluation.indicators[i].is_computed][:1]
    commands = ["zhizao verify", f"zhizao evaluate --plan {evaluation.plan} --as-of {evaluation.as_of} --json"]
    commands += [f"zhizao measure {j.target.indicator} --as-of {evaluation.as_of}" for j in evaluation.judgements[:1]]
    commands += [f"zhizao explain {i} --of ENTITY --period YEAR" for i in ids] + ["zhizao lint", "zhizao test"]
    stamp = Text(f"程序 {evaluation.code}；事实 {evaluation.facts}", f"Program {evaluation.code}; facts {evaluation.facts}")
    blocks: tuple[Block, ...] = (Paragraph(why), Code("\n".join(commands)), Paragraph(stamp, "none"))
    return Section("recompute", Text("如何重算", "How to recompute"), blocks)
