"""``zhizao plan``: the plan's tree, and what of it is served now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.commands import COMMANDS
from zhizao.cli.shell import Shell
from zhizao.model.text import Text

if TYPE_CHECKING:
    from zhizao.model.evaluation import PlanLine
    from zhizao.node.assemble import Node

PLAN = Text("哪个规划包（默认为已装载的第一个）", "which plan's pack (default: the first one loaded)")


@command(
    "plan",
    Text("规划的目标、任务、领域、保障与系统，哪些已有支持", "what of the plan is served now: goals, tasks, fields, systems"),
    "zhizao plan",
    "zhizao plan --json",
)
@option("--plan", metavar="PACK", default="", words=PLAN)
@click.pass_obj
def COMMAND(shell: Shell, plan: str) -> int:
    """Show what of the plan is served."""
    from zhizao.show import json, tables

    found = lines(shell, plan)
    shell.answer(json.plan(found), lambda: tables.plan(found, shell.lang))
    return 0


def lines(shell: Shell, plan: str) -> tuple[PlanLine, ...]:
    """The plan's tree with what serves it, kept from an earlier time or proved now."""
    from zhizao.node.warm import answer

    def compute(node: Node) -> tuple[PlanLine, ...]:
        from zhizao.node.served import plan_lines

        return plan_lines(node, plan, COMMANDS)

    with shell.working(Text("逐项证明规划要求是否已满足", "proving what of the plan is served")):
        return answer(shell.home, ("plan", plan), compute, shell.node)
