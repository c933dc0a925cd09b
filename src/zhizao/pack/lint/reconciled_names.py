"""Reconciliations name what exists: a field of numbers, a level, an entity."""

from __future__ import annotations

from zhizao.model.entity import is_entity
from zhizao.model.library import Library
from zhizao.model.text import Text
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.levels import Levels


def reconciled_names(library: Library, found: Found) -> None:
    """Tell reconciliations whose field, level or whole does not exist."""
    levels = Levels(library.hierarchies.values()).known
    unfit = {f.place.file for f in found.of("shape") if f.severity == "blocking"}
    for made in library.reconciliations:
        record = library.records.get(made.record)
        if record and record.place.file in unfit:
            record = None  # a field that does not fit has something else in its place
        numbers = [f.id for f in record.fields if f.is_number] if record else []
        if record and made.field not in numbers:
            message = Text(f"{made.record} 没有数值字段 {made.field}", f"{made.record} has no field of numbers named {made.field}")
            found.blocking("unknown_field", made.place, message, did_you_mean(made.field, numbers))
        if made.parts_level not in levels:
            message = Text(f"没有层级 {made.parts_level}", f"there is no level {made.parts_level}")
            found.blocking("unknown_level", made.place, message, did_you_mean(made.parts_level, levels))
        if not is_entity(made.whole):
            message = Text(f"{made.whole} 不是对象编号", f"{made.whole} is no entity id")
            found.blocking("shape", made.place, message, Text("请写 层级:编号，如 nation:CN", "write level:code, such as nation:CN"))
