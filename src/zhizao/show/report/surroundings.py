"""What stands around the scorecard: reconciliations, rounding intervals, the power index, the plan's coverage, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import chain, groupby
from pathlib import PurePath

from zhizao.model.evaluation import Evaluation, PlanLine
from zhizao.model.finding import Place
from zhizao.model.series import Reading
from zhizao.model.text import Text, same
from zhizao.show.figures import grouped, plain, signed
from zhizao.show.report.context_chart import Interval, interval_chart, power_chart
from zhizao.show.report.document import Block, Cell, Figure, Paragraph, Row, Section, Table, row
from zhizao.show.report.sentence import quantity
from zhizao.show.words import PLAN_KINDS, RECONCILED, SERVED, SEVERITIES, mark, word

POWER, SECTOR, MANUFACTURING = "manufacturing_power_index", "sector_rd_intensity", "sector:C"


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
    why = Text("各分项已取整，合计与公布数可有小差；容许值为分项数乘半个印刷单位，再加合计的半个单位。",
               "Parts are printed rounded, so their sum may differ: by half a printed unit for each part and for the total.")  # fmt: skip
    return Section(
        "reconciliations", Text("分项与合计核对", "Parts against totals"), (Paragraph(why), Table(head, "lrrrrrl", tuple(lines)))
    )


# ── rounding ────────────────────────────────────────────────────────────────────────────────────────────────────


def rounding(evaluation: Evaluation) -> Section | None:
    """The published R&D intensity beside the interval that the rounded sector figures allow."""
    intervals = list(_intervals(evaluation))
    if not intervals:
        return None
    head = (Text("年份", "year"), Text("由分行业重算", "recomputed from sectors"), Text("容许区间", "interval allowed"),
            Text("公布数", "published"), Text("公布数取整区间", "its rounding"), Text("判定", "verdict"))  # fmt: skip
    lines = tuple(_overlap(i) for i in intervals)
    why = Text(
        "分行业强度印到 0.01，营业收入由此反推，因此重算值是一个区间；公布数本身也已取整。两区间相交即为相符。",
        "Sector intensities are printed to 0.01 and revenue is derived from them, so the recomputed figure is an interval; "
        "the published one is rounded too. They agree where the two overlap.",
    )  # fmt: skip
    source = Text(
        "来源：全国科技经费投入统计公报附表（国家统计局、科技部、财政部）",
        "Source: NBS, MOST and MOF, communiques on national S&T expenditure, annex tables",
    )
    figure = Figure(partial(interval_chart, intervals), source)
    return Section("rounding", Text("研发强度：公布数与取整区间", "R&D intensity: the published figure and what rounding allows"),
                   (Paragraph(why), figure, Table(head, "lrrrrl", lines)))  # fmt: skip


def _overlap(i: Interval) -> Row:
    verdict = Cell(Text("✓ 相交", "✓ overlap"), tone="good") if i.overlaps else Cell(Text("✗ 不相交", "✗ apart"), tone="bad")
    printed = f"{plain(i.published - i.half_unit)} – {plain(i.published + i.half_unit)}"
    return row(i.year, plain(i.recomputed, 4), f"{plain(i.low, 4)} – {plain(i.high, 4)}", plain(i.published), printed, verdict)


def _intervals(evaluation: Evaluation) -> Iterator[Interval]:
    everything = [*chain.from_iterable(evaluation.readings.values()), *evaluation.context]
    middle, low, high = (_by_year(everything, f"{SECTOR}{end}", "computed") for end in ("", "_low", "_high"))
    printed = _by_year(everything, SECTOR, "published")
    # A stored figure may have lost its idle zeros: the finest of the series tells the printed unit.
    finest = min((int(v.normalize().as_tuple().exponent) for v in printed.values()), default=0)
    for year in sorted(middle.keys() & low.keys() & high.keys() & printed.keys()):
        yield Interval(year, middle[year], low[year], high[year], printed[year], Decimal(5).scaleb(finest - 1))


def _by_year(readings: Iterable[Reading], indicator: str, basis: str) -> Mapping[str, Decimal]:
    """Manufacturing's figure of each year: of all sectors, the one the divisions add up to."""
    wanted = (indicator, MANUFACTURING, basis, "year")
    return {str(r.period): r.value for r in readings if (r.indicator, r.entity, r.basis, r.period.kind) == wanted}


# ── other plans, power index, plan, findings ─────────────────────────────────────────────────────────────────────────────────


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
        where = evaluation.names.get(t.entity, same(t.entity or "–"))
        lines.append(row(known.name if known else t.indicator, where, str(t.year), value, "; ".join(filter(None, (t.plan, t.source)))))
    why = Text("仅供对照，不作为本规划的判定依据。", "For comparison; they judge nothing here.")
    return Section("others", Text("其他规划的目标", "Targets of other plans"), (Paragraph(why), Table(head, "lnlrl", tuple(lines))))


def power_index(evaluation: Evaluation) -> Section | None:
    """The manufacturing-power index of nations: context for the goals of 2035 and 2049."""
    readings = [r for r in evaluation.context if r.indicator == POWER]
    if not readings:
        return None
    sources = "; ".join(dict.fromkeys(r.source or r.publisher for r in sorted(readings, key=lambda r: r.series) if r.source or r.publisher))
    caption = Text(
        f"各年度报告口径不同，不连线比较。来源：{sources or '–'}",
        f"Each report is a vintage of its own and is not joined with another. Sources: {sources or '–'}",
    )
    why = Text("为 2035 年和 2049 年目标提供背景，不作判定。", "Context for the goals of 2035 and 2049; it judges nothing.")
    return Section(
        "power",
        Text("制造强国发展指数", "Manufacturing-power index"),
        (Paragraph(why), Figure(partial(power_chart, readings, evaluation.names), caption)),
    )


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
        f"规划点名的 {total.total()} 个系统：已支持 {yes}，部分支持 {partly}，尚未支持 {no}。右侧三列为所含系统数。",
        f"Of the {total.total()} systems the plan names, {yes} are served, {partly} partly, {no} not yet. The last columns count systems.",
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
