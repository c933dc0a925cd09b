"""``zhizao restore``: a home from a backup."""

from __future__ import annotations

from pathlib import Path

import click

from zhizao.cli.bilingual import argument, command
from zhizao.cli.shell import Shell
from zhizao.model.text import Text


@command(
    "restore",
    Text(
        "由备份还原数据目录\n只还原到空目录；先逐个核对文件与封印，全部无误才成为数据目录。",
        "make a home from a backup\nInto an empty home only; every file and every seal is checked before it is one.",
    ),
    "zhizao restore plant.tar.gz --home plant",
)
@argument("file", metavar="FILE")
@click.pass_obj
def COMMAND(shell: Shell, file: str) -> int:
    """Restore, checked."""
    from zhizao.node.restore import restore

    with shell.working(Text(f"由 {file} 还原", f"restoring {file}")):
        segments = restore(Path(file), shell.home)
    home = str(shell.home)
    done = Text(f"已还原到 {home}；{segments} 个数据段与封印一致", f"restored to {home}; {segments} segments match their seals")
    shell.answer({"home": home, "segments": segments}, lambda: done.in_(shell.lang))
    return 0
