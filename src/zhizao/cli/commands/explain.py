"""``zhizao explain``: why a value is what it is."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.commands.measure import AS_OF, STORED_AS_OF
from zhizao.cli.shell import Shell
from zhizao.model.text import Text


@command(
    "explain",
    Text("说明一个数的由来：公式、状态、组成、直到事实", "say why a value is what it is, down to the facts"),
    "zhizao explain region_gerd --of nation:CN --period 2022",
    "zhizao explain quality_index --of China --period 2021",
)
@argument("indicator", metavar="INDICATOR")
@option("--of", metavar="ENTITY", required=True, words=Text("对象，编号或名称", "the entity, by id or name"))
@option("--period", metavar="P", required=True, words=Text("期", "the period"))
@option("--as-of", metavar="T", default="", words=AS_OF)
@option("--stored-as-of", metavar="T", default="", words=STORED_AS_OF)
@click.pass_obj
def COMMAND(shell: Shell, indicator: str, of: str, period: str, as_of: str, stored_as_of: str) -> int:
    """Explain one value."""
    from zhizao.node.explain import explain
    from zhizao.node.question import Question
    from zhizao.show import json, tables

    node = shell.node()
    with shell.working(Text(f"追溯 {indicator}", f"tracing {indicator}")):
        found = explain(node, Question(indicator, of=(of,), period=period, as_of=as_of, stored_as_of=stored_as_of))
    shell.answer(json.explain(found), lambda: tables.explanation(found, shell.lang, node.library.entity_names()))
    return 0
