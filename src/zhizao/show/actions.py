"""Actions as a list, as a board by status and as a calendar; and what is to be sent, as rows and as JSON. All are views of the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from zhizao.model.text import Lang, Text

Row = dict[str, Any]

STATUS = {
    "planned": Text("待办", "planned"), "started": Text("进行中", "under way"), "done": Text("已完成", "done"), "cancelled": Text("已取消", "cancelled"),
}  # fmt: skip
FATES = {
    None: Text("未发", "not sent"), "rehearsed": Text("演练", "rehearsed"), "intended": Text("结果未知", "not known"), "sent": Text("结果未知", "not known"),
    "unknown": Text("结果未知", "not known"), "confirmed": Text("已确认", "confirmed"), "differs": Text("读回不符", "differs"), "refused": Text("被拒", "refused"),
    "failed": Text("未送达", "did not arrive"), "released": Text("人工放行", "released by a person"),
}  # fmt: skip
FINE = "bold green"
GOOD, BAD = ("confirmed", "done"), ("differs", "unknown", "intended", "sent", "failed", "refused")
LATE = Text("已逾期", "late")
WIDTH, NARROW = 40, 4
"""Columns of the calendar's bars, and days that it shows at least."""
NONE = Text("没有措施", "there are no actions")
NOTHING = Text("没有待写出的内容", "nothing is waiting to be sent")


def table(rows: Sequence[Row], lang: Lang) -> RenderableType:
    """Every action on one line, with what it sends below it."""
    if not rows:
        return Line(NONE.in_(lang))
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (Text("措施", "action"), Text("对象", "entity"), Text("内容", "what"), Text("负责人", "owner"), Text("期限", "due"), Text("状态", "status")):
        shown.add_column(heading.in_(lang))
    for row in rows:
        shown.add_row(row["action"], row["entity"], row[f"title_{lang}"], row["owner"], row["deadline"], _status(row, lang))
        for write in row["writes"]:
            shown.add_row("", f"  {write['entity']}", f"{write['what']} = {write['value']}", write["sink"], "", Line(FATES[write["fate"]].in_(lang), _style(write["fate"])))
    return shown


def board(rows: Sequence[Row], lang: Lang) -> RenderableType:
    """A column a status."""
    shown = Table(pad_edge=False, header_style="bold", expand=True)
    columns = {status: [row for row in rows if row["status"] == status] for status in STATUS}
    for status, held in columns.items():
        shown.add_column(f"{STATUS[status].in_(lang)} ({len(held)})", ratio=1)
    shown.add_row(*(Group(*(_card(row, lang) for row in held)) for held in columns.values()))
    return shown


def calendar(rows: Sequence[Row], today: date, lang: Lang) -> RenderableType:
    """A bar an action from when it was planned to when it is due; ``│`` is today."""
    if not rows:
        return Line(NONE.in_(lang))
    first = min(today, *(date.fromisoformat(row["planned_at"][:10]) for row in rows))
    last = max(today + timedelta(days=NARROW), *(date.fromisoformat(row["deadline"]) for row in rows))
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (Text("措施", "action").in_(lang), Text("对象", "entity").in_(lang), f"{first} … {last}", Text("状态", "status").in_(lang)):
        shown.add_column(heading, no_wrap=True)
    for row in rows:
        shown.add_row(row["action"], row["entity"], bar(row, (first, last), today), _status(row, lang))
    return shown


def bar(row: Row, span: tuple[date, date], today: date) -> str:
    """The time of an action in a span, as a line of characters.

    Example:
        >>> bar({"planned_at": "2026-01-01", "deadline": "2026-01-05"}, (date(2026, 1, 1), date(2026, 1, 9)), date(2026, 1, 7))
        '█████████████████████.........│.........'
    """
    days = max((span[1] - span[0]).days, 1)

    def column(day: date) -> int:
        return round((day - span[0]).days * (WIDTH - 1) / days)

    begins, ends, now = (column(day) for day in (date.fromisoformat(row["planned_at"][:10]), date.fromisoformat(row["deadline"]), today))
    return "".join("│" if n == now else "█" if begins <= n <= ends else "." for n in range(WIDTH))


def outcomes(rows: Sequence[Row], lang: Lang, *, sent: bool) -> RenderableType:
    """What would be sent or was, by which policy line, or why not."""
    if not rows:
        return Line(NOTHING.in_(lang))
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (Text("写出", "write"), Text("对象", "entity"), Text("内容", "what"), Text("去向", "to"), Text("依据", "line"), Text("结果", "outcome")):
        shown.add_column(heading.in_(lang))
    for row in rows:
        shown.add_row(row["write"], row["entity"], f"{row['what']} = {row['value']}", row["sink"], row["line"], _outcome(row, lang, sent))
    return shown


def reason(note: str, lang: Lang) -> str:
    """A reason as it is kept, in one language.

    Example:
        >>> reason("已停止\\nstopped", "en"), reason("good", "zh")
        ('stopped', 'good')
    """
    zh, _, en = note.partition("\n")
    return zh if lang == "zh" or not en else en


def _outcome(row: Row, lang: Lang, sent: bool) -> Line:
    why = reason(row["note"], lang)
    if not sent and row["fate"] == "rehearsed":
        return Line(why, "yellow") if why else Line(Text("可发；加 --send 写出", "would be sent; add --send").in_(lang), FINE)
    found, back = FATES[row["fate"]].in_(lang), row["read_back"]
    read = Text(f"，读回 {back}", f", read back {back}").in_(lang) if back else ""
    return Line(f"{found}{read}" + (f" ({why})" if why and row["fate"] not in GOOD else ""), _style(row["fate"]))


def _card(row: Row, lang: Lang) -> Line:
    late = f" {LATE.in_(lang)}" if row["is_late"] else ""
    return Line(f"{row['action']} {row[f'title_{lang}']}\n{row['entity']} · {row['owner']} · {row['deadline']}{late}\n", "red" if late else "")


def _status(row: Row, lang: Lang) -> Line:
    words = [STATUS[row["status"]].in_(lang)]
    if row["is_late"]:
        words.append(LATE.in_(lang))
    if row["told"]:
        words.append(f"→ {row['told'][-1]}")
    if row["waits_for"]:
        words.append(Text(f"等 {', '.join(row['waits_for'])}", f"waits for {', '.join(row['waits_for'])}").in_(lang))
    return Line(" ".join(words), "red" if row["is_late"] else _style(row["status"]))


def _style(word: str | None) -> str:
    return FINE if word in GOOD else "yellow" if word in BAD else ""
