"""What the command line's own parser found wrong, said as every other error is: what, where, how to mend."""

from __future__ import annotations

import click

from zhizao.errors import InputError, nearest
from zhizao.model.text import Text


def as_error(problem: click.ClickException) -> InputError:
    """The input error that a parser's complaint stands for."""
    ctx = getattr(problem, "ctx", None)
    where = ctx.command_path if ctx else "zhizao"
    match problem:
        case click.NoSuchOption():
            return InputError(
                Text(f"没有选项 {problem.option_name}", f"there is no option {problem.option_name}"),
                where=where,
                cure=_near(problem.option_name, problem.possibilities or [], where),
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
            return InputError(Text(f"选项 {name} 缺少取值或多了取值", f"the option {name} lacks its value, or has one too many"), where=where, cure=_see(where))
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


def _commands(ctx: click.Context | None) -> list[str]:
    group = ctx.command if ctx else None
    return group.list_commands(ctx) if ctx and isinstance(group, click.Group) else []


def _near(name: str, known: list[str], where: str) -> Text:
    near = nearest(name, known)
    return Text(f"是否想写 {near}？", f"did you mean {near}?") if near else _see(where)


def _see(where: str) -> Text:
    return Text(f"见 {where} --help", f"see {where} --help")
