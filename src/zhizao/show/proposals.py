"""Proposals for a reader: the alternatives side by side, what the first one does, what stands in the way; and the same as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zhizao.model.proposal import Alternative, Binding, PlannedAction, Prediction, Revision, Solution, Status
from zhizao.model.remedy import Posing
from zhizao.model.text import Lang, Text
from zhizao.show.figures import grouped, plain, signed
from zhizao.show.scorecard import STYLES
from zhizao.show.words import Mark, unit_words

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table

STATUSES: Mapping[Status, Mark] = {
    "optimal": Mark("✓", Text("已证明最优", "proven best"), "good"),
    "feasible": Mark("✓", Text("可行，与最优之差有界", "good, and not far from the best"), "good"),
    "infeasible": Mark("✗", Text("做不到", "cannot be done"), "bad"),
    "stopped": Mark("…", Text("提前停止，为当时所得", "stopped early: the best until then"), "open"),
    "cannot_tell": Mark("?", Text("数据不足以判断", "cannot tell"), "open"),
}
SHOWN = 25
"""Actions and targets that are listed; the rest is counted."""
Names = Mapping[str, Text]
_NOBODY: Names = MappingProxyType({})


# ── plain data ──────────────────────────────────────────────────────────────────────────────────────────────────────


def data(name: str, body: Mapping[str, Any], *, stored: bool, remarks: Sequence[Text] = ()) -> dict[str, Any]:
    """A proposal as data: all that is stored, with its number."""
    return {"proposal": name, "stored": stored, **body, "remarks": [{"zh": r.zh, "en": r.en} for r in remarks]}


def posed(problems: Mapping[str, Posing]) -> list[dict[str, Any]]:
    """What can be decided, as data."""
    return [{"problem": p.id, "name_zh": p.name.zh, "name_en": p.name.en, "solver": p.solver, "indicator": p.indicator or p.quantity, "by": p.by} for p in problems.values()]


# ── for a terminal ──────────────────────────────────────────────────────────────────────────────────────────────────


def listed(problems: Mapping[str, Posing], lang: Lang) -> RenderableType:
    """What can be decided, one a line."""
    table = _table(lang, Text("问题", "problem"), Text("名称", "name"), Text("求解器", "solver"), Text("指标或设定", "indicator or setting"), Text("按", "by"))
    for p in problems.values():
        table.add_row(p.id, p.name.in_(lang), p.solver, p.indicator or p.quantity, p.by)
    return table


def proposal(name: str, body: Mapping[str, Any], solution: Solution, lang: Lang, names: Names = _NOBODY, *, stored: bool = True) -> Group:
    """A proposal as it is read: what was found, the alternatives, what the first asks for, what stands in the way, what to do next."""
    from rich.console import Group

    return Group(*_parts(name, body, solution, lang, names, stored))


def _parts(name: str, body: Mapping[str, Any], solution: Solution, lang: Lang, names: Names, stored: bool) -> Iterator[RenderableType]:
    from rich.text import Text as Line

    mark = STATUSES[solution.status]
    title = Text(**body["name"]).in_(lang)
    yield Line(f"{name}  {title}  ").append(mark.label.in_(lang), style=STYLES.get(mark.tone, ""))
    yield from (Line(line.in_(lang)) for line in _asked(body, names, lang))
    yield from (Line(f"· {reason.in_(lang)}") for reason in solution.reasons)
    if solution.alternatives:
        yield Line("")
        yield _alternatives(solution, lang)
    if solution.alternatives and (first := solution.alternatives[0]):
        yield from _first(first, lang, names)
    if solution.binding:
        yield Line("")
        yield Line(Text("限制着结果的：", "What stands in the way:").in_(lang), style="bold")
        yield from (Line(f"  {_binding(b, solution.unit, lang)}") for b in solution.binding)
    if stored and solution.alternatives and solution.status not in ("infeasible",):
        yield Line("")
        yield Line(Text(f"接着：zhizao approve {name} --as PERSON", f"Next: zhizao approve {name} --as PERSON").in_(lang), style="dim")


def _asked(body: Mapping[str, Any], names: Names, lang: Lang) -> Iterator[Text]:
    """What the problem is, in a line."""
    problem = body["problem"]
    entity = _named(problem["entity"], names, lang)
    if problem["kind"] == "remedies":
        unit, p = unit_words(problem["unit"]), f"{Decimal(problem['probability']) * 100:f}".rstrip("0").rstrip(".")
        gap = plain(Decimal(problem["gap"]))
        yield Text(f"{entity} {problem['period']}：缺口 {gap}{unit.zh}，把握不低于 {p} %", f"{entity}, {problem['period']}: a gap of {gap}{_spaced(unit.en)}, to be closed with a probability of {p} % or more")
    elif problem["kind"] == "cascade":
        whole, n = plain(Decimal(problem["whole"])), len(problem["parts"])
        yield Text(f"{entity}：{problem['year']} 年目标 {whole}，分到 {n} 个部分", f"{entity}: the target of {problem['year']}, {whole}, split over {n} parts")
    else:
        low, high, unit = plain(Decimal(problem["low"])), plain(Decimal(problem["high"])), unit_words(problem["unit"])
        n, seen = len(problem["machines"]), len(problem["trials"])
        yield Text(f"{entity}：{n} 台设备，{seen} 次观测，安全范围 {low}–{high}{unit.zh}", f"{entity}: {n} machines, {seen} observations, safe between {low} and {high}{_spaced(unit.en)}")


def _alternatives(solution: Solution, lang: Lang) -> Table:
    """The alternatives side by side; columns that say nothing are left out."""
    unit = unit_words(solution.unit).in_(lang).strip() if solution.unit else ""
    likely = any(a.probability is not None for a in solution.alternatives)
    checked = any(a.simulated is not None for a in solution.alternatives)
    heads = [Text("备选", "alternative"), Text("做法", "way"), Text(f"目标值 {unit}".strip(), f"objective {unit}".strip())]
    heads += [Text("把握", "probability")] * likely + [Text("模拟检验", "simulated")] * checked + [Text("预计变动", "expected change"), Text("项数", "items")]
    table = _table(lang, *heads)
    for n, a in enumerate(solution.alternatives):
        chances = [_share(a.probability)] * likely + [_share(a.simulated)] * checked
        table.add_row(str(n), a.name.in_(lang), grouped(a.objective), *chances, "; ".join(_predicted(p, lang) for p in a.predictions), str(len(a.choices)))
    if solution.gap is not None and solution.bound is not None and solution.alternatives:
        bound, gap = grouped(solution.bound), plain(solution.gap * 100, 2)
        table.caption = Text(f"下界 {bound}；与最优之差至多 {gap} %", f"bound {bound}: at most {gap} % from the best").in_(lang)
    return table


def _first(first: Alternative, lang: Lang, names: Names) -> Iterator[RenderableType]:
    from rich.text import Text as Line

    if first.actions and not first.revisions:
        yield Line("")
        yield _actions(first.actions, lang, names)
    if first.revisions:
        yield Line("")
        yield _revisions(first.revisions, lang, names)
    more = max(len(first.actions), len(first.revisions)) - SHOWN
    if more > 0:
        yield Line(Text(f"……另有 {more} 项（--json 列出全部）", f"… and {more} more (--json lists all)").in_(lang), style="dim")


def _actions(actions: Sequence[PlannedAction], lang: Lang, names: Names) -> Table:
    table = _table(lang, Text("对象", "entity"), Text("措施", "remedy"), Text("负责", "owner"), Text("期限（天）", "days"), Text("费用", "cost"), Text("预计（本对象）", "expected there"), Text("写入", "writes"))
    for a in actions[:SHOWN]:
        expected = f"{a.indicator} {signed(a.expected.mean, 4)} ± {plain(a.expected.sd, 4)}"
        writes = ", ".join(f"{w.machine} {w.quantity} = {plain(w.value)}" for w in a.writes)
        table.add_row(_named(a.entity, names, lang), a.title.in_(lang), a.owner, str(a.deadline_days), grouped(a.cost), expected, writes)
    return table


def _revisions(revisions: Sequence[Revision], lang: Lang, names: Names) -> Table:
    table = _table(lang, Text("对象", "entity"), Text("年份", "year"), Text("目标", "target"), Text("原目标", "before"), Text("单位", "unit"))
    for r in revisions[:SHOWN]:
        table.add_row(_named(r.entity, names, lang), str(r.year), plain(r.value), plain(r.before), unit_words(r.unit).in_(lang).strip())
    return table


def _predicted(p: Prediction, lang: Lang) -> str:
    return f"{p.indicator} {signed(p.mean, 4)} ({plain(p.low, 4)} … {plain(p.high, 4)}){_spaced(unit_words(p.unit).in_(lang))}"


def _binding(b: Binding, unit: str, lang: Lang) -> str:
    step = f"{plain(b.step)}{_spaced(unit_words(b.unit).in_(lang)) if b.unit else ''}"
    name = b.name.in_(lang)
    if b.worth is None:
        return Text(f"{name}（放宽 {step} 值多少未算）", f"{name} (what {step} more is worth was not computed)").in_(lang)
    worth = f"{grouped(b.worth)}{_spaced(unit_words(unit).in_(lang)) if unit else ''}"
    return Text(f"{name}：放宽 {step} 至少省 {worth}", f"{name}: {step} more would save {worth} or more").in_(lang)


def _share(p: Decimal | None) -> str:
    return "–" if p is None else f"{plain(p * 100, 1)} %"


def _named(entity: str, names: Names, lang: Lang) -> str:
    return f"{entity} {names[entity].in_(lang)}" if entity in names else entity


def _spaced(unit: str) -> str:
    return f" {unit.strip()}" if unit.strip() else ""


def _table(lang: Lang, *heads: Text) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", caption_justify="left")
    for head in heads:
        table.add_column(head.in_(lang))
    return table
