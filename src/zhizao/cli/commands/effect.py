"""``zhizao effect``: what an action did to its indicator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text

if TYPE_CHECKING:
    from zhizao.model.effect import Effect


@command(
    "effect",
    Text(
        "测定措施的效果：与可比对象比较，给出区间和结论\n写方案编号则把其全部措施合在一起测定。“无法判断”也是结论。",
        "what an action did to its indicator, beside comparable units, with interval and verdict\n"
        "A proposal stands for all its actions together. Cannot tell is an answer, too.",
    ),
    "zhizao effect A-1f3c",
    "zhizao effect A-1f3c --plan",
    "zhizao effect P-77b0 --by day --svg effect.svg",
)
@argument("action", metavar="ACTION")
@option("--plan", is_flag=True, words=Text("措施开始之前：陈述届时可辨的最小效果并存下", "before it begins: state and store the smallest effect that could be told"))
@option("--method", metavar="M", default="", words=Text("结论所依的方法；默认按有无可比对象而定", "the method the verdict stands on; by default as there are units to compare with"))
@option("--period", metavar="A..B", default="", words=Text("只看这些期，含开始前后", "only these periods, before and after"))
@option("--by", metavar="KIND", default="", words=Text("期的种类，如 hour、shift、day、month", "kind of period: hour, shift, day, month …"))
@option("--whole", metavar="ENTITY", default="", words=Text("为哪个对象的变化对账，默认全国", "the entity whose change is accounted for; by default the nation"))
@option("--periods", metavar="N", type=click.IntRange(1), default=None, words=Text("与 --plan 同用：打算运行几期", "with --plan: how many periods it is to run"))
@option("--svg", metavar="FILE", default="", words=Text("另存图形", "save the chart, too"))
@click.pass_obj
def COMMAND(shell: Shell, action: str, plan: bool, method: str, period: str, by: str, whole: str, periods: int | None, svg: str) -> int:
    """Find one effect."""
    from zhizao.node.loop.effect import Asked, effect, foresee
    from zhizao.show import effects

    node, asked = shell.node(), Asked(action, method, period, by, whole, periods or 0)
    with shell.working(Text("比较", "comparing")):
        found = None if plan else effect(node, asked)
        ahead = foresee(node, asked) if plan else None
    if found is not None:
        if svg:
            _save(svg, found, shell)
        shell.answer(effects.data(found), lambda: effects.effect(found, shell.lang))
    if ahead is not None:
        shell.answer(effects.foresight_data(ahead), lambda: effects.foresight(ahead, shell.lang))
    return 0


def _save(name: str, found: Effect, shell: Shell) -> None:
    from zhizao.show.effect_chart import chart

    try:
        Path(name).write_text(chart(found, shell.lang), "utf-8")
    except OSError as error:
        raise InputError(Text(f"无法写入（{error.strerror}）", f"cannot be written ({error.strerror})"), where=name, cure=Text("请换一个位置", "choose another place")) from error
