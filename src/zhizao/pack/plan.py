"""The tree of a plan: from its shape to nodes."""

from __future__ import annotations

from collections.abc import Sequence

from zhizao.model.finding import Place
from zhizao.model.plan import PlanNode
from zhizao.model.text import Text
from zhizao.pack.content import Content, Key
from zhizao.pack.found import Found
from zhizao.pack.shaped import text
from zhizao.pack.shapes import NodeShape, PlanShape


def plan(shape: PlanShape, content: Content, found: Found) -> PlanNode:
    """The plan's root with everything below it; an id used twice is a finding."""
    seen: dict[str, Place] = {}
    nodes = _nodes(shape.nodes, content, ("nodes",), seen, found)
    name = text(shape.title, content, ("title",), found) or Text(shape.id, shape.id)
    return PlanNode(shape.id, "plan", shape.section, name, entity=shape.entity, children=nodes, place=content.place())


def _nodes(shapes: Sequence[NodeShape], content: Content, path: tuple[Key, ...], seen: dict[str, Place], found: Found) -> tuple[PlanNode, ...]:
    return tuple(_node(shape, content, (*path, i), seen, found) for i, shape in enumerate(shapes))


def _node(shape: NodeShape, content: Content, path: tuple[Key, ...], seen: dict[str, Place], found: Found) -> PlanNode:
    place = content.place(*path)
    if shape.id in seen:
        message = Text(f"编号 {shape.id} 已用于 {seen[shape.id]}", f"the id {shape.id} is used in {seen[shape.id]} already")
        found.blocking("repeated_key", place, message, Text("请换一个编号", "give it an id of its own"))
    seen.setdefault(shape.id, place)
    below = [*_nodes(shape.nodes, content, (*path, "nodes"), seen, found), *_nodes(shape.systems, content, (*path, "systems"), seen, found)]
    return PlanNode(
        id=shape.id, kind=shape.kind, section=shape.section, name=text(shape.name, content, (*path, "name"), found) or Text(shape.id, shape.id),
        indicators=shape.indicators, serves=shape.serves, whole=shape.whole, cluster=shape.cluster, children=tuple(below), place=place,
    )  # fmt: skip
