"""What a report consists of, whatever it is printed on: sections of paragraphs, tables and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from zhizao.model.text import Lang, Text, same
from zhizao.show.words import Tone

Draw = Callable[[Sequence[Lang]], str]
"""Draws an SVG with its words in the languages asked for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its words, a small line below, how it stands, where it leads."""

    text: Text
    note: Text | None = None
    tone: Tone = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; a ``group`` or ``name`` row is one cell over the whole width, a ``line`` row a sentence over the whole width, a ``source`` row one line of small print."""

    cells: tuple[Cell, ...]
    kind: Literal["", "group", "name", "line", "source"] = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; ``align`` has for each column ``l`` left, ``n`` left and never broken, ``r`` right."""

    head: tuple[Text, ...]
    align: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text in a tone; a ``verdict`` is set apart by an edge in its colour."""

    text: Text
    tone: Tone = ""
    verdict: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short texts."""

    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Commands to copy."""

    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its caption."""

    draw: Draw
    caption: Text


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: Text


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that may stay closed on a screen; always open on paper."""

    title: Text
    blocks: tuple[Block, ...]


Block = Paragraph | Bullets | Code | Table | Figure | Heading | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report; ``badges`` are short verdicts beside its title."""

    id: str
    title: Text
    blocks: tuple[Block, ...]
    badges: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Tile:
    """One line of the summary: a label and its counts."""

    label: Text
    counts: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: Text
    subtitle: Text
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]


def row(*cells: Text | str | Cell, kind: Literal["", "group", "name", "line", "source"] = "") -> Row:
    """A row of cells, plain words made cells on the way.

    Example:
        >>> row("2020", Text("公布", "published")).cells[1].text.en
        'published'
    """
    return Row(tuple(c if isinstance(c, Cell) else Cell(c if isinstance(c, Text) else same(c or " ")) for c in cells), kind)
