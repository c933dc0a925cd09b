"""What stands around the scorecard: reconciliations, rounding intervals, other plans, the plan's coverage, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import PurePath

from zhizao.model.evaluation import Evaluation, PlanLine
from zhizao.model.finding import Place
from zhizao.model.rounding import Rounded
from zhizao.model.text import Text, same
from zhizao.show.figures import grouped, plain, signed
from zhizao.show.quantity import quantity
from zhizao.show.report.context_chart import interval_chart
from zhizao.show.report.document import Block, Cell, Figure, Heading, Paragraph, Row, Section, Table, row
from zhizao.show.report.indicator_section import origin_of
from zhizao.show.words import PLAN_KINDS, RECONCILED, SERVED, SEVERITIES, mark, word


def reconciliations(evaluation: Evaluation) -> Section | None:
    """Published totals beside the sums of their published parts."""
    if not evaluation.reconciled:
        return None
    head = (Text("时期", "period"), Text("分项数", "parts"), Text("分项合计", "sum of parts"), Text("公布合计", "published total"),
            Text("差额", "difference"), Text("取整容许", "rounding allows"), Text("判定", "verdict"))  # fmt: skip
    lines: list[Row] = []
    for _, of_one in groupby(evaluation.reconciled, key=lambda r: r.reconciliation.id):
        rows = list(of_one)
        what = rows[0].reconciliation
        lines.append(row(Cell(what.name, note=what.explain), kind="name"))
        for r in rows:
            m = mark(RECONCILED, r.verdict)
            figures = (grouped(r.total_of_parts), grouped(r.published_total), signed(r.difference, 6), "± " + plain(r.allowed))
            lines.append(row(r.period, str(r.parts), *figures, Cell(m.label, tone=m.tone)))
        sources = [evaluation.wording.source(s) for s in dict.fromkeys(r.source for r in rows if r.source)]
        lines += [row(_from_to(sources), kind="source")] * bool(sources)
    why = Text("各分项已取整，合计与公布数可有小差；容许值为分项数乘半个印刷单位，再加合计的半个单位。",
               "Parts are printed rounded, so their sum may differ: by half a printed unit for each part and for the total.")  # fmt: skip
    return Section(
        "reconciliations", Text("分项与合计核对", "Parts against totals"), (Paragraph(why), Table(head, "lrrrrrl", tuple(lines)))
    )


def _from_to(sources: Sequence[Text]) -> Text:
    """Sources one by one; of a long row of them the first and the last, since they differ by their year only."""
    shown = sources if len(sources) <= FEW_SOURCES else [sources[0], sources[-1]]
    count = Text(f"（共 {len(sources)} 份，列首末）", f" ({len(sources)} in all, first and last given)") if len(shown) < len(sources) else None
    zh, en = "；".join(s.zh for s in shown), "; ".join(s.en for s in shown)
    return Text(f"来源：{zh}{count.zh if count else ''}", f"Source: {en}{count.en if count else ''}")


FEW_SOURCES = 3
"""As many sources as are given one by one."""


# ── rounding ────────────────────────────────────────────────────────────────────────────────────────────────────


def rounding(evaluation: Evaluation) -> Section | None:
    """Published figures beside the interval that their rounded inputs allow."""
    if not evaluation.rounded:
        return None
    blocks: list[Block] = [Paragraph(Text("两区间相交即为相符。", "The two agree where their intervals overlap."))]
    for _, of_one in groupby(evaluation.rounded, key=lambda r: r.rounding.id):
        blocks += _rounded(list(of_one), evaluation)
    return Section("rounding", Text("公布数与取整区间", "Published figures and what rounding allows"), tuple(blocks))


ROUNDED_HEAD = (
    Text("时期", "period"), Text("由分项重算", "recomputed from parts"), Text("容许区间", "interval allowed"),
    Text("公布数", "published"), Text("公布数取整区间", "its rounding"), Text("判定", "verdict"),
)  # fmt: skip


def _rounded(lines: Sequence[Rounded], evaluation: Evaluation) -> Iterator[Block]:
    what = lines[0].rounding
    of = evaluation.names.get(what.entity, same(what.entity))
    yield Heading(Text(f"{what.name.zh}（{of.zh}）", f"{what.name.en} ({of.en})"))
    if what.explain:
        yield Paragraph(what.explain)
    sources = [evaluation.wording.source(source) for source in dict.fromkeys(r.published.source for r in lines if r.published.source)]
    caption = Text(f"来源：{'；'.join(s.zh for s in sources) or '–'}", f"Source: {'; '.join(s.en for s in sources) or '–'}")
    yield Figure(partial(interval_chart, lines), caption)
    yield Table(ROUNDED_HEAD, "lrrrrl", tuple(map(_rounded_row, lines)))


def _rounded_row(r: Rounded) -> Row:
    m = mark(RECONCILED, r.verdict)
    allowed, printed = (f"{plain(low, 4)} – {plain(high, 4)}" for low, high in ((r.low, r.high), r.printed))
    return row(r.period, plain(r.recomputed, 4), allowed, plain(r.published.value), printed, Cell(m.label, tone=m.tone))


# ── other plans, plan, findings ─────────────────────────────────────────────────────────────────────────────────


def other_plans(evaluation: Evaluation) -> Section | None:
    """What later or other plans ask of the same quantities; the old targets stay visible beside the new."""
    if not evaluation.other_targets:
        return None
    head = (
        Text("指标", "indicator"),
        Text("对象", "entity"),
        Text("年份", "year"),
        Text("目标", "target"),
        Text("规划与来源", "plan and source"),
    )
    lines = []
    for t in evaluation.other_targets:
        known, value = evaluation.indicators.get(t.indicator), quantity(plain(t.used), t.unit)
        entity = t.entity or evaluation.entity
        where = evaluation.names.get(entity, same(entity or "–"))
        lines.append(row(known.name if known else t.indicator, where, str(t.year), value, origin_of(t, evaluation.wording)))
    why = Text("仅供对照，不作为本规划的判定依据。", "For comparison; they judge nothing here.")
    return Section("others", Text("其他规划的目标", "Targets of other plans"), (Paragraph(why), Table(head, "lnlrl", tuple(lines))))


def plan_coverage(evaluation: Evaluation) -> Section | None:
    """Each goal, task, field and support with what of it the program serves now."""
    lines = [line for line in _walk(evaluation.plan_lines) if line.node.kind not in ("plan", "system")]
    if not lines:
        return None
    total = Counter(line.served for line in _walk(evaluation.plan_lines) if line.node.kind == "system")
    head = (Text("类别", "kind"), Text("章节", "section"), Text("名称", "name"), Text("现状", "now"),
            Text("已支持", "served"), Text("部分", "partly"), Text("尚未", "not yet"))  # fmt: skip
    yes, partly, no = total["yes"], total["partly"], total["no"]
    said = Text(
        f"规划点名的 {total.total()} 个系统：已支持 {yes}，部分支持 {partly}，尚未支持 {no}。右侧三列为所含系统数。"
        "“已支持”只说所列指标已能计算并通过测试，不说目标已经达到。",
        f"Of the {total.total()} systems the plan names, {yes} are served, {partly} partly, {no} not yet. The last columns count systems. "
        "Served says that the indicators listed are computed and pass their tests, not that the goal is reached.",
    )
    blocks: tuple[Block, ...] = (Paragraph(said), Table(head, "llllrrr", tuple(map(_plan_row, lines))))
    return Section("plan", Text("规划覆盖", "Coverage of the plan"), blocks)


def _plan_row(line: PlanLine) -> Row:
    inside = Counter(below.served for below in _walk(line.children) if below.node.kind == "system")
    m = mark(SERVED, line.served)
    return row(
        word(PLAN_KINDS, line.node.kind),
        line.node.section,
        line.node.name,
        Cell(m.label, tone=m.tone),
        *(str(inside[s] or "–") for s in ("yes", "partly", "no")),
    )


def _walk(lines: Iterable[PlanLine]) -> Iterator[PlanLine]:
    for line in lines:
        yield line
        yield from _walk(line.children)


def findings(evaluation: Evaluation) -> Section | None:
    """Faults in the content this evaluation rests on."""
    if not evaluation.findings:
        return None
    head = (Text("级别", "severity"), Text("位置", "place"), Text("问题", "finding"), Text("处理办法", "cure"))
    lines = []
    for f in evaluation.findings:
        words, tone = SEVERITIES[f.severity]
        lines.append(row(Cell(words, tone=tone), _place(f.place), f.message, f.cure))
    return Section("findings", Text("内容中的问题", "Findings in the content"), (Table(head, "llll", tuple(lines)),))


def _place(place: Place) -> str:
    """The place within its pack: where the pack lies on a machine is no matter of the report."""
    return str(replace(place, file="/".join(PurePath(place.file).parts[-2:])))
