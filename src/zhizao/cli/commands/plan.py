"""``zhizao plan``: the plan's tree, and what of it is served now."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.commands import COMMANDS
from zhizao.cli.shell import Shell
from zhizao.model.text import Text

PLAN = Text("哪个规划包（默认为已装载的第一个）", "which plan's pack (default: the first one loaded)")


@command("plan", Text("规划的目标、任务、领域、保障与系统，哪些已有支持", "the plan's goals, tasks, fields, supports and systems: what is served now"))
@option("--plan", metavar="PACK", default="", words=PLAN)
@click.pass_obj
def COMMAND(shell: Shell, plan: str) -> int:
    """Show what of the plan is served."""
    from zhizao.node.served import plan_lines
    from zhizao.node.warm import answer
    from zhizao.show import json, tables

    with shell.working(Text("运行各项测试", "running the tests that prove it")):
        lines = answer(shell.home, ("plan", plan), lambda node: plan_lines(node, plan, COMMANDS), shell.node)
    shell.answer(json.plan(lines), lambda: tables.plan(lines, shell.lang))
    return 0
