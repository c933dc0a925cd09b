"""The scorecard for a terminal, drawn from the rows of an evaluation and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from zhizao.model.text import Lang, Text
from zhizao.show.danger import Danger, dangers
from zhizao.show.figures import bounded, chance, plain, signed
from zhizao.show.ground import EARLY, GAP, RULE, UNSURE, early, unsure
from zhizao.show.quantity import quantity
from zhizao.show.words import DOUBTS, KINDS, OPEN, SCOPES, VERDICTS, mark, unit_words, word

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

Row = Mapping[str, Any]

STYLES = {"good": "bold green", "fair": "cyan", "bad": "bold red", "poor": "yellow", "open": "blue", "none": "dim"}
NARROW, WIDE, SCOPE = 96, 128, 16
"""Cells of a terminal from which a scope, and then a source, are shown; and of a narrow scope."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading, width in terminal cells (0 takes what is left), side."""

    head: Text
    width: int
    right: bool = False


MARGIN = Column(Text("距目标", "margin"), 7, right=True)


def scorecard(rows: Sequence[Row], lang: Lang, width: int, *, title: Text | None = None, as_of: str = "") -> Group:
    """Every target of the plan with what was reached: groups of indicators, a line for each year, footnotes.

    Args:
        rows: as :func:`zhizao.show.json.scored` gives them, in the plan's order.
        width: cells of the terminal; 80 is enough.
    """
    from rich.console import Group
    from rich.rule import Rule
    from rich.text import Text as Line

    columns = _columns(rows, width)
    parts: list[Any] = [_title(title, as_of, lang), *_counts(rows, lang), *_in_danger(rows, lang)]
    parts += [_table(columns, [], lang, head=True), Rule(style="dim")]
    for group, inside in groupby(rows, key=lambda row: row[f"group_{lang}"]):
        if group:
            parts.append(Line(group, style="bold underline"))
        for _, of_one in groupby(inside, key=lambda row: row["indicator"]):
            years = list(of_one)
            parts += [_name(years[0], lang), _table(columns, [_cells(row, columns, lang) for row in years], lang)]
        parts.append(Line(""))
    return Group(*parts, *_doubts(rows, lang), *_notes(rows, lang))


def _title(title: Text | None, as_of: str, lang: Lang) -> Any:
    from rich.text import Text as Line

    known = Text(f"　截至 {as_of} 已知", f"  as known on {as_of}").in_(lang) if as_of else ""
    line = Line((title or Text("规划评估", "Evaluation of the plan")).in_(lang), style="bold")
    return line.append(known, style="dim")


def _counts(rows: Sequence[Row], lang: Lang) -> Iterator[Any]:
    """One line a target year: how many met, missed, and have no figure."""
    from rich.text import Text as Line

    for year in sorted({row["year"] for row in rows}):
        line = Line(f"{year}  ", style="bold")
        for verdict, count in counts(rows, year).items():
            m = VERDICTS[verdict]
            line.append(f"{m.symbol} {count} {m.text.in_(lang)}  ", style=STYLES[m.tone])
        line.rstrip()
        yield line


def _in_danger(rows: Sequence[Row], lang: Lang) -> Iterator[Any]:
    """The targets in danger by their numbers, one line for each way of being so; the lines below and the report say more."""
    from rich.padding import Padding
    from rich.text import Text as Line

    found = dangers(rows)
    if found:
        yield Line(Text("处于危险的目标", "Targets in danger").in_(lang), style="bold")
    for group in found:
        line = Line(f"{group.title.in_(lang)}{Text('：', ': ').in_(lang)}", style=STYLES[group.found[0].tone])
        yield Padding(line.append(Text("；", "; ").in_(lang).join(text.in_(lang) for text in _by_indicator(group.found)), style="default"), (0, 0, 0, 2))
    if found:
        yield Line("")


def _by_indicator(found: Sequence[Danger]) -> Iterator[Text]:
    for name, of_one in groupby(found, key=lambda d: d.indicator):
        years = list(of_one)
        number = years[0].number
        zh, en = (f"第 {number} 项", f"no. {number}") if number else (name, name)
        yield Text(f"{zh} {'、'.join(d.short.zh for d in years)}", f"{en}: {', '.join(d.short.en for d in years)}")


def _columns(rows: Sequence[Row], width: int) -> dict[str, Column]:
    columns = {
        "year": Column(Text("年份", "year"), 4),
        "target": Column(Text("目标", "target"), 6, right=True),
        "value": Column(Text("数值", "value"), 8, right=True),
        "period": Column(Text("时期", "period"), 9),
        "kind": Column(Text("类别", "kind"), 9),
        "verdict": Column(Text("判定", "verdict"), 20),
        "gap": Column(Text("差距", "gap"), 7, right=True),
    }
    if any(row["verdict"] in OPEN for row in rows):
        columns["chance"] = Column(Text("可能性", "chance"), 8)
    if _room(columns, width) >= MARGIN.width:
        columns["margin"] = MARGIN
    if width >= NARROW and _room(columns, width) >= SCOPE:
        columns["scope"] = Column(Text("口径", "scope"), SCOPE if width < WIDE else 26)
    if width >= WIDE:
        columns["source"] = Column(Text("来源", "source"), 0)
    return columns


def _indent(columns: Mapping[str, Column]) -> int:
    """Cells before the year, besides one blank: none where the column of chances needs them."""
    return 0 if "chance" in columns else 1


def _room(columns: Mapping[str, Column], width: int) -> int:
    """Cells left for one more column, each followed by a blank."""
    return width - _indent(columns) - 1 - sum(c.width + 1 for c in columns.values()) - 1


def _cells(row: Row, columns: Mapping[str, Column], lang: Lang) -> list[Any]:
    from rich.text import Text as Line

    m = mark(VERDICTS, row["verdict"])
    star = "*" if row["target"] != row["printed_target"] else ""
    cells = {
        "year": str(row["year"]),
        "target": ("≈ " if row["about"] else "") + plain(row["target"]) + star,
        "value": bounded(row["value"], row["bound"]),
        "period": f"{row['value_period'] or ''}{EARLY if early(row) else ''}",
        "kind": word(KINDS, row["kind"]).in_(lang) if row["kind"] else "",
        "verdict": Line(m.label.in_(lang) + (UNSURE if unsure(row) else ""), style=STYLES[m.tone]),
        "gap": signed(row["gap"]) if row["gap"] is not None else "",
        "margin": signed(row["margin"]) if row["margin"] is not None else "",
        "chance": _chance(row),
        "scope": word(SCOPES, row["scope"]).in_(lang) if row["scope"] else "",
        "source": _source(row, lang),
    }
    return [cells[name] for name in columns]


def _chance(row: Row) -> str:
    """The lowest and highest chance any model gives, while the period is open."""
    chances = [f["p_attain"] for f in row["forecasts"]] if row["verdict"] in OPEN else []
    if not chances:
        return ""
    low, high = chance(min(chances)), chance(max(chances))
    return low if low == high else f"{low.removesuffix(' %')}–{high}".replace("> ", ">").replace("< ", "<")


def _source(row: Row, lang: Lang) -> str:
    source = next(iter(row["sources"]), None)
    if source is None:
        return ""
    at = source["published_at"] or ("" if row["kind"] == "computed" else "?")  # what is computed here is published by nobody
    return ", ".join(filter(None, (row[f"publisher_{lang}"], at)))


def _name(row: Row, lang: Lang) -> Any:
    from rich.table import Table
    from rich.text import Text as Line

    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=2, justify="right", style="dim")
    name = Line(row[f"name_{lang}"]).append(f"  {unit_words(row['unit']).in_(lang).strip()}", style="dim")
    grid.add_row(str(row["number"] or "·"), name)
    return grid


def _table(columns: Mapping[str, Column], rows: Sequence[Sequence[Any]], lang: Lang, head: bool = False) -> Table:
    from rich.table import Table

    # One table an indicator, all with the same fixed widths: the name above may then take the whole line.
    table = Table(box=None, show_header=head, header_style="dim", padding=(0, 1, 0, 0), expand=True, pad_edge=False)
    table.add_column("", width=_indent(columns))
    for c in columns.values():
        side, width = "right" if c.right else "left", c.width or None
        table.add_column(c.head.in_(lang), width=width, ratio=None if c.width else 1, justify=side, no_wrap=True, overflow="ellipsis")  # type: ignore[arg-type]
    if not any(c.width == 0 for c in columns.values()):
        table.add_column("", ratio=1)
    for row in rows:
        table.add_row("", *row, *([""] if len(table.columns) > len(row) + 1 else []))
    return table


def _doubts(rows: Sequence[Row], lang: Lang) -> Iterator[Any]:
    """Each computed figure that comes with a warning, once, whatever the targets it stands beside."""
    from rich.text import Text as Line

    said = dict.fromkeys((row["number"], row[f"name_{lang}"], quantity(plain(d["value"]), row["unit"]).in_(lang), d["period"], code)
                         for row in rows if (d := row.get("doubted")) for code in d["warnings"])  # fmt: skip
    for number, name, figure, period, code in said:
        about = Text(f"第 {number} 项", f"no. {number}").in_(lang) if number else name
        computed = Text(f"! {about}：测算值 {period} 为 {figure}：", f"! {about}: computed {figure} for {period}: ").in_(lang)
        yield Line(computed + word(DOUBTS, code).in_(lang), style=STYLES["poor"])


def _notes(rows: Sequence[Row], lang: Lang) -> Iterator[Any]:
    from rich.table import Table

    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=3, justify="right", style="dim")
    grid.add_column(style="dim", overflow="fold")  # Chinese has no blanks to break at
    for sign, note in _footnotes(rows):
        grid.add_row(sign, note.in_(lang))
    yield grid


def _footnotes(rows: Sequence[Row]) -> Iterator[tuple[str, Text]]:
    replaced = [row for row in rows if row["target"] != row["printed_target"]]
    if replaced:
        zh = "，".join(f"第 {row['number']} 项印为 {row['printed']}" for row in replaced)
        en = ", ".join(f"no. {row['number']} prints {row['printed']}" for row in replaced)
        yield (
            "*",
            Text(f"印刷数字有误，不采用（{zh}）；理由见报告", f"a damaged printed figure is not used ({en}); the report gives the reason"),
        )
    if any(row["about"] for row in rows):
        yield "≈", Text("规划写“左右”：允许相对偏差 ±5 %，此尺度为本系统所定", 'the plan says "about": ±5 % relative, a tolerance of ours')
    if any(row["bound"] for row in rows):
        yield "≥ ≤", Text("来源只说明下限或上限", "the source gives only a bound")
    if any(row["verdict"].endswith("_by_proxy") for row in rows):
        yield "( )", Text("判定依据推算值、其他口径或替代指标", "decided by a derived figure, another scope or a stand-in")
    if any(map(early, rows)):
        yield EARLY, RULE
    if any(map(unsure, rows)):
        yield UNSURE, Text("判定所据之数的可信度为中或低，见报告", "the deciding figure is of medium or low confidence; the report says which")
    yield "±", GAP
    if any(row["verdict"] in OPEN for row in rows):
        yield "%", Text("可能性：各预测模型给出的达标概率范围", "chance: range of the models' probabilities of attainment")


def counts(rows: Sequence[Row], year: int) -> dict[str, int]:
    """How many targets of a year have each verdict, in the order of the verdicts."""
    found = Counter(row["verdict"] for row in rows if row["year"] == year)
    return {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}
