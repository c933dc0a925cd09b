"""``zhizao forget``: make the personal values of an entity unreadable, with a reason."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text


@command(
    "forget",
    Text(
        "抹去一个对象的个人信息并说明原因；不可撤销\n"
        "销毁其密钥：标为 personal 的字段从此为空，任何 --as-of 也是；封印不变，另存一条封好的记录。",
        "make the personal values of an entity unreadable, with a reason; this cannot be undone\n"
        "Its key is destroyed: fields marked personal are empty from now on, at any --as-of; every seal holds, and a sealed note is kept.",
    ),
    'zhizao forget person:P17 --why "…"',
)
@argument("entity", metavar="ENTITY")
@option("--why", metavar="TEXT", required=True, words=Text("原因（必填）", "the reason (required)"))
@click.pass_obj
def COMMAND(shell: Shell, entity: str, why: str) -> int:
    """Forget one entity."""
    from rich.text import Text as Line

    from zhizao.node.forget import forget

    if not why.strip():
        cure = Text("例如写 --why \"本人要求\"", "write for instance --why \"asked for by the person\"")
        raise InputError(Text("没有写原因", "no reason is given"), where="--why", cure=cure)
    forgotten = forget(shell.node(), entity, why)
    done = Text(f"已抹去 {forgotten} 的个人信息：{why}", f"forgot what is personal of {forgotten}: {why}")
    shell.answer({"forgotten": forgotten, "why": why}, lambda: Line(done.in_(shell.lang)))
    return 0
