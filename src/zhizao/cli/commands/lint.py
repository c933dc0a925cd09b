"""``zhizao lint``: what is wrong with content, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhizao.cli.bilingual import argument, command
from zhizao.cli.shell import Shell
from zhizao.model.text import Text

if TYPE_CHECKING:
    from zhizao.model.finding import Finding
    from zhizao.model.library import Library


@command(
    "lint",
    Text(
        "检查内容包，一次列出全部问题\n没有必须改正的问题时，程序之外的包即登记到数据目录，此后可导入、测算。",
        "check packs and list every finding at once\nA pack outside the program without blocking findings is registered in the home: import and measure then know it.",
    ),
    "zhizao lint",
    "zhizao lint plant/my_pack",
)
@argument("packs", nargs=-1, metavar="[PACK_OR_FOLDER …]")
@click.pass_obj
def COMMAND(shell: Shell, packs: tuple[str, ...]) -> int:
    """Lint the packs in use, or the ones named."""
    from zhizao.node.assemble import folders_of, load_library
    from zhizao.node.packs import choose, findings_of, register, standing_in
    from zhizao.show import json, tables

    folders, about = choose(shell.home, packs)
    with shell.working(Text("检查内容包", "checking the packs")):
        library = load_library(shell.home, folders)
        found = findings_of(library, folders, about) + (() if packs else _of_policy(library, shell.home))
    shell.answer(json.findings(found, shell.lang), lambda: tables.findings(found, shell.lang))
    if any(f.severity == "blocking" for f in found):
        return 1
    for folder in register(shell.home, about):
        shell.say(_registered(folder, shell.home))
    for folder, used in standing_in(folders_of(shell.home), about):
        shell.say(_stood_in(folder, used))
    return 0


def _of_policy(library: Library, home: Path) -> tuple[Finding, ...]:
    """The policy of a home is content of its own."""
    from zhizao.act.written import read
    from zhizao.node.sources import with_quantities

    return read(home, with_quantities(library, home).quantities).findings


def _registered(folder: Path, home: Path) -> Text:
    return Text(f"已将 {folder} 登记到 {home}", f"registered {folder} in {home}")


def _stood_in(folder: Path, used: Path) -> Text:
    return Text(f"检查时以 {folder} 代替 {used}；在用的仍是后者", f"{folder} was checked in the place of {used}, which stays in use")
