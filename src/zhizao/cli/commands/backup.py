"""``zhizao backup``: everything of a home in one file."""

from __future__ import annotations

from pathlib import Path

import click

from zhizao.cli.bilingual import argument, command
from zhizao.cli.shell import Shell
from zhizao.model.text import Text


@command(
    "backup",
    Text(
        "把数据目录备份成一个文件，节点运行时也可\n其中有签名私钥与个人信息的密钥，请妥善保管。",
        "put everything of a home in one file, also while a node runs\nThe private keys are in it, that of the node and those of personal values: keep it safe.",
    ),
    "zhizao backup plant.tar.gz",
)
@argument("file", metavar="FILE")
@click.pass_obj
def COMMAND(shell: Shell, file: str) -> int:
    """Write the backup."""
    from zhizao.node.assemble import now
    from zhizao.node.backup import backup

    with shell.working(Text(f"备份到 {file}", f"writing {file}")):
        saved = backup(shell.home, Path(file), now())
    for pack in saved.outside:
        shell.say(Text(f"{pack}：此内容包在数据目录之外，未备份", f"{pack}: this pack lies outside the home and is not in it"))
    shell.say(Text("备份中含有私钥，请妥善保管", "the private keys are in the backup: keep it safe"))
    data = {"file": file, "files": saved.files, "bytes": saved.bytes}
    shell.answer(data, lambda: Text(f"{saved.files} 个文件，{saved.bytes:,} 字节", f"{saved.files} files, {saved.bytes:,} bytes").in_(shell.lang))
    return 0
