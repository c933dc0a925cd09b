"""``zhizao init``: a home with an example pack of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote

import click

from zhizao.cli.bilingual import argument, command
from zhizao.cli.invocation import invocation
from zhizao.cli.shell import Shell
from zhizao.model.text import Text


@command(
    "init",
    Text(
        "新建数据目录，附一个可用的示例包\n示例包在 DIR/my_pack：一个记录类型、一个指标及其测试、一份数据；另有 DIR/policy.yaml，尚不允许任何写出。",
        "make a home with an example pack\nThe pack lies in DIR/my_pack: a record type, an indicator with its test, some data; DIR/policy.yaml as yet lets nothing be sent.",
    ),
    "zhizao init plant",
)
@argument("dir", metavar="DIR")
@click.pass_obj
def COMMAND(shell: Shell, dir: str) -> int:
    """Make a home and an example pack."""
    from zhizao.act.written import begin
    from zhizao.node.example import NAME, write
    from zhizao.node.packs import register, require_unused

    folder = Path(dir)
    home = shell.home if shell.settings.home_given else folder
    require_unused(home, NAME)
    pack = write(folder)
    register(home, (pack.resolve(),))
    begin(home)
    steps = _steps(home, pack)
    shell.answer({"home": str(home), "pack": str(pack), "next": steps}, lambda: "\n".join(steps))
    shell.say(Text(f"已建好 {home}；接下来可以运行以上三条命令", f"{home} is ready; the three commands above are the next steps"))
    return 0


def _steps(home: Path, pack: Path) -> list[str]:
    zhizao = f"{invocation(sys.argv[0], sys.executable)} --home {quote(str(home))}"
    return [
        f"{zhizao} test {quote(str(pack))}",
        f"{zhizao} import inspection {quote(str(pack / 'data' / 'inspections.csv'))}",
        f"{zhizao} measure first_pass_yield --by line",
    ]
