"""How sources fare, as a table a person reads, and the sum that must hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from zhizao.model.text import Lang, Text, same

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

STATES = {
    "connecting": Text("连接中", "connecting"),
    "running": Text("运行", "running"),
    "waiting": Text("稍后重试", "waiting"),
    "failed": Text("失败", "failed"),
    "stopped": Text("停止", "stopped"),
    "finished": Text("完成", "finished"),
    "pushed": Text("推送", "pushed"),
}
COLOURS = {"running": "green3", "pushed": "green3", "finished": "green3", "failed": "red", "stopped": "red", "waiting": "yellow"}
TIERS = {"gold": Text("金", "gold"), "silver": Text("银", "silver"), "bronze": Text("铜", "bronze"), "none": Text("未达", "none")}
COLUMNS = (
    ("received", Text("收到", "received")),
    ("stored", Text("入库", "stored")),
    ("duplicate", Text("重复", "duplicate")),
    ("rejected", Text("拒收", "rejected")),
    ("spooled", Text("待入库", "spooled")),
)


def status(found: Mapping[str, Any], lang: Lang) -> Group:
    """The node in a line, its sources in a table, the sum below."""
    from rich.console import Group

    parts: list[Any] = [head(found["node"]).in_(lang)]
    if found["connectors"]:
        parts.append(table(found["connectors"], lang))
    trouble = found["store"].get("trouble")
    parts += [words.in_(lang) for words in (balance(found["store"]), *_retired(found["store"]["retired"]), *([Text(**trouble)] if trouble else []))]
    return Group(*parts, *_errors(found["connectors"], lang))


def head(node: Mapping[str, Any]) -> Text:
    """Whether a node runs, and where it answers."""
    if not node["running"]:
        return Text("节点未运行。", "no node is running.")
    at = f"http://127.0.0.1:{node['port']}" if node.get("port") else ""
    trouble = node.get("trouble", "")
    said = Text(f"节点运行中  {at}", f"the node is running  {at}")
    return Text(f"{said.zh}\n磁盘暂不接收：{trouble}", f"{said.en}\nthe disk takes nothing at present: {trouble}") if trouble else said


def table(sources: Mapping[str, Mapping[str, Any]], lang: Lang) -> Table:
    """One line a source."""
    from rich.table import Table

    found = Table(box=None, pad_edge=False)
    for words in (Text("来源", "source"), Text("状态", "state"), Text("等级", "tier")):
        found.add_column(words.in_(lang))
    for _, words in COLUMNS:
        found.add_column(words.in_(lang), justify="right")
    found.add_column(Text("最近一值", "last value").in_(lang))
    for name, source in sources.items():
        found.add_row(name, _state(source["state"], lang), tier(source["tier"]).in_(lang), *(f"{source[key]:,}" for key, _ in COLUMNS), source["last_value_at"] or "–")
    return found


def tier(reached: str | None) -> Text:
    """What a connector has proven.

    Example:
        >>> tier("gold").en, tier(None).en
        ('gold', '–')
    """
    return TIERS.get(reached or "", same("–"))


def balance(store: Mapping[str, Any]) -> Text:
    """The sum over all sources, and whether it holds."""
    said = " + ".join(f"{store[key]:,}" for key in ("stored", "duplicate", "rejected", "spooled"))
    sign = "=" if store["conserved"] else "≠"
    zh, en = ("守恒", "conserved") if store["conserved"] else ("不守恒！", "NOT conserved!")
    sum_ = f"{store['received']:,} {sign} {said}"
    return Text(f"收到 {sign} 入库 + 重复 + 拒收 + 待入库：{sum_}（{zh}）", f"received {sign} stored + duplicate + rejected + spooled: {sum_} ({en})")


def _retired(said: Mapping[str, Any]) -> Sequence[Text]:
    """What of it is no longer kept, where anything is not."""
    rows, batches = said["rows"], said["batches"]
    zh, en = f"其中已过保留期、不再保存：{rows:,} 条（{batches:,} 批）", f"of which no longer kept, by the home's rule: {rows:,} (batches: {batches:,})"
    return [Text(zh, en)] if batches else []


def _state(state: str, lang: Lang) -> str:
    words, colour = STATES.get(state, same(state)).in_(lang), COLOURS.get(state)
    return f"[{colour}]{words}[/{colour}]" if colour else words


def _errors(sources: Mapping[str, Mapping[str, Any]], lang: Lang) -> Sequence[str]:
    from rich.markup import escape

    return [escape(f"{name}: {source['error'][lang]}") for name, source in sources.items() if "error" in source]
