"""Entity fields name levels that exist."""

from __future__ import annotations

from zhizao.model.library import Library
from zhizao.model.text import Text
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.levels import Levels
from zhizao.pack.lint.written_at import written_at


def record_levels(library: Library, found: Found) -> None:
    """Tell entity fields whose level no hierarchy has: their facts could never roll up."""
    levels = Levels(library.hierarchies.values()).known
    for record in library.records.values():
        for field in record.fields:
            if field.level and field.level not in levels:
                message = Text(f"字段 {field.id} 的层级 {field.level} 不在任何层级体系中", f"the level {field.level} of the field {field.id} is in no hierarchy")
                found.doubtful("unknown_level", written_at(record.place, "fields", field.id, "level"), message, did_you_mean(field.level, levels))
