"""The entry of the command line: settings, command, exit code; an error is one line, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from zhizao import __version__
from zhizao.cli import streams
from zhizao.cli.bilingual import Command, Context, lang_of
from zhizao.cli.commands import load, names
from zhizao.cli.settings import asked_language, readable, split
from zhizao.cli.shell import Shell
from zhizao.cli.usage import as_error
from zhizao.errors import ProgramError, ZhizaoError
from zhizao.model.text import Lang, Text

ABOUT = Text(
    "智造：让制造业规划成为人人可以复算的闭环。",
    "zhizao turns a manufacturing plan into a running loop that anyone can recompute.",
)
BEGIN = (
    ("zhizao evaluate", Text("各项目标今天判定如何", "how every target of the plan is judged today")),
    ("zhizao measure rd_intensity", Text("一个指标的数值", "the values of one indicator")),
    ("zhizao init plant", Text("从自己的数据开始", "start with data of your own")),
    ("zhizao COMMAND --help", Text("各命令的选项与例子", "the options of a command, with examples")),
)
"""What a newcomer may write first."""
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""
ENGINE_INTERRUPTED = ("Query interrupted", "INTERRUPT Error: Interrupted!")
"""How the engine passes Ctrl-C on when it meets it inside a query."""


class Commands(Command, click.Group):
    """All commands, read late."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the work."""
        return names()

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of a name, or None."""
        return load(name)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line for each command."""
        with formatter.section("Commands"):
            formatter.write_dl(self.below(ctx))
        with formatter.section("Begin here"):
            formatter.write_dl([(line, words.in_(lang_of(ctx))) for line, words in BEGIN])

    def below(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Every command with its short help."""
        return [(name, self._short(ctx, name)) for name in names()]

    def _short(self, ctx: click.Context, name: str) -> str:
        found = self.get_command(ctx, name)
        return found.words.in_(lang_of(ctx)).splitlines()[0] if isinstance(found, Command) else ""


def run(argv: Sequence[str]) -> int:
    """Carry out one line; the exit code: 0 done, 1 the answer is no, 2 wrong input, 3 the program failed."""
    lang, debug = asked_language(argv, os.environ), "--debug" in argv
    try:
        settings, rest = split(readable(argv), os.environ)
        streams.prepare(settings.json)
        code = _dispatch(Shell(settings), rest)
        sys.stdout.flush()
        return code
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _interrupted(lang)
    except BrokenPipeError:
        raise
    except Exception as error:  # the rim: whatever nobody foresaw is still told in one line
        if str(error) in ENGINE_INTERRUPTED:
            return _interrupted(lang)
        return _fail(_told(error, argv), lang, debug)


def main() -> None:
    """Run the line this process was started with."""
    streams.ensure()
    if "--debug" not in sys.argv:
        # What a library cannot close after a failure is told by the failure itself.
        sys.unraisablehook = lambda _: None
    try:
        code = run(sys.argv[1:])
    except BrokenPipeError:  # the reader (head, less) has seen enough
        code = 0
    streams.let_go()
    sys.exit(code)


def _dispatch(shell: Shell, rest: list[str]) -> int:
    if shell.settings.version:
        shell.answer({"version": __version__}, lambda: f"zhizao {__version__}")
        return 0
    group = Commands("zhizao", words=ABOUT, subcommand_metavar="COMMAND …")
    # Not group.main: it would end the process itself where the reader of its output has gone.
    with group.make_context("zhizao", rest or ["--help"], obj=shell) as context:
        code = group.invoke(context)
    return code if isinstance(code, int) else 0


def _fail(error: ZhizaoError, lang: Lang, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    streams.tell(error.line(lang))
    return error.exit_code


def _interrupted(lang: Lang) -> int:
    streams.tell(Text("已中断", "interrupted").in_(lang))
    return INTERRUPTED


def _told(error: Exception, argv: Sequence[str]) -> ZhizaoError:
    """What went wrong, as a person is told it: what, where, how to mend."""
    if isinstance(error, ZhizaoError):
        return error
    if isinstance(error, click.ClickException):
        return as_error(error, argv)
    from zhizao.node.refused import foreseen

    return foreseen(error) or _unforeseen(error)


def _unforeseen(error: Exception) -> ProgramError:
    said = f"{type(error).__name__}: {error}"
    cure = Text("加 --debug 查看调用栈，并请报告此错误", "run it with --debug to see where, and please report it")
    return ProgramError(Text(f"程序内部出错（{said}）", f"the program failed ({said})"), cure=cure)
