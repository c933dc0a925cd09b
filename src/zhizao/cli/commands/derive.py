"""``zhizao derive``: make the records that packs derive from observations."""

from __future__ import annotations

from dataclasses import asdict

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.shell import Shell
from zhizao.model.text import Text


@command(
    "derive",
    Text("由观测导出记录（如工序执行）；运行中的节点会自行导出", "make the records that packs derive from observations, such as process runs; a running node does so by itself"),
    "zhizao derive",
    "zhizao derive --anew",
)
@option("--anew", is_flag=True, words=Text("从头读起，而不只读上一条之后的", "read everything, not only what was said since the last record began"))
@click.pass_obj
def COMMAND(shell: Shell, anew: bool) -> int:
    """Derive what is over."""
    from rich.text import Text as Line

    from zhizao.node.derive import derive

    node = shell.node()
    with shell.working(Text("导出记录", "deriving records")):
        done = derive(node.library, node.store, anew=anew)
    lines = [
        Text(f"{d.record}：存入 {d.stored}，重复 {d.duplicate}，撤回 {d.withdrawn}", f"{d.record}: stored {d.stored}, duplicate {d.duplicate}, withdrawn {d.withdrawn}")
        for d in done
    ]  # fmt: skip
    shell.answer([asdict(d) for d in done], lambda: Line("\n".join(line.in_(shell.lang) for line in lines)))
    return 0
