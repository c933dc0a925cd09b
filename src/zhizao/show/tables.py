"""Answers for a terminal: values, explanations, the plan's tree, findings, receipts, tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from zhizao.model.evaluation import PlanLine
from zhizao.model.finding import Finding
from zhizao.model.receipt import Receipt
from zhizao.model.series import Reading
from zhizao.model.text import Lang, Text
from zhizao.model.value import Explanation, Value
from zhizao.show.figures import bounded, grouped
from zhizao.show.json import Tested, exact
from zhizao.show.scorecard import STYLES
from zhizao.show.words import CONFIDENCE, DOUBTS, KINDS, PLAN_KINDS, SCOPES, SERVED, SEVERITIES, STATUSES, Mark, mark, unit_words, word

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table
    from rich.text import Text as Line
    from rich.tree import Tree

SHOWN = 20
"""Facts and parts of an explanation that are listed; the rest is counted."""


def values(
    found: Sequence[Value | Reading], lang: Lang, names: Mapping[str, Text] = MappingProxyType({}), width: int = 0
) -> RenderableType:
    """Values and published readings, one row each; entities by id and, where they have one, by name.

    Args:
        width: cells of the terminal; where the table is wider, series are written without their indicator, which all rows share.
    """
    if not found:
        return _line(Text("没有值", "no values"), lang)
    table = _values(found, lang, names, short=False)
    return table if not width or _cells(table) <= width else _values(found, lang, names, short=True)


def _values(found: Sequence[Value | Reading], lang: Lang, names: Mapping[str, Text], *, short: bool) -> Table:
    from rich.markup import escape

    table = _table(lang, ("对象", "entity"), ("时期", "period"), ("数值", "value", "right"), ("单位", "unit"), ("类别", "kind"),
                   ("口径", "scope"), ("覆盖率", "coverage", "right"), ("序列", "series"), gap=1 if short else 2)  # fmt: skip
    for v in found:
        kind, scope = word(KINDS, v.kind).in_(lang), word(SCOPES, v.scope).in_(lang)
        series = v.series.removeprefix(f"{v.indicator}.") if short else v.series
        cells = (named(v.entity, names, lang), str(v.period), unit_words(v.unit).in_(lang).strip(), kind, scope, _coverage(v), series)
        entity, period, *rest = (escape(cell) for cell in cells)
        table.add_row(entity, period, _figure(v, lang), *rest)
    return table


def _cells(table: Table) -> int:
    """The cells a table takes where there is room."""
    from rich.console import Console
    from rich.measure import Measurement

    console = Console(width=10_000)
    return Measurement.get(console, console.options, table).maximum


def named(entity: str, names: Mapping[str, Text], lang: Lang) -> str:
    """An entity by id and name; a cell of two hierarchies by both.

    Example:
        >>> named("region:32+sector:C35", {"region:32": Text("江苏", "Jiangsu")}, "zh")
        'region:32 江苏 + sector:C35'
    """
    return " + ".join(f"{part} {names[part].in_(lang)}" if part in names else part for part in entity.split("+"))


def _figure(v: Value | Reading, lang: Lang) -> Line:
    from rich.text import Text as Line

    if isinstance(v, Reading):
        return Line(bounded(v.value, v.bound))
    if v.value is None:
        return Line(word(STATUSES, v.status).in_(lang), style="dim")
    doubts = "".join(f" ! {word(DOUBTS, code).in_(lang)}" for code in v.warnings)
    return Line(exact(v.value) or "").append(doubts, style=STYLES["poor"])


def _coverage(v: Value | Reading) -> str:
    share = None if isinstance(v, Reading) else v.coverage.count
    return f"{share * 100:.1f} %" if share is not None else ""


def explanation(e: Explanation, lang: Lang, names: Mapping[str, Text] = MappingProxyType({})) -> RenderableType:
    """A value as a tree: formula, states, parts, facts, other readings of the same, digest."""
    from rich.markup import escape
    from rich.tree import Tree

    tree = Tree(_headline(e.value, lang, names))
    if isinstance(e.value, Reading):
        _branch(tree, Text("读数", "reading"), [escape(line) for line in _said(e.value, lang)], 1, lang)
    _branch(tree, Text("公式", "formula"), [escape(e.formula)] if e.formula else [], 1, lang)
    _branch(
        tree, Text("合并后的状态", "merged states"), [f"{escape(name)} = {escape(state)}" for name, state in e.states], len(e.states), lang
    )
    _branch(tree, Text("组成", "parts"), [_headline(v, lang, names) for v in e.children[:SHOWN]], len(e.children), lang)
    facts = [_fact(f.id, f.source, _place(f.place, lang), f.fields) for f in e.facts[:SHOWN]]
    _branch(tree, Text("事实", "facts"), facts, max(e.facts_total, len(e.facts)), lang)
    others = [_other(r, lang, names) for r in e.others[:SHOWN]]
    _branch(tree, Text("其他读数（不是组成）", "other readings, no parts of it"), others, len(e.others), lang)
    tree.add(f"{Text('摘要', 'digest').in_(lang)}: {e.digest}")
    return tree


def _said(r: Reading, lang: Lang) -> list[str]:
    """What a published figure is and is worth: series, kind, scope, confidence, and the note of whoever recorded it."""
    colon = Text("：", ": ").in_(lang)
    parts = [
        (Text("序列", "series"), r.series),
        (Text("类别", "kind"), word(KINDS, r.kind).in_(lang)),
        (Text("口径", "scope"), word(SCOPES, r.scope).in_(lang)),
        (Text("可信度", "confidence"), word(CONFIDENCE, r.confidence).in_(lang) if r.confidence else ""),
        (Text("说明", "note"), r.note),
    ]
    return [f"{name.in_(lang)}{colon}{text}" for name, text in parts if text]


def _other(r: Reading, lang: Lang, names: Mapping[str, Text]) -> str:
    """A reading of another series in one line."""
    from rich.markup import escape

    return f"{_headline(r, lang, names)}  ({escape(Text('；', '; ').in_(lang).join(_said(r, lang)))})"


def _headline(v: Value | Reading, lang: Lang, names: Mapping[str, Text]) -> str:
    from rich.markup import escape

    shown = _figure(v, lang).plain
    unit = unit_words(v.unit).in_(lang).strip() if v.value is not None else ""
    return f"[bold]{escape(v.indicator)}[/] {escape(named(v.entity, names, lang))} {v.period}: [bold]{escape(shown)}[/] {escape(unit)}"


def _place(place: str, lang: Lang) -> str:
    """The place of a fact in its source: a line by its number, anything else as the source writes it."""
    number = place.removeprefix("line ")
    return Text(f"第 {number} 行", place).in_(lang) if place.startswith("line ") and number.isdigit() else place


def _fact(id_: str, source: str, place: str, fields: Sequence[tuple[str, str]]) -> str:
    from rich.markup import escape

    inside = ", ".join(f"{name}={value}" for name, value in fields)
    return escape(f"{id_}  {source} {place}".rstrip() + (f"  ({inside})" if inside else ""))


def _branch(tree: Tree, title: Text, lines: Sequence[str], total: int, lang: Lang) -> None:
    if not lines:
        return
    branch = tree.add(f"{title.in_(lang)}" + (f" ({total})" if total > 1 else ""))
    for line in lines:
        branch.add(line)
    if total > len(lines):
        rest = total - len(lines)
        branch.add(Text(f"其余 {rest} 项见 --json", f"{rest} more: see --json").in_(lang))


def plan(lines: Sequence[PlanLine], lang: Lang) -> RenderableType:
    """The plan's tree; each node with what serves it now, systems counted."""
    from rich.console import Group
    from rich.tree import Tree

    tree = Tree(_line(Text("规划", "plan"), lang), hide_root=True)
    for line in lines:
        _grow(tree, line, lang)
    total: Counter[str] = Counter(line.served for line in _systems(lines))
    counted = "   ".join(f"{m.symbol} {m.text.in_(lang)} {total[name]}" for name, m in SERVED.items())
    heading = Text(f"规划点名的系统 {total.total()} 个：{counted}", f"{total.total()} systems named by the plan: {counted}")
    return Group(tree, _line(heading, lang))


def _grow(tree: Tree, line: PlanLine, lang: Lang) -> None:
    from rich.text import Text as Line

    node, m = line.node, mark(SERVED, line.served)
    label = Line(f"{m.symbol} ", style=STYLES[m.tone]).append(f"{node.section} ", style="dim")
    label.append(node.name.in_(lang), style="" if node.kind == "system" else "bold")
    label.append(f"  {word(PLAN_KINDS, node.kind).in_(lang)}", style="dim")
    if line.evidence:
        label.append(f"  {_proved(line.evidence, lang)}", style=STYLES[m.tone])
    branch = tree.add(label)
    for child in line.children:
        _grow(branch, child, lang)


def _proved(evidence: Sequence[str], lang: Lang) -> str:
    """How much of what should serve a node works; what does not is named."""
    missing = [item.removesuffix(": missing") for item in evidence if item.endswith(": missing")]
    works = len(evidence) - len(missing)
    counted = Text(f"{len(evidence)} 项中 {works} 项可用", f"{works} of {len(evidence)} work")
    return counted.in_(lang) + "".join(Text(f"，缺 {item}", f", missing {item}").in_(lang) for item in missing)


def _systems(lines: Iterable[PlanLine]) -> Iterable[PlanLine]:
    for line in lines:
        if line.node.kind == "system":
            yield line
        yield from _systems(line.children)


def findings(found: Sequence[Finding], lang: Lang) -> Group:
    """Findings one by one with their cure, and how many there are of each severity."""
    from rich.console import Group
    from rich.text import Text as Line

    parts: list[RenderableType] = []
    for f in found:
        words, tone = SEVERITIES[f.severity]
        parts.append(Line(f"{f.place}  ", style="bold").append(f"{words.in_(lang)} {f.code}", style=STYLES[tone]))
        parts += [Line(f"    {f.message.in_(lang)}"), Line(f"    → {f.cure.in_(lang)}", style="dim")]
    counted: Counter[str] = Counter(f.severity for f in found)
    stop = Text("，", ", ").in_(lang)
    summary = stop.join(f"{words.in_(lang)} {counted[name]}" for name, (words, _) in SEVERITIES.items() if counted[name])
    return Group(*parts, _line(Text(summary, summary) if summary else Text("没有问题", "no findings"), lang))


def receipt(r: Receipt, lang: Lang) -> RenderableType:
    """The count of one delivery as a balance; never wrapped, so that the file it names can be copied."""
    from rich.text import Text as Line

    parts = [(Text("入库", "stored"), r.stored), (Text("重复", "duplicate"), r.duplicate), (Text("被拒", "rejected"), r.rejected)]
    parts += [(Text("暂存", "spooled"), r.spooled)] if r.spooled else []
    lines = [f"{Text('收到', 'received').in_(lang)} {grouped(r.received)} = " + " + ".join(f"{t.in_(lang)} {grouped(n)}" for t, n in parts)]
    if r.corrected:
        lines.append(Text(f"其中 {grouped(r.corrected)} 行更正了先前的行", f"{grouped(r.corrected)} of them correct an earlier row").in_(lang))
    if r.rounded:
        lines.append(Text(f"取整 {grouped(r.rounded)} 行", f"{grouped(r.rounded)} rows rounded").in_(lang))
    if r.rejects_file:
        lines.append(Text(f"被拒各行及原因：{r.rejects_file}", f"rejected rows and reasons: {r.rejects_file}").in_(lang))
    return Line("\n".join(lines), no_wrap=True, overflow="ignore")


def tests(results: Sequence[Tested], lang: Lang) -> Group:
    """Failed cases with what was expected, and how many passed."""
    from rich.console import Group
    from rich.text import Text as Line

    if not results:
        return Group(_line(Text("这些包没有指标，无可测试", "these packs have no indicators: there is nothing to test"), lang))
    failed = [r for r in results if not r.passed]
    parts = [
        Line(f"✗ {r.indicator}: {r.case}", style=STYLES["bad"]).append(f"\n    {r.message.in_(lang) if r.message else ''}", style="")
        for r in failed
    ]
    passed = len(results) - len(failed)
    outcome = Mark(
        "✗" if failed else "✓",
        Text(f"通过 {passed}，未通过 {len(failed)}", f"{passed} passed, {len(failed)} failed"),
        "bad" if failed else "good",
    )
    return Group(*parts, Line(outcome.label.in_(lang), style=STYLES[outcome.tone]))


def _line(text: Text, lang: Lang) -> Line:
    from rich.text import Text as Line

    return Line(text.in_(lang))


def _table(lang: Lang, *columns: tuple[str, str] | tuple[str, str, str], gap: int = 2) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim")
    for zh, en, *side in columns:
        table.add_column(Text(zh, en).in_(lang), justify="right" if side else "left", overflow="fold")
    return table
