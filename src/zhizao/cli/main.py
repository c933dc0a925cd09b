"""The entry of the command line: settings, command, exit code; an error is one line, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from zhizao import __version__
from zhizao.cli.bilingual import Command, Context, lang_of
from zhizao.cli.commands import COMMANDS
from zhizao.cli.settings import Settings, language, split
from zhizao.cli.shell import Shell
from zhizao.cli.usage import as_error
from zhizao.errors import ProgramError, ZhizaoError
from zhizao.model.text import Lang, Text

ABOUT = Text(
    "智造：让制造业规划成为人人可以复算的闭环。",
    "zhizao turns a manufacturing plan into a running loop that anyone can recompute.",
)
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


class Commands(Command, click.Group):
    """All commands, read late."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of a name, or None."""
        if name not in COMMANDS:
            return None
        found: click.Command = import_module(f"zhizao.cli.commands.{COMMANDS[name]}").COMMAND
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line for each command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._short(ctx, name)) for name in COMMANDS])

    def _short(self, ctx: click.Context, name: str) -> str:
        found = self.get_command(ctx, name)
        return found.words.in_(lang_of(ctx)).splitlines()[0] if isinstance(found, Command) else ""


def run(argv: Sequence[str]) -> int:
    """Carry out one line; the exit code: 0 done, 1 the answer is no, 2 wrong input, 3 the program failed."""
    lang, debug = language(os.environ), "--debug" in argv
    try:
        settings, rest = split(argv, os.environ)
        lang = settings.lang
        _prepare_streams(settings)
        return _dispatch(Shell(settings), rest or ["--help"])
    except ZhizaoError as error:
        return _fail(error, lang, debug)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as problem:
        return _fail(as_error(problem), lang, debug)
    except (KeyboardInterrupt, click.Abort):
        print(Text("已中断", "interrupted").in_(lang), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:  # the rim: whatever nobody foresaw is still told in one line
        return _fail(_unforeseen(error), lang, debug)


def main() -> None:
    """Run the line this process was started with."""
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough: nothing more to say, and nothing left to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _dispatch(shell: Shell, rest: list[str]) -> int:
    if rest[0] in ("--version", "-V"):
        print(f"zhizao {__version__}")
        return 0
    group = Commands("zhizao", words=ABOUT, subcommand_metavar="COMMAND …")
    # Not group.main: it would end the process itself where the reader of its output has gone.
    with group.make_context("zhizao", rest, obj=shell) as context:
        code = group.invoke(context)
    return code if isinstance(code, int) else 0


def _fail(error: ZhizaoError, lang: Lang, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    print(error.line(lang), file=sys.stderr)
    return error.exit_code


def _unforeseen(error: Exception) -> ProgramError:
    said = f"{type(error).__name__}: {error}"
    cure = Text("加 --debug 查看调用栈，并请报告此错误", "run it with --debug to see where, and please report it")
    return ProgramError(Text(f"程序内部出错（{said}）", f"the program failed ({said})"), cure=cure)


def _prepare_streams(settings: Settings) -> None:
    """JSON is UTF-8 everywhere; a terminal that lacks a character shows a mark in its place instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        configure: Any = getattr(stream, "reconfigure", None)
        if configure:
            configure(errors="replace", **({"encoding": "utf-8"} if settings.json else {}))
