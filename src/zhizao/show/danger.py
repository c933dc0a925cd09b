"""The targets in danger: missed, off track, likely to fail, or without a published figure; each in a plain sentence with its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhizao.model.period import Period
from zhizao.model.spoken import spoken
from zhizao.model.text import Text, same
from zhizao.show.figures import bounded, chance, plain
from zhizao.show.ground import unsure
from zhizao.show.quantity import quantity
from zhizao.show.words import CONFIDENCE, KINDS, OPEN, SCOPES, VERDICTS, Tone, mark, word

Row = Mapping[str, Any]

EVEN = 0.5
"""A model expects a target to fail where it gives it a smaller chance than this."""


@dataclass(frozen=True, slots=True)
class Danger:
    """One target in danger: which, what it stands on, and how surely."""

    indicator: str
    tone: Tone
    target: Text
    """The indicator and the year."""
    short: Text
    """The year, and the figure beside the target where there is one."""
    number: int
    said: Text


@dataclass(frozen=True, slots=True)
class Dangers:
    """Targets that are in danger in one way."""

    title: Text
    found: tuple[Danger, ...]


def dangers(rows: Sequence[Row]) -> tuple[Dangers, ...]:
    """The targets in danger by how they are, the surest first; none where all are reached or on their way.

    Args:
        rows: as :func:`zhizao.show.json.scored` gives them.
    """
    sorted_in = [
        (Text("未达标", "Missed"), [r for r in rows if r["verdict"] == "missed"]),
        (Text("按推算数、其他口径或替代指标未达标", "Missed by a derived figure, another scope or a stand-in"), [r for r in rows if r["verdict"] == "missed_by_proxy"]),
        (Text("进度落后", "Off track"), [r for r in rows if r["verdict"] == "off_track"]),
        (Text("进度尚可，但多数预测模型认为达不到", "Not behind yet, but most forecast models expect it to fail"), [r for r in rows if _likely_to_fail(r)]),
        (Text("到期而没有公布可据以判定的数", "Due, and no figure is published that could decide it"), [r for r in rows if r["verdict"] == "not_published"]),
    ]  # fmt: skip
    return tuple(Dangers(title, tuple(_danger(r) for r in found)) for title, found in sorted_in if found)


COUNTED: Mapping[str, Text] = {
    "missed": Text("{} 项未达标", "{} missed"),
    "missed_by_proxy": Text("{} 项按推算数、其他口径或替代指标未达标", "{} missed by a derived figure, another scope or a stand-in"),
    "off_track": Text("{} 项进度落后", "{} off track"),
    "likely": Text("{} 项多数预测模型认为达不到", "{} expected to fail by most forecast models"),
    "not_published": Text("{} 项到期而没有公布可据以判定的数", "{} due without a published figure that could decide"),
}


def summary(rows: Sequence[Row]) -> Text:
    """How many targets are in danger, of how many, and how."""
    found = Counter("likely" if _likely_to_fail(r) else r["verdict"] for r in rows)
    said = [Text(t.zh.format(found[k]), t.en.format(found[k])) for k, t in COUNTED.items() if found[k]]
    if not said:
        return Text(f"{len(rows)} 项目标中没有处于危险的。", f"None of the {len(rows)} targets is in danger.")
    return Text(f"{len(rows)} 项目标中，{'，'.join(t.zh for t in said)}。", f"Of {len(rows)} targets: {', '.join(t.en for t in said)}.")


def _likely_to_fail(row: Row) -> bool:
    """Whether more than half of the models expect an open target to fail that is not off track already."""
    chances = [f["p_attain"] for f in row["forecasts"]]
    return row["verdict"] in OPEN and row["verdict"] != "off_track" and sum(p < EVEN for p in chances) * 2 > len(chances)


def _danger(row: Row) -> Danger:
    number = f"{row['number']}. " if row["number"] else ""
    name = Text(f"{number}{row['name_zh']}，{row['year']} 年", f"{number}{row['name_en']}, {row['year']}")
    pieces = [_goal(row), *(_judged(row) if row["value"] is not None else _unjudged(row)), *_expected(row)]
    said = Text("；".join(p.zh for p in pieces) + "。", "; ".join(p.en for p in pieces) + ".")
    return Danger(row["indicator"], mark(VERDICTS, row["verdict"]).tone, name, _short(row), row["number"], said)


def _short(row: Row) -> Text:
    if row["value"] is None:
        return Text(f"{row['year']} 年", str(row["year"]))
    value = bounded(row["value"], row["bound"])
    return Text(f"{row['year']} 年 {value}（目标 {plain(row['target'])}）", f"{row['year']} {value} of {plain(row['target'])}")


def _goal(row: Row) -> Text:
    upper = f"–{plain(row['upper'])}" if row["upper"] is not None else ""
    goal = quantity(f"{'≈ ' if row['about'] else ''}{plain(row['target'])}{upper}", row["unit"])
    return Text(f"目标 {goal.zh}", f"Target {goal.en}")


def _judged(row: Row) -> Iterator[Text]:
    value, kind, scope = quantity(bounded(row["value"], row["bound"]), row["unit"]), word(KINDS, row["kind"]), _scope(row)
    when = spoken(Period.parse(row["value_period"]))
    yield Text(
        f"{row['publisher_zh']} {when.zh}为 {value.zh}（{kind.zh}，{scope.zh}）",
        f"{row['publisher_en']}: {value.en} for {when.en} ({kind.en}, {scope.en})",
    )
    if row["verdict"] in OPEN and row["gap"] is not None:
        yield _distance(row["gap"], Text("应达路径", "the required path"))
    elif row["upper"] is None:
        short = plain(abs(Decimal(str(row["target"])) - Decimal(str(row["value"]))))
        yield Text(f"相差 {short}", f"{short} short of it")
    if row["verdict"].endswith("_by_proxy"):
        yield Text(f"计划自身的最终数没有公布，以{STANDING_IN[_standing(row)].zh}判定", f"judged by {STANDING_IN[_standing(row)].en}, for the plan's own final figure is not published")


def _scope(row: Row) -> Text:
    """The scope of the deciding figure, and the confidence in it where it is not high."""
    scope, level = word(SCOPES, row["scope"]), word(CONFIDENCE, unsure(row))
    return Text(f"{scope.zh}，可信度{level.zh}", f"{scope.en}, {level.en} confidence") if unsure(row) else scope


STANDING_IN: Mapping[str, Text] = {
    "derived": Text("推算数", "a derived figure"), "computed": Text("本程序所算的数", "a figure computed here"),
    "proxy": Text("替代指标", "a stand-in"), "actual": Text("其他口径的数", "a figure of another scope"),
}  # fmt: skip
"""What judged a target in place of the plan's own figure, by its kind."""


def _standing(row: Row) -> str:
    return row["kind"] if row["kind"] in STANDING_IN else "proxy"


def _distance(gap: float, what: Text) -> Text:
    size = plain(abs(gap), 2)
    return Text(f"{'落后于' if gap < 0 else '领先'}{what.zh} {size}", f"{size} {'behind' if gap < 0 else 'ahead of'} {what.en}")


def _unjudged(row: Row) -> Iterator[Text]:
    near = row["nearest"]
    if near is None:
        yield Text("没有任何公布数", "no figure at all is published")
        return
    value, kind, scope = quantity(bounded(near["value"], near["bound"]), row["unit"]), word(KINDS, near["kind"]), word(SCOPES, near["scope"])
    when = spoken(Period.parse(near["period"]))
    required = f"，当时应达 {plain(near['required'], 2)}" if near["required"] is not None else ""
    then = f", when the path required {plain(near['required'], 2)}" if near["required"] is not None else ""
    yield Text(
        f"最近的数：{near['publisher_zh']} {when.zh}为 {value.zh}（{kind.zh}，{scope.zh}{required}），不能判定：{near['why_zh']}",
        f"the nearest figure, {near['publisher_en']}, {value.en} for {when.en} ({kind.en}, {scope.en}{then}), cannot decide: {near['why_en']}",
    )


def _expected(row: Row) -> Iterator[Text]:
    """What the models expect, where the year is not over or nothing was published of it."""
    chances = [f["p_attain"] for f in row["forecasts"]]
    if not chances or row["verdict"] not in (*OPEN, "not_published"):
        return
    failing = sum(p < EVEN for p in chances)
    low, high = same(chance(min(chances))), same(chance(max(chances)))
    yield Text(
        f"{len(chances)} 个预测模型中 {failing} 个认为达不到（达标概率 {low} 至 {high}）",
        f"{failing} of {len(chances)} forecast models expect it to fail (chance of reaching it {low} to {high})",
    )
