"""``zhizao export``: facts as a file that import reads back."""

from __future__ import annotations

from pathlib import Path

import click

from zhizao.cli.bilingual import argument, command, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text

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

    format_ = format_ or _format_of(to)
    if format_ not in FORMATS:
        cure = Text(f"可写 {'、'.join(FORMATS)}", f"write one of {', '.join(FORMATS)}")
        raise InputError(Text(f"没有格式 {format_}", f"there is no format {format_}"), where="--format", cure=cure)
    node = shell.node()
    rows = export(node, record(node.library, type), of=of, period=period)
    write(rows, Path(to) if to else None, format_)
    place = Text(f"写入 {to}", f"to {to}") if to else Text("写到标准输出", "to standard output")
    shell.say(Text(f"{rows.num_rows} 行，{place.zh}", f"{rows.num_rows} rows {place.en}"))
    return 0


def _format_of(to: str | None) -> str:
    suffix = Path(to).suffix.lstrip(".").lower() if to else ""
    return suffix if suffix in FORMATS else "csv"
