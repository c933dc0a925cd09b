"""``zhizao measure``: the values of an indicator."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.model.text import Text

AS_OF = Text("只用此时已知的事实（不完整的日期指其期末）", "use only what was known then (a partial date means its end)")
STORED_AS_OF = Text("按本库当时的内容重算", "replay what this home held then")


@command(
    "measure",
    Text(
        "测算指标：由事实计算，并列出已公布的序列\n不写 --by、--of 时给出全国数；不写 --period 时给出有事实的最近一期。",
        "measure an indicator: computed values beside published series\n"
        "Without --by and --of: the nation; without --period: the latest period with facts.",
    ),
    "zhizao measure rd_intensity",
    "zhizao measure region_gerd --by region --period 2022",
    "zhizao measure region_gerd --of Jiangsu --of region:33 --period 2019..2022 --as-of 2022-06",
)
@argument("indicator", metavar="INDICATOR")
@option("--by", metavar="LEVEL[,LEVEL]", default="", words=Text("按层级分列，如 region 或 region,sector", "a value for each entity of a level: region, or region,sector"))
@option("--of", metavar="ENTITY", multiple=True, words=Text("只看这些对象，编号或名称，可多次写", "only these entities, by id or name; may be repeated"))
@option("--period", metavar="P|A..B", default="", words=Text("期或期的范围，如 2020 或 2016..2020", "a period or a range: 2020, 2016..2020"))
@option("--series", metavar="S", default="", words=Text("只看这个序列", "only this series"))
@option("--as-of", metavar="T", default="", words=AS_OF)
@option("--stored-as-of", metavar="T", default="", words=STORED_AS_OF)
@option("--definition", metavar="HASH", default="", words=Text("要求采用这一版定义，否则拒绝", "refuse unless this is the definition in use"))
@click.pass_obj
def COMMAND(
    shell: Shell, indicator: str, by: str, of: tuple[str, ...], period: str, series: str, as_of: str, stored_as_of: str, definition: str
) -> int:
    """Measure one indicator."""
    from zhizao.node.left_out import left_out
    from zhizao.node.measure import measure
    from zhizao.node.nothing import why_nothing
    from zhizao.node.question import Question
    from zhizao.show import json, tables

    question = Question(indicator, by, of, period, series, as_of, stored_as_of, definition)
    node = shell.node()
    with shell.working(Text(f"测算 {indicator}", f"measuring {indicator}")):
        values = measure(node, question)
    if not values:
        shell.say(why_nothing(node, question))
    elif remark := left_out(node, question, values):
        shell.say(remark)
    shell.answer(json.measure(values), lambda: tables.values(values, shell.lang, node.library.entity_names(), shell.width))
    return 0
