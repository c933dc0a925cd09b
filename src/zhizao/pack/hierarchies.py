"""Hierarchies with the entities a pack ships: from their shapes to nouns."""

from __future__ import annotations

import re
from pathlib import Path

from zhizao.model.entity import Hierarchy, Level
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.found import Found
from zhizao.pack.members import Members, members
from zhizao.pack.shaped import text
from zhizao.pack.shapes import HierarchyShape, LevelShape


def hierarchy(shape: HierarchyShape, content: Content, found: Found) -> Hierarchy | None:
    """The hierarchy of a file; None, with a finding, where a pattern of it cannot be read."""
    levels = tuple(_level(level, i, content, found) for i, level in enumerate(shape.levels))
    if None in levels:
        return None
    made = Hierarchy(
        id=shape.id, name=text(shape.name, content, ("name",), found) or Text(shape.id, shape.id), relation=shape.relation, cover=shape.cover,
        levels=tuple(level for level in levels if level), decided_on=shape.decided_on, rule=text(shape.rule, content, ("rule",), found),
        members=_members(shape, levels, content, found), place=content.place(),
    )  # fmt: skip
    if made.cover == "overlap" and made.rule is None:
        found.blocking(
            "overlap_without_rule", content.place("cover"), Text("相互重叠的层级体系没有读法说明", "parts that overlap have no rule for reading them"),
            Text("请写 rule: {zh: …, en: …}，说明合计如何读；不重叠则写 cover: partition", "add rule: {zh: …, en: …} on how totals are read; or write cover: partition"),
        )  # fmt: skip
    return made


def _wrong_pattern(pattern: str) -> Text | None:
    """What is wrong with a pattern; repeated groups and many open repeats could be tried for ever against one code."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return Text(f"pattern 不是正则表达式（{error}）", f"the pattern is no regular expression ({error})")
    bare = re.sub(r"\\.|\[[^]]*\]", "x", pattern)
    if re.search(r"\)\s*[*+{]", bare) or len(re.findall(r"[*+]|,}", bare)) > 2 or len(pattern) > 200:
        return Text("pattern 过于复杂：不用重复的括号，至多两个 * 或 +", "the pattern is too complex: no repeated brackets, at most two * or +")
    return None


def _level(shape: LevelShape, i: int, content: Content, found: Found) -> Level | None:
    path = ("levels", i)
    wrong = _wrong_pattern(shape.pattern)
    if wrong:
        found.blocking("shape", content.place(*path, "pattern"), wrong, Text(r"例如 '\d{2}'", r"write for example '\d{2}'"))
        return None
    return Level(shape.id, text(shape.name, content, (*path, "name"), found) or Text(shape.id, shape.id), shape.prefix, shape.pattern)


def _members(shape: HierarchyShape, levels: tuple[Level | None, ...], content: Content, found: Found) -> Members:
    if not shape.members:
        return ()
    if Path(shape.members).name != shape.members:
        message = Text(f"members 只能是同一文件夹中的文件：{shape.members}", f"members names a file of the same folder, not {shape.members}")
        found.blocking("no_file", content.place("members"), message, Text("请写文件名，如 territory.csv", "write a file name such as territory.csv"))
        return ()
    return members(Path(content.file).parent / shape.members, [level for level in levels if level], shape.cover, found)
