"""What a verdict rests on: whether its figure is of the target's own year, and how sure its source is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhizao.model.period import Period, year
from zhizao.model.spoken import spoken
from zhizao.model.text import Text
from zhizao.show.figures import plain
from zhizao.show.words import CONFIDENCE, word

Row = Mapping[str, Any]

EARLY, UNSURE = "†", "‡"
"""Marks of a figure from before the end of the target's year, and of one whose source is of less than high confidence."""

RULE = Text(
    "一个数的时期早于目标年份结束、但已达到目标，即判为达标（说明曾经达到，不说明保持至该年）；未达标只由目标年份全年的最终数判定",
    "a figure of a period before the end of the target's year settles it as met if it reaches the target (reached then, not held until that year); "
    "only the final figure of the target's own period shows a miss",
)
GAP = Text(
    "差距：数值减去其时期的应达路径（不是减去目标）；距目标：数值减去目标本身；均按目标方向，负数为落后",
    "gap: value minus the required path at the value's own period, not minus the target; margin: value minus the target itself; below zero is behind",
)


def early(row: Row) -> bool:
    """Whether a target was settled as met by a figure from before the end of its year."""
    met = row["verdict"] in ("met", "met_by_proxy") and row["value_period"]
    return bool(met) and Period.parse(row["value_period"]).end < year(row["year"]).end


def unsure(row: Row) -> str:
    """The confidence in the deciding figure where it is not high, else nothing; a figure without a stated one is not doubted."""
    source = next(iter(row["sources"]), None)
    return source["confidence"] if source and source["confidence"] not in ("", "high") else ""


def remarks(row: Row) -> Text | None:
    """What stands in small print beside a verdict: when the target was reached if before its time, and a confidence that is not high."""
    said = []
    if early(row):
        when = spoken(Period.parse(row["value_period"]))
        said.append(Text(f"{when.zh}已达到", f"reached in {when.en}"))
    if level := unsure(row):
        sure = word(CONFIDENCE, level)
        said.append(Text(f"可信度{sure.zh}", f"{sure.en} confidence"))
    return Text("，".join(s.zh for s in said), ", ".join(s.en for s in said)) if said else None


def differs(row: Row) -> bool:
    """Whether the distance to the target itself is another than the gap to the path."""
    return row["margin"] is not None and row["gap"] is not None and plain(row["margin"], 2) != plain(row["gap"], 2)
