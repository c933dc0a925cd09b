"""context.yaml: figures that judge nothing but belong beside the scorecard, and by what level each is shown."""

from __future__ import annotations

from zhizao.model.context import Context
from zhizao.model.library import Library
from zhizao.model.text import Text
from zhizao.pack.content import Content
from zhizao.pack.found import Found, did_you_mean
from zhizao.pack.levels import Levels
from zhizao.pack.shapes import Id, Shape


class ContextShape(Shape):
    """An item of context.yaml."""

    indicator: Id
    by: Id


def contexts(shapes: tuple[ContextShape, ...], content: Content, found: Found) -> tuple[Context, ...]:
    """What a file puts beside the scorecard, in its order; whose pack it is is filled in by the folder's reader."""
    return tuple(Context(s.indicator, s.by, place=content.place(i)) for i, s in enumerate(shapes))


def context_names(library: Library, found: Found) -> None:
    """Tell a context whose indicator or level does not exist."""
    levels = Levels(library.hierarchies.values()).known
    for shown in library.contexts:
        if shown.indicator not in library.indicators:
            message = Text(f"没有指标 {shown.indicator}", f"there is no indicator {shown.indicator}")
            found.blocking("unknown_name", shown.place, message, did_you_mean(shown.indicator, list(library.indicators)))
        if shown.by not in levels:
            message = Text(f"没有层级 {shown.by}", f"there is no level {shown.by}")
            found.blocking("unknown_level", shown.place, message, did_you_mean(shown.by, levels))
