"""``zhizao test``: run the packs' own tests."""

from __future__ import annotations

import click

from zhizao.cli.bilingual import argument, command
from zhizao.cli.shell import Shell
from zhizao.model.text import Text


@command(
    "test",
    Text("运行内容包自带的测试（.test.yaml）", "run the packs' own tests (.test.yaml)"),
    "zhizao test",
    "zhizao test made_in_china_2025",
)
@argument("packs", nargs=-1, metavar="[PACK_OR_FOLDER …]")
@click.pass_obj
def COMMAND(shell: Shell, packs: tuple[str, ...]) -> int:
    """Test the packs in use, or the ones named."""
    from zhizao.node.assemble import load_library
    from zhizao.node.packs import choose, test
    from zhizao.show import json, tables

    folders, about = choose(shell.home, packs)
    with shell.working(Text("运行测试", "running the tests")):
        results = test(load_library(shell.home, folders), about)
    shell.answer(json.tests(results, shell.lang), lambda: tables.tests(results, shell.lang))
    return 0 if all(r.passed for r in results) else 1
