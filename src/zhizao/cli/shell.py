"""What a command needs of the terminal: the settings, an answer on stdout, remarks and progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from zhizao.cli.settings import Settings
from zhizao.model.text import Lang, Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from zhizao.node.assemble import Node

PLAIN_WIDTH = 140
"""Columns of a table that goes to a file or another program."""


@dataclass(frozen=True, slots=True)
class Shell:
    """The terminal as a command sees it."""

    settings: Settings

    @property
    def lang(self) -> Lang:
        """The reader's language."""
        return self.settings.lang

    @property
    def home(self) -> Path:
        """The folder that holds the facts."""
        return self.settings.home

    @property
    def width(self) -> int:
        """Columns to lay tables out in."""
        return get_terminal_size((PLAIN_WIDTH, 24)).columns

    def answer(self, data: Any, shown: Callable[[], RenderableType]) -> None:
        """Print the answer: its JSON where asked for, else what a person reads."""
        if self.settings.json:
            print(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            self.show(shown())

    def show(self, what: RenderableType) -> None:
        """Print something a person reads on stdout."""
        from rich.console import Console

        Console(width=self.width, highlight=False, soft_wrap=False, emoji=False).print(what)

    def say(self, words: Text) -> None:
        """Remark something on stderr, unless silence is asked for."""
        if not self.settings.quiet:
            print(words.in_(self.lang), file=sys.stderr)

    @contextmanager
    def working(self, words: Text) -> Iterator[None]:
        """Show on a terminal's stderr what takes a while, and wipe it afterwards."""
        shown = not self.settings.quiet and sys.stderr.isatty()
        if shown:
            print(f"\r\x1b[2K{words.in_(self.lang)} …", end="", file=sys.stderr, flush=True)
        try:
            yield
        finally:
            if shown:
                print("\r\x1b[2K", end="", file=sys.stderr, flush=True)

    def node(self) -> Node:
        """The installation in this home, opened; facts the packs ship are stored on the way."""
        from zhizao.node.assemble import open_node

        with self.working(Text("打开数据目录，读入内容包", "opening the home, reading the packs")):
            return open_node(self.home, remark=self.say)
