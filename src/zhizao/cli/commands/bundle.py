"""``zhizao bundle``: figures with all that is needed to compute them again, in one file for a third party."""

from __future__ import annotations

from pathlib import Path

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.commands.measure import AS_OF
from zhizao.cli.commands.plan import PLAN
from zhizao.cli.shell import Shell
from zhizao.model.text import Text


@command(
    "bundle",
    Text(
        "把若干数值连同复算所需的一切写成一个文件，供第三方核对\n内含所读的事实、封印链、内容包、节点公钥与签名，不含私钥；不写 --values 时为规划评估。",
        "write figures with all that is needed to compute them again, in one file for a third party\n"
        "It holds the facts that were read, the chain of seals, the packs, the node's public key and its signature, and no private key. Without --values: the plan's verdicts.",
    ),
    "zhizao bundle evidence.zhb --values region_gerd:nation:CN:2022",
    "zhizao bundle plan.zhb --evaluation",
)
@argument("file", metavar="FILE")
@option("--values", multiple=True, metavar="INDICATOR[:ENTITY][:PERIOD]", words=Text("要冻结的数值，可重复", "the figures to freeze; may be repeated"))
@option("--evaluation", is_flag=True, words=Text("规划的全部判定", "all verdicts of the plan"))
@option("--plan", metavar="PACK", default="", words=PLAN)
@option("--as-of", metavar="T", default="", words=AS_OF)
@click.pass_obj
def COMMAND(shell: Shell, file: str, values: tuple[str, ...], evaluation: bool, plan: str, as_of: str) -> int:
    """Freeze figures."""
    from zhizao.node.assemble import now
    from zhizao.node.bundle import claims
    from zhizao.node.bundle.freeze import freeze
    from zhizao.node.whole import require_place

    require_place(Path(file))
    asked = [claims.values(written, as_of) for written in values]
    asked += [claims.evaluation(plan, as_of)] if evaluation or not values else []
    node = shell.node()
    with shell.working(Text("冻结数值与事实", "freezing figures and facts")):
        frozen = freeze(node, asked, Path(file), now())
    figures, size = sum(len(claims.figures(claim)) for claim in frozen), Path(file).stat().st_size
    done = Text(f"{figures} 个数值，{size:,} 字节；用 zhizao verify {file} 复算", f"{figures} figures, {size:,} bytes; zhizao verify {file} computes them again")
    shell.answer({"file": file, "figures": figures, "bytes": size}, lambda: done.in_(shell.lang))
    return 0
