"""``zhizao why``: why a figure changed, or is not where it should be."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.commands.measure import AS_OF, STORED_AS_OF
from zhizao.cli.shell import Shell
from zhizao.model.text import Text


@command(
    "why",
    Text(
        "说明一个数为何变化，或为何未达要求：逐级分解，找出原因\n各部分之和与公布精度上的变化完全相等。",
        "say why a figure changed, or is not where it should be: take it apart, find the cause\nThe parts add up exactly to the change as printed.",
    ),
    "zhizao why region_gerd --of nation:CN --from 2021 --to 2022",
    "zhizao why region_gerd --of nation:CN --from 2021 --to 2022 --by region",
)
@argument("indicator", metavar="INDICATOR")
@option("--of", metavar="ENTITY", required=True, words=Text("对象，编号或名称", "the entity, by id or name"))
@option("--from", "start", metavar="P", default="", words=Text("从哪一期", "from which period"))
@option("--to", "end", metavar="P", required=True, words=Text("到哪一期", "to which period"))
@option("--gap", is_flag=True, words=Text("分解与目标路径的差距，而不是变化", "take the gap to the target's required path apart, not the change"))
@option("--by", metavar="LEVEL[,LEVEL]", default="", words=Text("按这些层级分解，或按记录的一个文字字段；不写则自行逐级向下", "take apart by these levels, or by a text field of the records; without it, go down by itself"))
@option("--depth", metavar="N", default="auto", words=Text("自行向下时至多几层", "how many levels to go down by itself at most"))
@option(
    "--method", type=click.Choice(["exact", "lmdi", "lmdi_amount"]), default="exact",
    words=Text("exact 适用任何公式；lmdi 用对数平均分解比率，lmdi_amount 分解其分子", "exact fits any formula; lmdi takes a rate apart by logarithmic means, lmdi_amount the amount above its line"),
)
@option("--as-of", metavar="T", default="", words=AS_OF)
@option("--stored-as-of", metavar="T", default="", words=STORED_AS_OF)
@click.pass_obj
def COMMAND(
    shell: Shell, indicator: str, of: str, start: str, end: str, gap: bool, by: str, depth: str, method: str, as_of: str, stored_as_of: str
) -> int:
    """Take one change or gap apart."""
    from typing import cast

    from zhizao.model.attribution import Method
    from zhizao.node.loop.why import Asked, why
    from zhizao.show import why as shown

    asked = Asked(indicator, of, start, end, by, gap, depth, cast(Method, method), as_of, stored_as_of)
    node = shell.node()
    with shell.working(Text(f"分解 {indicator}", f"taking {indicator} apart")):
        found = why(node, asked)
    shell.answer(shown.data(found), lambda: shown.page(found, shell.lang, node.library.entity_names()))
    return 0
