"""The entities a pack ships with a hierarchy, and their parents: every one on a level, none below itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zhizao.model.entity import Cover, Entity, Level, is_entity
from zhizao.model.finding import Place
from zhizao.model.text import Text
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.table import TableRow, read_table

Members = tuple[tuple[Entity, str], ...]


def members(path: Path, levels: Sequence[Level], cover: Cover, found: Found) -> Members:
    """The entities of a table, each with its parent; rows that do not fit are left out, each with a finding."""
    rows = read_table(path, ("id", "parent", "name_zh", "name_en"), ("aliases",), found)
    known, seen = {row["id"] for row in rows}, set[tuple[str, str]]()
    fitting = [row for row in rows if _holds(row, levels, known, found)]
    kept = [row for row in fitting if _is_new(row, cover, seen, found)]
    circling = _circling(kept, found)
    return tuple((_entity(row, found), row["parent"]) for row in kept if row["id"] not in circling)


def _is_new(row: TableRow, cover: Cover, seen: set[tuple[str, str]], found: Found) -> bool:
    edge = (row["id"], "" if cover == "partition" else row["parent"])
    if edge in seen:
        message = Text(f"{row['id']} 已出现过", f"{row['id']} stands there already")
        found.blocking("repeated_key", row.place, message, Text("互斥体系中一个对象只有一个上级：请删去一行", "in a partition it has one parent: remove a row"))
    new = edge not in seen
    seen.add(edge)
    return new


def _holds(row: TableRow, levels: Sequence[Level], known: set[str], found: Found) -> bool:
    if not is_entity(row["id"]):
        row.refuse("id", row["id"], Text("请写 层级:编号，如 region:32", "write level:code, such as region:32"), found)
        return False
    rung = _rung(row["id"], levels)
    if rung < 0:
        message = Text(f"{row['id']} 不属于任何层级", f"{row['id']} stands on none of the levels")
        prefixes = ", ".join(f"{level.prefix}:{level.pattern}" for level in levels)
        found.blocking("unknown_level", row.place, message, Text(f"层级为 {prefixes}", f"the levels are {prefixes}"))
        return False
    if row["parent"] and row["parent"] not in known:
        message = Text(f"上级 {row['parent']} 不在表中", f"the parent {row['parent']} is not in the table")
        found.blocking("unknown_name", row.place, message, did_you_mean(row["parent"], known))
        return False
    if row["parent"] and 0 <= _rung(row["parent"], levels) < rung:
        message = Text(f"{row['id']} 在其上级 {row['parent']} 之上", f"{row['id']} stands on a level above its parent {row['parent']}")
        found.blocking("level_order", row.place, message, Text("请对调两者，或将 levels 由低到高排列", "exchange the two, or list levels from the lowest up"))
        return False
    return True


def _rung(entity: str, levels: Sequence[Level]) -> int:
    return next((i for i, level in enumerate(levels) if level.holds(entity)), -1)


def _circling(rows: Sequence[TableRow], found: Found) -> set[str]:
    """The entities that lie below themselves, each circle told once."""
    parents: dict[str, list[str]] = {}
    for row in rows:
        parents.setdefault(row["id"], []).append(row["parent"])
    circling, places = set[str](), {row["id"]: row.place for row in rows}
    for start in parents:
        path = _way_back(start, parents) if start not in circling else []
        if path:
            circling |= set(path)
            _tell(path, places[start], found)
    return circling


def _way_back(start: str, parents: dict[str, list[str]]) -> list[str]:
    """The way up that leads from an entity to itself; empty where there is none."""
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for parent in parents.get(here, ()):
            if parent == start:
                path = [here]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if parent and parent not in came_from:
                came_from[parent] = here
                waiting.append(parent)
    return []


def _tell(path: list[str], place: Place, found: Found) -> None:
    shown = " → ".join([*path[:6], *(["…"] if len(path) > 6 else []), path[0]])
    message = Text(f"{path[0]} 在自己之下：{shown}", f"{path[0]} lies below itself: {shown}")
    found.blocking("circle", place, message, Text("请改其中一个 parent", "change the parent of one of them"))


def _entity(row: TableRow, found: Found) -> Entity:
    for lang, zh, en in (("zh", "中文名", "Chinese name"), ("en", "英文名", "English name")):
        if not row[f"name_{lang}"]:
            message = Text(f"{row['id']} 缺少{zh}", f"{row['id']} has no {en}")
            found.blocking(f"no_{lang}", row.place, message, Text(f"请填写 name_{lang}", f"fill in name_{lang}"))
    either = row["name_zh"] or row["name_en"] or row["id"]
    aliases = tuple(alias.strip() for alias in row["aliases"].split("|") if alias.strip())
    return Entity(row["id"], Text(row["name_zh"] or either, row["name_en"] or either), aliases)
