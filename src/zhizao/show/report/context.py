"""Figures that judge nothing but belong beside the scorecard: nations on a chart, industries and provinces in tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from zhizao.model.context import Context
from zhizao.model.evaluation import Evaluation, PlanLine
from zhizao.model.indicator import Indicator
from zhizao.model.series import Reading
from zhizao.model.text import Text, same
from zhizao.show.figures import grouped
from zhizao.show.report.context_chart import entities_chart
from zhizao.show.report.document import Block, Bullets, Cell, Figure, Fold, Paragraph, Row, Section, Table, row
from zhizao.show.words import unit_words

FEW = 12
"""As many entities as can still be told apart on one chart."""

NAMED = 3
"""How many of the highest and the lowest a sentence names."""


def contexts(evaluation: Evaluation) -> Iterator[Section]:
    """A section for every figure the plan's pack puts beside its scorecard, in its order."""
    for context in evaluation.contexts:
        indicator = evaluation.indicators.get(context.indicator)
        readings = [r for r in evaluation.context if r.indicator == context.indicator]
        if indicator and readings:
            yield _section(context, indicator, readings, evaluation)


def _section(context: Context, indicator: Indicator, readings: Sequence[Reading], evaluation: Evaluation) -> Section:
    blocks: list[Block] = [Paragraph(_purpose(indicator, evaluation)), Paragraph(_extremes(readings, evaluation))]
    if len({r.entity for r in readings}) <= FEW:
        blocks.append(Figure(partial(entities_chart, readings, evaluation.entity, evaluation.names), _caption(indicator, readings, evaluation)))
    blocks.append(_table(readings, evaluation))
    if len({r.entity for r in readings}) > FEW:
        blocks.append(Paragraph(_caption(indicator, readings, evaluation), "none"))
    if indicator.doubts:
        blocks.append(Bullets(tuple(Text(f"疑点：{d.zh}", f"Doubt: {d.en}") for d in indicator.doubts)))
    unit = unit_words(indicator.unit)
    name = Text(f"参照：{indicator.name.zh}（{unit.zh}）", f"For context: {indicator.name.en} ({unit.en})")
    return Section(f"context-{context.indicator}", name, tuple(blocks))


def _purpose(indicator: Indicator, evaluation: Evaluation) -> Text:
    """What of the plan the figure belongs to; that it judges nothing."""
    names = [line.node.name for line in _walk(evaluation.plan_lines) if line.node.id in indicator.goals]
    zh, en = "；".join(n.zh for n in names), "; ".join(n.en for n in names)
    if not names:
        return Text("仅供参照，不作判定。", "For context; it judges nothing.")
    return Text(f"为以下目标和任务提供背景，不作判定：{zh}。", f"Context for these goals and tasks; it judges nothing: {en}.")


def _extremes(readings: Sequence[Reading], evaluation: Evaluation) -> Text:
    """The highest and the lowest of the latest period that most entities share."""
    last = max({r.period for r in readings}, key=lambda p: (len({r.entity for r in readings if r.period == p}), p.end))
    ranked = sorted({r.entity: r for r in readings if r.period == last}.values(), key=lambda r: -r.value)
    high, low = ([_named(r, evaluation) for r in part] for part in (ranked[:NAMED], ranked[-NAMED:][::-1]))
    return Text(
        f"{last} 年共 {len(ranked)} 个，最高：{'、'.join(n.zh for n in high)}；最低：{'、'.join(n.zh for n in low)}。",
        f"{last}, {len(ranked)} in all. Highest: {', '.join(n.en for n in high)}; lowest: {', '.join(n.en for n in low)}.",
    )


def _named(r: Reading, evaluation: Evaluation) -> Text:
    name = evaluation.names.get(r.entity, same(r.entity))
    return Text(f"{name.zh} {_figure(r)}", f"{name.en} {_figure(r)}")


def _figure(r: Reading) -> str:
    """Two decimals at most: more would show the rounding of the inputs, not the world."""
    return grouped(round(r.value, 2))


def _table(readings: Sequence[Reading], evaluation: Evaluation) -> Fold:
    """Every entity with its figures, the highest latest figure first; series that are not joined stand in lines of their own."""
    periods = sorted({r.period for r in readings})
    lines = {(r.entity, r.series): {s.period: s for s in readings if (s.entity, s.series) == (r.entity, r.series)} for r in readings}
    several = len({series for _, series in lines}) > 1
    ranked = sorted(lines, key=lambda key: (key[1], -max(lines[key].values(), key=lambda r: r.period).value))
    head = (Text("对象", "entity"), *(same(str(p)) for p in periods))
    rows: list[Row] = []
    for series, of_one in groupby(ranked, key=lambda key: key[1]):
        shown = evaluation.wording.phrase(series.removeprefix(f"{readings[0].indicator}.").replace("_", " "))
        rows += [row(Cell(shown), kind="name")] * several
        for entity, _ in of_one:
            figures = lines[entity, series]
            name = evaluation.names.get(entity, same(entity))
            rows.append(row(name, *(_figure(figures[p]) if p in figures else "–" for p in periods)))
    return Fold(Text("全部数字", "All figures"), (Table(head, "l" + "r" * len(periods), tuple(rows)),))


def _caption(indicator: Indicator, readings: Sequence[Reading], evaluation: Evaluation) -> Text:
    written = [r.source for r in sorted(readings, key=lambda r: r.series) if r.source and r.basis == "published"] or [indicator.source]
    sources = [evaluation.wording.source(s) for s in dict.fromkeys(written) if s]
    apart = len({r.series for r in readings}) > 1
    zh, en = ("各序列自成一体，不连线比较。", "Each series stands alone and is not joined with another. ") if apart else ("", "")
    return Text(f"{zh}来源：{'；'.join(s.zh for s in sources) or '–'}", f"{en}Source: {'; '.join(s.en for s in sources) or '–'}")


def _walk(lines: Sequence[PlanLine]) -> Iterator[PlanLine]:
    for line in lines:
        yield line
        yield from _walk(line.children)
