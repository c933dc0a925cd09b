"""``zhizao import``: deliver a file of rows to the store."""

from __future__ import annotations

from pathlib import Path

import click

from zhizao.cli.bilingual import argument, command
from zhizao.cli.shell import Shell
from zhizao.model.text import Text


@command(
    "import",
    Text(
        "导入对象、归属、观测或任一记录类型\n文件可为 csv、parquet、xlsx、jsonl；被拒的行连同原因另存。",
        "import entities, memberships, observations or any records\n"
        "The file may be csv, parquet, xlsx or jsonl; rejected rows are kept with their reason.",
    ),
    "zhizao import membership places.csv",
    "zhizao import annual_return returns.xlsx",
)
@argument("type", metavar="entity|membership|observation|TYPE")
@argument("file", metavar="FILE")
@click.pass_obj
def COMMAND(shell: Shell, type: str, file: str) -> int:
    """Import one file as one delivery."""
    from zhizao.node.deliver import deliver, first_rejects
    from zhizao.node.names import record
    from zhizao.node.usable import require_usable
    from zhizao.show import json, tables

    node = shell.node()
    wanted = record(node.library, type)
    require_usable(node.library, wanted)
    with shell.working(Text(f"导入 {file}", f"importing {file}")):
        receipt = deliver(node.store, wanted, Path(file), remark=shell.say)
    for why in first_rejects(receipt):
        shell.say(why)
    shell.answer(json.receipt(receipt), lambda: tables.receipt(receipt, shell.lang))
    return 0
