"""The demonstration as a table: what is computed, beside what is true."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from rich.table import Table

from zhizao.model.text import Lang, Text
from zhizao_testbed.demonstration import SHOWN, Figures

PLACES = Decimal("0.01")
COMPUTED, TRUE = Text("计算", "computed"), Text("真值", "true")


def table(entities: list[str], computed: Figures, true: Figures, status: Mapping[str, Any], day: str, lang: Lang) -> Table:
    """One row an entity; ``true`` may be empty while the day is not over.

    Example:
        >>> found = table(["machine:M01"], {("machine:M01", "oee"): Decimal("61.234")}, {}, {}, "2026-03-02", "en")
        >>> found.row_count
        1
    """
    head = Text(f"模拟工厂 {day}：由信号计算的指标", f"simulated plant, {day}: computed from its signals")
    drawn = Table(title=head.in_(lang), title_justify="left", caption=_caption(status, lang), caption_justify="left")
    drawn.add_column(Text("对象", "entity").in_(lang))
    for shown in SHOWN:
        drawn.add_column(shown.heading.in_(lang), justify="right")
    for entity in entities:
        drawn.add_row(entity, *(_cell(entity, s.indicator, computed, true, lang) for s in SHOWN))
    return drawn


def _cell(entity: str, indicator: str, computed: Figures, true: Figures, lang: Lang) -> str:
    found, truth = computed.get((entity, indicator)), true.get((entity, indicator))
    if truth is None:
        return _written(found)
    mark = "=" if _written(found) == _written(truth) else "≠"
    return f"{_written(found)} {mark} {_written(truth)} {TRUE.in_(lang)}"


def _written(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.quantize(PLACES, ROUND_HALF_UP)}"


def _caption(status: Mapping[str, Any], lang: Lang) -> str:
    counts = [status.get("connectors", {}).get("plant", {}).get(name, 0) for name in ("received", "stored", "duplicate", "rejected", "spooled")]
    received, *rest = counts
    words = Text("收到 {} = 入库 {} + 重复 {} + 拒收 {} + 待入库 {}", "received {} = stored {} + duplicate {} + rejected {} + spooled {}")
    return words.in_(lang).format(received, *rest)
