"""What the command line's own parser found wrong, said as every other error is: what, where, how to mend."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from zhizao.cli.commands import names
from zhizao.cli.settings import GLOBAL_OPTIONS
from zhizao.errors import InputError, nearest
from zhizao.model.text import Text

EXTRA = re.compile(r"unexpected extra arguments? \((.*)\)")
"""How the parser says that there are more words than it has names for; it has no error of its own for it."""


def as_error(problem: click.ClickException, line: Sequence[str] = ()) -> InputError:
    """The input error that a parser's complaint stands for.

    Args:
        line: what was written, for complaints that do not say which command they are about.
    """
    ctx, known = getattr(problem, "ctx", None), names()
    command = next((word for word in line if word in known), "")
    where = ctx.command_path if ctx else f"zhizao {command}".rstrip()
    extra = EXTRA.search(problem.format_message())
    if extra:
        return InputError(Text(f"多余的参数：{extra[1]}", f"there are words too many: {extra[1]}"), where=where, cure=_see(where))
    match problem:
        case click.NoSuchOption():
            return InputError(
                Text(f"没有选项 {problem.option_name}", f"there is no option {problem.option_name}"),
                where=where,
                cure=_near(problem.option_name, _options(ctx), where),
            )
        case click.exceptions.NoSuchCommand():
            return InputError(
                Text(f"没有命令 {problem.command_name}", f"there is no command {problem.command_name}"),
                where="zhizao",
                cure=_near(problem.command_name, _commands(ctx), "zhizao"),
            )
        case click.MissingParameter():
            return InputError(_missing(problem), where=where, cure=_see(where))
        case click.BadOptionUsage():
            name = problem.option_name
            what = Text(f"选项 {name} 缺少取值或多了取值", f"the option {name} lacks its value, or has one too many")
            return InputError(what, where=where, cure=_see(where))
        case _:
            return InputError(
                Text(f"命令行有误（{problem.format_message()}）", f"the line cannot be read ({problem.format_message().rstrip('.')})"),
                where=where,
                cure=_see(where),
            )


def _missing(problem: click.MissingParameter) -> Text:
    param = problem.param
    name = param.make_metavar(problem.ctx) if param and problem.ctx and isinstance(param, click.Argument) else ""
    shown = name or (param.opts[0] if param else str(problem.param_hint or ""))
    return Text(f"缺少 {shown}", f"{shown} is missing")


def _options(ctx: click.Context | None) -> list[str]:
    """The options of the command, and those that may stand anywhere."""
    own = [opt for param in (ctx.command.get_params(ctx) if ctx else []) if isinstance(param, click.Option) for opt in param.opts]
    return [*own, *(name.split()[0] for name, _ in GLOBAL_OPTIONS)]


def _commands(ctx: click.Context | None) -> list[str]:
    group = ctx.command if ctx else None
    return group.list_commands(ctx) if ctx and isinstance(group, click.Group) else []


def _near(name: str, known: list[str], where: str) -> Text:
    near = nearest(name, known)
    return Text(f"是否想写 {near}？", f"did you mean {near}?") if near else _see(where)


def _see(where: str) -> Text:
    return Text(f"见 {where} --help", f"see {where} --help")
