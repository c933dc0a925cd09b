"""Click commands whose help exists in Chinese and English and is shown in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from zhizao.cli.described import described
from zhizao.cli.settings import GLOBAL_OPTIONS
from zhizao.model.text import Lang, Text

_HEADINGS = {"Options": "选项", "Commands": "命令", "Positional arguments": "参数", "Global options": "全局选项", "Begin here": "从这里开始", "Examples": "例子"}


def lang_of(ctx: click.Context) -> Lang:
    """The language of the reader of a command."""
    return "zh" if getattr(ctx.find_root().obj, "lang", "en") == "zh" else "en"


class Formatter(click.HelpFormatter):
    """Help layout with headings in the reader's language."""

    lang: Lang = "en"

    def write_heading(self, heading: str) -> None:
        """A heading, translated."""
        shown = f"{_HEADINGS.get(heading, heading)}：" if self.lang == "zh" else f"{heading}:"
        self.write(f"{'':>{self.current_indent}}{shown}\n")

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The usage line, translated."""
        super().write_usage(prog, args, "用法：" if self.lang == "zh" else prefix)


class Context(click.Context):
    """A context that lays help out in the reader's language."""

    def make_formatter(self) -> click.HelpFormatter:
        """The layout for this context's reader."""
        formatter = Formatter(width=self.terminal_width, max_width=100)
        formatter.lang = lang_of(self)
        return formatter


class Option(click.Option):
    """An option with help in both languages."""

    def __init__(self, *args: Any, words: Text, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option's line of help in the reader's language."""
        record = super().get_help_record(ctx)
        return (record[0], self.words.in_(lang_of(ctx))) if record else None


class Command(click.Command):
    """A command with help in both languages."""

    context_class = Context

    def __init__(self, *args: Any, words: Text, examples: Sequence[str] = (), **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[…]")
        kwargs.setdefault("add_help_option", False)
        super().__init__(*args, **kwargs)
        self.words, self.examples = words, tuple(examples)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The declared options and ``--help``."""
        return [*super().get_params(ctx), _help_option()]

    def below(self, ctx: click.Context) -> list[tuple[str, str]]:
        """The commands below this one, each with its short help."""
        return []

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command is for."""
        _write_words(self.words, ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lines to begin with, and the global options, which belong to every command."""
        if self.examples:
            with formatter.section("Examples"):
                formatter.write("".join(f"{'':>{formatter.current_indent}}{line}\n" for line in self.examples))
        with formatter.section("Global options"):
            formatter.write_dl([(name, words.in_(lang_of(ctx))) for name, words in GLOBAL_OPTIONS if name != "--help" or isinstance(self, click.Group)])


def _help_option() -> Option:
    return Option(["--help", "-h"], words=Text("显示帮助", "show this help"), is_flag=True, is_eager=True, expose_value=False, callback=_show_help)


def _show_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and isinstance(ctx.command, Command):
        shell = ctx.find_root().obj
        shell.answer(described(ctx, ctx.command.words, ctx.command.examples, ctx.command.below(ctx), lang_of(ctx)), ctx.get_help)
        ctx.exit()


def _write_words(words: Text, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    formatter.write_paragraph()
    with formatter.indentation():
        for line in words.in_(lang_of(ctx)).splitlines():
            formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


def command(name: str, words: Text, *examples: str) -> Callable[[Callable[..., int | None]], Command]:
    """Make a command of a function; the first line of ``words`` is its short help, ``examples`` are lines that work."""
    return click.command(name, cls=Command, words=words, examples=examples)


def option(*flags: str, words: Text, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command an option."""
    return click.option(*flags, cls=Option, words=words, **settings)


def argument(name: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command a positional argument."""
    return click.argument(name, **settings)
