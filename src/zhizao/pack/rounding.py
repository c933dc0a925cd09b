"""rounding.yaml: published figures held beside the interval their rounded inputs allow."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from zhizao.model.entity import is_entity
from zhizao.model.library import Library
from zhizao.model.rounding import Rounding
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.shaped import text
from zhizao.pack.shapes import Id, Shape, TextShape


class RoundingShape(Shape):
    """An item of rounding.yaml."""

    id: Id
    name: TextShape
    figure: Id
    low: Id
    high: Id
    entity: str
    printed_unit: Annotated[Decimal, Field(gt=0)]
    explain: TextShape | None = None


def roundings(shapes: tuple[RoundingShape, ...], content: Content, found: Found) -> tuple[Rounding, ...]:
    """Everything a file holds beside its interval."""
    return tuple(
        Rounding(
            s.id, text(s.name, content, (i, "name"), found) or Text(s.id, s.id), s.figure, s.low, s.high, s.entity, s.printed_unit,
            text(s.explain, content, (i, "explain"), found), content.place(i),
        )
        for i, s in enumerate(shapes)
    )  # fmt: skip


def rounding_names(library: Library, found: Found) -> None:
    """Tell a rounding whose indicators nobody computes, or whose entity is none."""
    computed = sorted(i.id for i in library.indicators.values() if i.is_computed)
    for made in library.roundings:
        for name in (made.figure, made.low, made.high):
            if name not in computed:
                message = Text(f"没有可计算的指标 {name}", f"there is no computed indicator {name}")
                found.blocking("unknown_name", made.place, message, did_you_mean(name, computed))
        if not is_entity(made.entity):
            message = Text(f"{made.entity} 不是对象编号", f"{made.entity} is no entity id")
            found.blocking("shape", made.place, message, Text("请写 层级:编号，如 region:32", "write level:code, such as region:32"))
