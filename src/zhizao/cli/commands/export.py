"""``zhizao export``: facts as a file that import reads back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.node.whole import require_place

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = ("csv", "parquet", "xlsx", "jsonl")


@command(
    "export",
    Text("导出当前有效的事实，导出的文件可再导入", "export the facts that hold now; import reads them back"),
    "zhizao export region_gerd --to gerd.xlsx",
    "zhizao export region_gerd --of Jiangsu --period 2019..2022",
)
@argument("type", metavar="TYPE|observation")
@option("--of", metavar="ENTITY", words=Text("只导出这个对象（编号或名称）", "only this entity (id or name)"))
@option("--period", metavar="P|A..B", words=Text("只导出这些期", "only these periods"))
@option("--format", "format_", metavar="|".join(FORMATS), default=None, words=Text("格式（默认随文件名，否则 csv）", "format (default: as FILE says, else csv)"))
@option("--to", metavar="FILE", words=Text("写到文件（默认写到标准输出）", "write to a file (default: standard output)"))
@click.pass_obj
def COMMAND(shell: Shell, type: str, of: str | None, period: str | None, format_: str | None, to: str | None) -> int:
    """Write the facts of one type."""
    from zhizao.node.export import export, write
    from zhizao.node.names import record

    file, chosen = Path(to) if to else None, _format(shell, format_, to)
    if file:
        require_place(file)
    node = shell.node()
    rows = export(node, record(node.library, type), of=of, period=period)
    if shell.settings.json and not file:
        shell.stream(_as_json(rows))
    else:
        write(rows, file, chosen)
    if shell.settings.json and file:
        shell.answer({"rows": rows.num_rows, "file": str(file), "format": chosen}, lambda: "")
    place = Text(f"写入 {to}", f"to {to}") if to else Text("写到标准输出", "to standard output")
    shell.say(Text(f"{rows.num_rows} 行，{place.zh}", f"{rows.num_rows} rows {place.en}"))
    return 0


def _as_json(rows: pa.Table) -> Iterator[str]:
    """The rows as a JSON list, a row a line."""
    from zhizao.node.export import plain

    yield "["
    for number, row in enumerate(plain(rows)):
        yield ("," if number else "") + "\n  " + json.dumps(row, ensure_ascii=False)
    yield "\n]\n" if rows.num_rows else "]\n"


def _format(shell: Shell, named: str | None, to: str | None) -> str:
    """The format to write in: the one named, else as the file's name says, else csv.

    Raises:
        InputError: there is no such format, or two are asked for at once.
    """
    chosen = (named or Path(to or "").suffix.lstrip(".")).lower()
    if named and chosen not in FORMATS:
        cure = Text(f"可写 {'、'.join(FORMATS)}", f"write one of {', '.join(FORMATS)}")
        raise InputError(Text(f"没有格式 {named}", f"there is no format {named}"), where="--format", cure=cure)
    if named and not to and shell.settings.json:
        cure = Text("去掉其中一个，或用 --to 写到文件", "leave one of the two out, or write to a file with --to")
        raise InputError(Text("--json 时标准输出只给 JSON", "with --json standard output holds JSON alone"), where=f"--format {named}", cure=cure)
    return chosen if chosen in FORMATS else "csv"
