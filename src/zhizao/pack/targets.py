"""Targets: from the rows of targets.csv to nouns."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from zhizao.model.entity import is_entity
from zhizao.model.indicator import Direction
from zhizao.model.target import Target, TargetForm
from zhizao.model.text import Text
from zhizao.pack.found import Found
from zhizao.pack.table import TableRow, read_table
from zhizao.pack.units import unit

REQUIRED = ("indicator", "year", "form", "direction", "unit", "printed")
OPTIONAL = ("base_year", "base_value", "window", "about", "upper", "used", "reason_zh", "reason_en", "source", "plan", "entity")


def targets(path: Path, found: Found) -> tuple[Target, ...]:
    """The targets of a file; rows that cannot be read are left out, each with a finding."""
    made = (_target(row, found) for row in read_table(path, REQUIRED, OPTIONAL, found))
    return tuple(target for target in made if target)


def _target(row: TableRow, found: Found) -> Target | None:
    before = len(found)
    form: Any = row.choice("form", get_args(TargetForm), found)
    direction: Any = row.choice("direction", get_args(Direction), found)
    year, printed = _whole(row, "year", found), row.number("printed", found)
    base_year, window = _whole(row, "base_year", found), _whole(row, "window", found)
    used, about = row.number("used", found), row.choice("about", ("", "yes", "no"), found)
    upper, base_value = row.number("upper", found), row.number("base_value", found)
    _check(row, form, year, printed, upper, found)
    if len(found) > before or year is None or printed is None:
        return None
    return Target(
        indicator=row["indicator"], year=year, form=form, direction=direction, printed=printed, used=printed if used is None else used,
        unit=row["unit"], base_year=base_year, base_value=base_value, window=window or 0, about=about == "yes", upper=upper,
        reason=_reason(row, found), source=row["source"], plan=row["plan"], entity=row["entity"], place=row.place,
    )  # fmt: skip


def _check(row: TableRow, form: str, year: int | None, printed: Decimal | None, upper: Decimal | None, found: Found) -> None:
    for column, value in (("indicator", row["indicator"]), ("year", year), ("printed", printed)):
        if value in ("", None) and not (column != "indicator" and row[column]):
            row.refuse(column, "", Text("此列必填", "fill it in"), found)
    if form == "band" and upper is None and not row["upper"]:
        row.refuse("upper", "", Text("区间目标要写上限", "a band needs its upper end"), found)
    if row["entity"] and not is_entity(row["entity"]):
        row.refuse("entity", row["entity"], Text("请写 层级:编号，如 region:62", "write level:code, such as region:62"), found)
    try:
        unit(row["unit"])
    except (KeyError, ValueError):
        found.blocking("unit", row.place, Text(f"没有单位 {row['unit']}", f"there is no unit {row['unit']}"), Text("请写指标所用的单位", "write the unit of the indicator"))


def _whole(row: TableRow, column: str, found: Found) -> int | None:
    value = row.number(column, found)
    if value is None:
        return None
    least, most = (0, 100) if column == "window" else (1000, 9999)
    if value % 1 or not least <= value <= most:
        row.refuse(column, row[column], Text(f"请写 {least} 至 {most} 的整数", f"write a whole number from {least} to {most}"), found)
        return None
    return int(value)


def _reason(row: TableRow, found: Found) -> Text | None:
    zh, en = row["reason_zh"], row["reason_en"]
    if not zh and not en:
        return None
    for lang, words in (("zh", zh), ("en", en)):
        if not words:
            found.blocking(f"no_{lang}", row.place, Text("理由只写了一种语言", "the reason is in one language only"), Text(f"请填写 reason_{lang}", f"fill in reason_{lang}"))
    return Text(zh or en, en or zh)
