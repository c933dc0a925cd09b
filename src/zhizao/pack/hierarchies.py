"""Hierarchies with the entities a pack ships: from their shapes to nouns."""

from __future__ import annotations

import re
from pathlib import Path

from zhizao.model.entity import Entity, Hierarchy, Level, is_entity
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.shaped import text
from zhizao.pack.shapes import HierarchyShape, LevelShape
from zhizao.pack.table import TableRow, read_table


def hierarchy(shape: HierarchyShape, content: Content, found: Found) -> Hierarchy | None:
    """The hierarchy of a file; None, with a finding, where a pattern of it cannot be read."""
    levels = tuple(_level(level, i, content, found) for i, level in enumerate(shape.levels))
    if None in levels:
        return None
    made = Hierarchy(
        id=shape.id, name=text(shape.name, content, ("name",), found) or Text(shape.id, shape.id), relation=shape.relation, cover=shape.cover,
        levels=tuple(level for level in levels if level), decided_on=shape.decided_on, rule=text(shape.rule, content, ("rule",), found),
        members=_members(shape, levels, content, found),
    )  # fmt: skip
    if made.cover == "overlap" and made.rule is None:
        found.blocking(
            "overlap_without_rule", content.place("cover"), Text("相互重叠的层级体系没有读法说明", "parts that overlap have no rule for reading them"),
            Text("请写 rule: {zh: …, en: …}，说明合计如何读；不重叠则写 cover: partition", "add rule: {zh: …, en: …} on how totals are read; or write cover: partition"),
        )  # fmt: skip
    return made


def _level(shape: LevelShape, i: int, content: Content, found: Found) -> Level | None:
    path = ("levels", i)
    try:
        re.compile(shape.pattern)
    except re.error as error:
        message = Text(f"pattern 不是正则表达式（{error}）", f"the pattern is no regular expression ({error})")
        found.blocking("shape", content.place(*path, "pattern"), message, Text(r"例如 '\d{2}'", r"write for example '\d{2}'"))
        return None
    return Level(shape.id, text(shape.name, content, (*path, "name"), found) or Text(shape.id, shape.id), shape.prefix, shape.pattern)


def _members(shape: HierarchyShape, levels: tuple[Level | None, ...], content: Content, found: Found) -> tuple[tuple[Entity, str], ...]:
    if not shape.members:
        return ()
    path = Path(content.file).parent / shape.members
    rows = read_table(path, ("id", "parent", "name_zh", "name_en"), ("aliases",), found)
    known, seen = {row["id"] for row in rows}, dict[str, str]()
    members = []
    for row in rows:
        if not _holds(row, levels, known, found):
            continue
        if row["id"] in seen and (shape.cover == "partition" or seen[row["id"]] == row["parent"]):
            message = Text(f"{row['id']} 已出现过", f"{row['id']} stands there already")
            found.blocking("repeated_key", row.place, message, Text("互斥体系中一个对象只有一个上级：请删去一行", "in a partition it has one parent: remove a row"))
            continue
        seen[row["id"]] = row["parent"]
        members.append((_entity(row, found), row["parent"]))
    return tuple(members)


def _holds(row: TableRow, levels: tuple[Level | None, ...], known: set[str], found: Found) -> bool:
    if not is_entity(row["id"]):
        row.refuse("id", row["id"], Text("请写 层级:编号，如 region:32", "write level:code, such as region:32"), found)
        return False
    if not any(level and level.holds(row["id"]) for level in levels):
        message = Text(f"{row['id']} 不属于任何层级", f"{row['id']} stands on none of the levels")
        prefixes = ", ".join(f"{level.prefix}:{level.pattern}" for level in levels if level)
        found.blocking("unknown_level", row.place, message, Text(f"层级为 {prefixes}", f"the levels are {prefixes}"))
        return False
    if row["parent"] and row["parent"] not in known:
        message = Text(f"上级 {row['parent']} 不在表中", f"the parent {row['parent']} is not in the table")
        found.blocking("unknown_name", row.place, message, did_you_mean(row["parent"], known))
        return False
    return True


def _entity(row: TableRow, found: Found) -> Entity:
    for lang, zh, en in (("zh", "中文名", "Chinese name"), ("en", "英文名", "English name")):
        if not row[f"name_{lang}"]:
            message = Text(f"{row['id']} 缺少{zh}", f"{row['id']} has no {en}")
            found.blocking(f"no_{lang}", row.place, message, Text(f"请填写 name_{lang}", f"fill in name_{lang}"))
    either = row["name_zh"] or row["name_en"] or row["id"]
    aliases = tuple(alias.strip() for alias in row["aliases"].split("|") if alias.strip())
    return Entity(row["id"], Text(row["name_zh"] or either, row["name_en"] or either), aliases)
