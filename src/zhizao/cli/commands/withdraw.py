"""``zhizao withdraw``: end a fact, with a reason."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text


@command(
    "withdraw",
    Text(
        "撤回一条事实并说明原因；此前的 --as-of 仍可见\n事实编号见 explain 或 export，写作 annual_return:12。",
        "end a fact, with a reason; an earlier --as-of still shows it\n"
        "explain and export give the numbers of facts, written annual_return:12.",
    ),
    'zhizao withdraw annual_return:12 --why "…"',
)
@argument("fact", metavar="FACT")
@option("--why", metavar="TEXT", required=True, words=Text("原因（必填）", "the reason (required)"))
@click.pass_obj
def COMMAND(shell: Shell, fact: str, why: str) -> int:
    """Withdraw one fact."""
    from rich.text import Text as Line

    if not why.strip():
        cure = Text("例如写 --why \"重复录入\"", "write for instance --why \"typed twice\"")
        raise InputError(Text("没有写原因", "no reason is given"), where="--why", cure=cure)
    shell.node().store.withdraw(fact, why)
    done = Text(f"已撤回 {fact}：{why}", f"withdrew {fact}: {why}")
    shell.answer({"withdrawn": fact, "why": why}, lambda: Line(done.in_(shell.lang)))
    return 0
