"""Help as data: what ``--help --json`` prints, the same things in the same words as the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from zhizao.cli.settings import GLOBAL_OPTIONS
from zhizao.model.text import Lang, Text


def described(ctx: click.Context, words: Text, examples: Sequence[str], commands: Sequence[tuple[str, str]], lang: Lang) -> dict[str, Any]:
    """A command as data.

    Args:
        words: what it is for.
        examples: lines to begin with.
        commands: the commands below it, each with its short help.
    """
    params = ctx.command.get_params(ctx)
    return {
        "command": ctx.command_path,
        "usage": " ".join([ctx.command_path, *ctx.command.collect_usage_pieces(ctx)]),
        "help": words.in_(lang),
        "arguments": [p.make_metavar(ctx) for p in params if isinstance(p, click.Argument)],
        "options": [_option(p, ctx) for p in params if isinstance(p, click.Option)],
        "examples": [*examples],
        "global_options": [{"name": name, "help": said.in_(lang)} for name, said in GLOBAL_OPTIONS],
        "commands": [{"name": name, "help": said} for name, said in commands],
    }


def _option(option: click.Option, ctx: click.Context) -> dict[str, Any]:
    shown = option.get_help_record(ctx)
    value = "" if option.is_flag else option.make_metavar(ctx)
    return {"names": [*option.opts], "value": value, "required": option.required, "repeatable": option.multiple, "help": shown[1] if shown else ""}
