"""Attributions for a reader: a table with bars, a tree, plain data, and a waterfall for reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape as html
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zhizao.model.attribution import Attribution, Branch, Cause, Kind, Part
from zhizao.model.text import Lang, Text
from zhizao.show.figures import plain, signed
from zhizao.show.json import exact
from zhizao.show.quantity import quantity
from zhizao.show.scorecard import STYLES
from zhizao.show.tables import named

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.tree import Tree

KINDS: Mapping[Kind, Text] = {
    "within": Text("自身变化", "own change"),
    "mix": Text("比重变化", "change of weight"),
    "entry": Text("新进", "entry"),
    "exit": Text("退出", "exit"),
    "coverage": Text("填报差异", "who answered"),
    "price": Text("价格", "prices"),
    "activity": Text("总量", "activity"),
}
ROWS = 20
"""Parts of a table that are told; the rest is one row."""
BAR = 24
"""Cells of the longest bar."""
NONE: Mapping[str, Text] = MappingProxyType({})


# ── plain data ──────────────────────────────────────────────────────────────────────────────────────────────────────


def data(a: Attribution) -> dict[str, Any]:
    """An attribution as data: the agreed keys, and what there is beyond them."""
    found: dict[str, Any] = {
        "indicator": a.indicator, "entity": a.entity, "from": exact(a.first), "to": exact(a.last), "change": exact(a.change), "unit": a.unit,
        "from_period": a.start, "to_period": a.end, "by": [*a.by], "method": a.method,
        "parts": [_part(part) for part in a.parts],
    }  # fmt: skip
    found |= {"gap": True, "required": exact(a.first), "base": exact(a.base)} if a.is_gap else {}
    found |= {"tree": _branch(a.tree)} if a.tree else {}
    found |= {"causes": [_cause(cause) for cause in a.causes]} if a.tree else {}
    return found


def _part(part: Part) -> dict[str, Any]:
    return {"kind": part.kind, "entity": part.entity, "amount": exact(part.amount)}


def _branch(b: Branch) -> dict[str, Any]:
    found: dict[str, Any] = {"entity": b.entity, "level": b.level, "amount": exact(b.amount), "share": exact(b.share), "weight": exact(b.weight)}
    found |= {"kinds": {part.kind: exact(part.amount) for part in b.kinds}} if b.kinds else {}
    return found | ({"below": [_branch(below) for below in b.below], "others": b.others} if b.below else {})


def _cause(c: Cause) -> dict[str, Any]:
    return {"entities": [*c.entities], "amount": exact(c.amount), "share": exact(c.share), "strength": round(c.strength, 2), "gain": round(c.gain, 2), "units": c.units}


# ── a terminal ──────────────────────────────────────────────────────────────────────────────────────────────────────


def page(a: Attribution, lang: Lang, names: Mapping[str, Text] = NONE) -> RenderableType:
    """The change, its parts with bars, and where it comes from."""
    from rich.console import Group
    from rich.text import Text as Line

    parts: list[RenderableType] = [Line(headline(a, names).in_(lang), style="bold"), _table(a, lang, names)]
    if a.tree and a.tree.below:
        parts += [Line(), _tree(a.tree, lang, names)]
    if a.causes:
        parts += [Line(), *(Line(_told(cause, i, a, names).in_(lang)) for i, cause in enumerate(a.causes, 1))]
    return Group(*parts)


def headline(a: Attribution, names: Mapping[str, Text] = NONE) -> Text:
    """What is taken apart, in one line."""
    change, last = quantity(signed(a.change, 6), a.unit), quantity(plain(a.last), a.unit)
    who = Text(named(a.entity, names, "zh"), named(a.entity, names, "en"))
    if a.is_gap:
        wanted = quantity(plain(a.first), a.unit)
        return Text(
            f"{a.indicator} {who.zh} {a.end}：{last.zh}，目标路径要求 {wanted.zh}，差距 {change.zh}（自 {a.start} 的 {plain(a.base)} 起算）",
            f"{a.indicator} {who.en} {a.end}: {last.en}, required {wanted.en}, gap {change.en} (counted from {plain(a.base)} in {a.start})",
        )
    first = quantity(plain(a.first), a.unit)
    return Text(
        f"{a.indicator} {who.zh}：{a.start} 为 {first.zh}，{a.end} 为 {last.zh}，变化 {change.zh}",
        f"{a.indicator} {who.en}: {first.en} in {a.start}, {last.en} in {a.end}, change {change.en}",
    )


def _table(a: Attribution, lang: Lang, names: Mapping[str, Text]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title, right in ((Text("对象", "entity"), False), (Text("方式", "how"), False), (Text("贡献", "contribution"), True), (Text("占比", "share"), True)):
        table.add_column(title.in_(lang), justify="right" if right else "left", overflow="fold")
    table.add_column()
    longest = max((abs(part.amount) for part in a.parts), default=Decimal(0))
    for part in a.parts[:ROWS]:
        who = escape(_who(part.entity, a, names, lang))
        table.add_row(who, KINDS[part.kind].in_(lang), _figure(part.amount, a), _share(part.amount, a.change), _bar(part.amount, longest))
    if rest := a.parts[ROWS:]:
        amount = sum((part.amount for part in rest), Decimal(0))
        table.add_row(Text(f"其余 {len(rest)} 项", f"{len(rest)} more").in_(lang), "", _figure(amount, a), _share(amount, a.change), "")
    return table


def _who(entity: str, a: Attribution, names: Mapping[str, Text], lang: Lang) -> str:
    """An entity by name; what lies in none of the parts has the name of the whole."""
    return Text("未归入各部分", "in none of the parts").in_(lang) if entity == a.entity else named(entity, names, lang)


def _figure(amount: Decimal, a: Attribution) -> str:
    places = -int(a.change.as_tuple().exponent)
    return f"{amount:+.{max(places, 0)}f}".replace("-", "−") if amount else "0"


def _share(amount: Decimal, change: Decimal) -> str:
    return f"{amount / change * 100:.1f} %".replace("-", "−") if change else ""


def _bar(amount: Decimal, longest: Decimal) -> str:
    """A bar: full blocks for what pulls up, shaded ones for what pulls down."""
    return ("█" if amount > 0 else "▒") * (max(1, round(BAR * abs(amount) / longest)) if amount and longest else 0)


def _tree(branch: Branch, lang: Lang, names: Mapping[str, Text]) -> Tree:
    from rich.tree import Tree

    tree = Tree(Text("由上到下", "from the top down").in_(lang), guide_style="dim")
    _grow(tree, branch, lang, names)
    return tree


def _grow(tree: Tree, branch: Branch, lang: Lang, names: Mapping[str, Text]) -> None:
    from rich.markup import escape

    share = f"{branch.share * 100:.1f} %" if branch.share is not None else ""
    weight = Text(f"比重 {branch.weight * 100:.1f} %", f"weight {branch.weight * 100:.1f} %").in_(lang) if branch.weight is not None and branch.level else ""
    label = f"{escape(named(branch.entity, names, lang))}  [bold]{plain(branch.amount)}[/]  {share}  [dim]{weight}[/]"
    below = tree.add(label, style=STYLES["bad"] if branch.below else "")
    for child in branch.below:
        _grow(below, child, lang, names)
    if branch.others:
        below.add(Text(f"其余 {branch.others} 个", f"{branch.others} more").in_(lang), style="dim")


def _told(cause: Cause, rank: int, a: Attribution, names: Mapping[str, Text]) -> Text:
    """A cause in one line."""
    who = Text(*(named("+".join(cause.entities), names, lang) for lang in ("zh", "en")))
    share = "" if cause.share is None else f"{cause.share * 100:.1f} %"
    amount = quantity(signed(cause.amount, 6), a.unit)
    return Text(
        f"原因 {rank}：{who.zh}，{cause.units} 个单位与其余的走势不同，贡献 {amount.zh}（占 {share}），为噪声的 {abs(cause.strength):.1f} 倍",
        f"cause {rank}: {who.en}: its {cause.units} units moved unlike the others; {amount.en} ({share}), {abs(cause.strength):.1f} times the noise",
    )


# ── a report ────────────────────────────────────────────────────────────────────────────────────────────────────────

WIDTH, ROW, LEFT, RIGHT = 640, 22, 220, 90


def waterfall(a: Attribution, lang: Lang, names: Mapping[str, Text] = NONE, rows: int = 12) -> str:
    """From the first figure to the last as an SVG: one step a part, the smallest together.

    Example:
        >>> a = Attribution("x", "nation:T", "2019", "2020", Decimal(1), Decimal(3), "", ("region",), "exact", (Part("within", "region:1", Decimal(2)),))
        >>> waterfall(a, "en").count("<rect")
        3
    """
    steps = _steps(a, lang, names, rows)
    low, high = min(min(s, e) for _, s, e in steps), max(max(s, e) for _, s, e in steps)
    scale = Decimal(WIDTH - LEFT - RIGHT) / ((high - low) or Decimal(1))
    lines = [_step(i, label, (start - low) * scale, (end - low) * scale, end if i in (0, len(steps) - 1) else end - start) for i, (label, start, end) in enumerate(steps)]
    title = html(headline(a, names).in_(lang))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {ROW * len(steps) + 8}" role="img" font-family="sans-serif" font-size="12">'
        f"<title>{title}</title>{''.join(lines)}</svg>"
    )


def _steps(a: Attribution, lang: Lang, names: Mapping[str, Text], rows: int) -> list[tuple[str, Decimal, Decimal]]:
    """What each row is called, and from where to where it goes."""
    ends = (Text("要求", "required") if a.is_gap else Text(a.start, a.start), Text(a.end, a.end))
    shown, rest = a.parts[:rows], a.parts[rows:]
    told = [(f"{_who(p.entity, a, names, lang)} · {KINDS[p.kind].in_(lang)}", p.amount) for p in shown]
    told += [(Text(f"其余 {len(rest)} 项", f"{len(rest)} more").in_(lang), sum((p.amount for p in rest), Decimal(0)))] if rest else []
    found, at = [(ends[0].in_(lang), min(a.first, a.last), a.first)], a.first
    for label, amount in told:
        found.append((label, at, at + amount))
        at += amount
    return [*found, (ends[1].in_(lang), min(a.first, a.last), a.last)]


def _step(i: int, label: str, start: Decimal, end: Decimal, amount: Decimal) -> str:
    y, x, width = i * ROW + 4, LEFT + float(min(start, end)), max(1.0, float(abs(end - start)))
    tone = "#0b7a4b" if end >= start else "#b3261e"
    return (
        f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{html(label)}</text>'
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 6}" fill="{tone}"/>'
        f'<text x="{x + width + 6:.1f}" y="{y + 13}">{html(plain(amount))}</text>'
    )


def told(parts: Sequence[Part]) -> Mapping[Kind, Decimal]:
    """What each way of contributing comes to, over all entities.

    Example:
        >>> told([Part("within", "a", Decimal(1)), Part("within", "b", Decimal(2))])["within"]
        Decimal('3')
    """
    return {kind: amount for kind in KINDS if (amount := sum((p.amount for p in parts if p.kind == kind), Decimal(0)))}
