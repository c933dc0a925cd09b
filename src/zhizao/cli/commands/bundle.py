"""``zhizao bundle``: figures and all they rest on, in one file that anyone can recompute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.model.text import Text

if TYPE_CHECKING:
    from zhizao.node.bundle.make import Made


@command(
    "bundle",
    Text(
        "把一组数值及其全部依据封装成一个文件，供第三方重算\n不写 --values、--evaluation、--loop 时封装规划的评估。",
        "freeze figures and all they rest on in one file, for a third party to recompute\nWithout --values, --evaluation and --loop: the plan's scorecard.",
    ),
    "zhizao bundle review.zhizao",
    "zhizao bundle evidence.zhizao --values rd_intensity:nation:CN:2022 --values region_gerd:Jiangsu",
    "zhizao bundle loop.zhizao --values W-1f3a --loop",
)
@argument("file", metavar="FILE")
@option(
    "--values", metavar="INDICATOR[:ENTITY[:PERIOD]]", multiple=True,
    words=Text("指标的值，或预警、方案、措施的编号；可多次写", "values of an indicator, or the number of a warning, proposal or action; may be repeated"),
)  # fmt: skip
@option("--evaluation", is_flag=True, words=Text("规划的评估", "the plan's scorecard"))
@option("--loop", is_flag=True, words=Text("闭环的全部记录：预警、方案、审批、措施、写入、效果", "everything the loop told: warnings, proposals, approvals, actions, writes, effects"))
@option("--as-of", metavar="T", default="", words=Text("只用此时已知的事实", "use only what was known then"))
@click.pass_obj
def COMMAND(shell: Shell, file: str, values: tuple[str, ...], evaluation: bool, loop: bool, as_of: str) -> int:
    """Write a bundle."""
    from zhizao.node.assemble import now
    from zhizao.node.bundle.make import Wanted, bundle

    node = shell.node()
    with shell.working(Text("封装", "freezing")):
        made = bundle(node, Path(file), Wanted(values, evaluation, loop, as_of), now())
    if made.in_log:
        shell.say(Text(f"日志中还有 {made.in_log} 条观测未封存，不在其中", f"{made.in_log} observations in the log are not sealed yet, and not in it"))
    data = {"file": file, "bytes": made.bytes, "facts": made.facts, "claims": [{"kind": c.kind, "ask": c.ask} for c in made.claims], "seal": made.seal, "key": made.key}
    shell.answer(data, lambda: _said(file, made).in_(shell.lang))
    return 0


def _said(file: str, made: Made) -> Text:
    return Text(
        f"{file}：{len(made.claims)} 项主张，{made.facts:,} 条事实，{made.bytes:,} 字节\n封印\n  {made.seal}\n请另行把公钥交给核对者：\n  {made.key}",
        f"{file}: {len(made.claims)} claims, {made.facts:,} facts, {made.bytes:,} bytes\nseal\n  {made.seal}\n"
        f"give the public key to whoever verifies, by another way:\n  {made.key}",
    )
