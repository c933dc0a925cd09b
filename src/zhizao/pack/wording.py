"""names.yaml: what publishers and documents are called in both languages, by the words the data use."""

from __future__ import annotations

from collections.abc import Mapping

from zhizao.model.text import Text, same
from zhizao.model.wording import Wording
from zhizao.pack.content import Content
from zhizao.pack.found import Found
from zhizao.pack.shaped import text
from zhizao.pack.shapes import Shape, TextShape


class NamesShape(Shape):
    """names.yaml"""

    publishers: dict[str, TextShape] = {}
    phrases: dict[str, TextShape] = {}


def wording(shape: NamesShape, content: Content, found: Found) -> Wording:
    """The names a file gives."""
    return Wording(_texts("publishers", shape.publishers, content, found), _texts("phrases", shape.phrases, content, found))


def _texts(key: str, shapes: Mapping[str, TextShape], content: Content, found: Found) -> dict[str, Text]:
    return {written: text(shape, content, (key, written), found) or same(written) for written, shape in shapes.items()}


def merged(names: list[Wording]) -> Wording:
    """The names of several packs together; where two name the same words, the first one counts."""
    backward = names[::-1]
    return Wording({k: v for w in backward for k, v in w.publishers.items()}, {k: v for w in backward for k, v in w.phrases.items()})
