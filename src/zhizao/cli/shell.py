"""What a command needs of the terminal: the settings, an answer on stdout, remarks and progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from zhizao.cli import streams
from zhizao.cli.settings import Settings
from zhizao.errors import InputError
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
        """The folder that holds the facts.

        Raises:
            InputError: it, or a folder it should lie in, is a file; or the folder one works in is gone.
        """
        home = self.settings.home
        _require_folder_to_work_in()
        there = next((p for p in (home, *home.parents) if p.exists()), home)
        if there.exists() and not there.is_dir():
            cure = Text("用 --home 写一个文件夹", "name a folder with --home")
            raise InputError(Text("数据目录应为文件夹，却是文件", "a home is a folder, and this is a file"), where=str(there), cure=cure)
        return home

    @property
    def width(self) -> int:
        """Columns to lay tables out in."""
        return get_terminal_size((PLAIN_WIDTH, 24)).columns

    def answer(self, data: Any, shown: Callable[[], RenderableType]) -> None:
        """Print the answer: its JSON where asked for, else what a person reads."""
        if self.settings.json:
            self.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
        else:
            self.show(shown())

    def show(self, what: RenderableType) -> None:
        """Print something a person reads on stdout."""
        self.write(what + "\n" if isinstance(what, str) else self._drawn(what))

    def write(self, *pieces: str) -> None:
        """Put text on stdout; that nobody reads on does not stop the command."""
        self.stream(pieces)

    def stream(self, pieces: Iterable[str]) -> None:
        """Put text on stdout piece by piece, as it is made."""
        with streams.read_or_not():
            sys.stdout.writelines(pieces)

    def _drawn(self, what: RenderableType) -> str:
        from rich.console import Console

        # Drawn first and written by us: rich would end the program where the reader of its output has gone.
        console = Console(width=self.width, highlight=False, soft_wrap=False, emoji=False)
        with console.capture() as page:
            console.print(what)
        return "".join(f"{line.rstrip()}\n" for line in page.get().splitlines())

    def say(self, words: Text) -> None:
        """Remark something on stderr, unless silence is asked for."""
        if not self.settings.quiet:
            streams.tell(words.in_(self.lang))

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


def _require_folder_to_work_in() -> None:
    try:
        Path.cwd()
    except FileNotFoundError as error:
        cure = Text("请先进入一个存在的文件夹", "change to a folder that exists")
        raise InputError(Text("当前文件夹已不存在", "the folder you are in no longer exists"), cure=cure) from error
