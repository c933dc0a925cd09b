"""``zhizao status``: how the node, its store and its sources fare."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import command
from zhizao.cli.shell import Shell
from zhizao.model.text import Text


@command(
    "status",
    Text(
        "节点、存储与各来源的状况\n节点运行与否都可用；每条观测都有去处：收到 = 入库 + 重复 + 拒收 + 待入库。",
        "how the node, its store and its sources fare\n"
        "Works with and without a running node; every observation is accounted for: received = stored + duplicate + rejected + spooled.",
    ),
    "zhizao status",
)
@click.pass_obj
def COMMAND(shell: Shell) -> int:
    """Ask the running node, or read its files."""
    from zhizao.node.status import current
    from zhizao.show import connections

    found = current(shell.home)
    shell.answer(found, lambda: connections.status(found, shell.lang))
    return 0 if found["store"]["conserved"] else 1
