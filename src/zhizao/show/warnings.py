"""Warnings for a terminal and as data: what is open by severity, since when, on what evidence, and from what cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zhizao.model.rule import GRADES, Grade, Rule
from zhizao.model.text import Lang, Text
from zhizao.model.warning import Event, Standing, Warning_, What

if TYPE_CHECKING:
    from rich.console import RenderableType

GRADE_WORDS: Mapping[Grade, Text] = {
    "red": Text("红色", "red"), "orange": Text("橙色", "orange"), "yellow": Text("黄色", "yellow"), "blue": Text("蓝色", "blue"),
}  # fmt: skip
STANDINGS: Mapping[Standing, Text] = {
    "open": Text("未处理", "open"), "acknowledged": Text("已确认", "acknowledged"), "explained": Text("已说明", "explained"),
    "appealed": Text("申诉中", "appealed"), "upheld": Text("申诉未获支持", "upheld"), "resolved": Text("已解除", "resolved"), "expired": Text("已失效", "expired"),
}  # fmt: skip
EVENTS: Mapping[What, Text] = {
    "raised": Text("发出", "raised"), "worsened": Text("升级", "worsened"), "acknowledged": Text("确认", "acknowledged"), "explained": Text("说明", "explained"),
    "appealed": Text("申诉", "appealed"), "upheld": Text("驳回申诉", "appeal turned down"), "resolved": Text("解除", "resolved"),
    "reopened": Text("重新开启", "reopened"), "expired": Text("失效", "expired"),
}  # fmt: skip
_STYLES: Mapping[Grade, str] = {"red": "bold red", "orange": "dark_orange", "yellow": "yellow", "blue": "blue"}
NAMED = 3
"""Parts of a cause that a line names."""

Rules = Mapping[str, Rule]
Names = Mapping[str, Text]
_NOBODY: Names = MappingProxyType({})


def ordered(found: Sequence[Warning_]) -> list[Warning_]:
    """Warnings as they are read: the worst first, of equal ones the oldest."""
    return sorted(found, key=lambda w: (w.is_over, -GRADES.index(w.severity), w.since, w.id))


def data(found: Sequence[Warning_], rules: Rules) -> list[dict[str, Any]]:
    """Warnings as data, each with every event of its life."""
    return [_data(w, rules.get(w.rule)) for w in ordered(found)]


def _data(w: Warning_, rule: Rule | None) -> dict[str, Any]:
    return {
        "warning": w.id, "severity": w.severity, "standing": w.standing, "entity": w.entity, "rule": w.rule,
        "name_zh": rule.name.zh if rule else w.rule, "name_en": rule.name.en if rule else w.rule,
        "subject": w.subject, "about": w.about, "since": w.since.isoformat(), "ended": w.ended.isoformat() if w.ended else None,
        "tell": rule.tell if rule else "", "names_enterprise": rule.names_enterprise if rule else False,
        "evidence": dict(w.evidence), "cause": [dict(part) for part in w.cause], "events": [_event(e) for e in w.events],
    }  # fmt: skip


def _event(e: Event) -> dict[str, Any]:
    return {"what": e.what, "at": e.at.isoformat(), "severity": e.severity, "about": e.about, "by": e.by, "note": e.note}


def table(found: Sequence[Warning_], rules: Rules, lang: Lang, names: Names = _NOBODY) -> RenderableType:
    """Warnings one below the other: severity, whom and what it is about, since when; below it why, and where it comes from."""
    from rich.console import Group
    from rich.text import Text as Line

    if not found:
        return Line(Text("没有预警", "no warnings").in_(lang))
    return Group(*(_lines(w, rules.get(w.rule), lang, names) for w in ordered(found)))


def _lines(w: Warning_, rule: Rule | None, lang: Lang, names: Names) -> RenderableType:
    from rich.text import Text as Line

    head = Line(f"{GRADE_WORDS[w.severity].in_(lang)}  ", style=_STYLES[w.severity])
    head.append(f"{w.id}  {_named(w.entity, names, lang)}  {rule.name.in_(lang) if rule else w.rule}", style="bold")
    about = "  ".join(part for part in (w.subject, w.about) if part)
    since = Text(f"自 {w.since:%Y-%m-%d}，{STANDINGS[w.standing].zh}", f"since {w.since:%Y-%m-%d}, {STANDINGS[w.standing].en}").in_(lang)
    head.append(f"\n    {about}  {since}", style="")
    for line in (_why(w, lang), _cause(w, lang, names), _last_word(w, lang)):
        head.append(f"\n    {line}" if line else "", style="")
    return head


def _why(w: Warning_, lang: Lang) -> str:
    """The comparisons that hold, each with its threshold and how far beyond it."""
    held = [t for t in w.evidence.get("tests", ()) if t.get("holds")]
    said = "; ".join(f"{t['test']}: {t['left']}" + (f" ({Text('超出', 'by').in_(lang)} {t['margin']})" if t.get("margin") else "") for t in held)
    return f"{Text('依据', 'why').in_(lang)}: {said}" if said else ""


def _cause(w: Warning_, lang: Lang, names: Names) -> str:
    levels = dict.fromkeys(str(part.get("level", "")) for part in w.cause)
    parts = [p for level in levels for p in [q for q in w.cause if q.get("level", "") == level][:NAMED]]
    said = ", ".join(f"{_named(str(p.get('entity', '')), names, lang)} {p.get('change', '')}".strip() for p in parts)
    return f"{Text('原因', 'cause').in_(lang)}: {said}" if said else ""


def _last_word(w: Warning_, lang: Lang) -> str:
    e = w.events[-1]
    return f"{EVENTS[e.what].in_(lang)}: {e.by} {e.note}".rstrip() if e.note and e.by else ""


def _named(entity: str, names: Names, lang: Lang) -> str:
    name = names.get(entity)
    return f"{name.in_(lang)} ({entity})" if name else entity
