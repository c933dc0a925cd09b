"""``zhizao run``: the node, running."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.shell import Shell
from zhizao.model.text import Text

if TYPE_CHECKING:
    from zhizao.node.live import Live

REDRAW_S = 2.0
LAST_RESORT_S = 3.0
"""A stop that takes longer is cut short: what was acknowledged is on the disk, and a connector that hangs must hold nobody up."""


@command(
    "run",
    Text(
        "运行节点：读取各来源，接收推送，回答 HTTP 查询\n按 Ctrl-C 停止；只在本机提供服务。同一数据目录的其他命令照常可用。",
        "run the node: read all sources, take what is pushed, answer over HTTP\n"
        "Ctrl-C stops it. It serves this machine only; every other command works beside it.",
    ),
    "zhizao run",
    "zhizao run --port 9000 --quiet",
)
@option("--port", type=click.IntRange(0, 65535), default=8025, metavar="N", words=Text("HTTP 端口（默认 8025，0 为任意空闲端口）", "port of HTTP (default 8025; 0 takes any that is free)"))
@option("--host", default="127.0.0.1", metavar="HOST", words=Text("只能是本机：尚无访问控制", "this machine only: there is no access control yet"))
@option("--seal-after", type=click.FloatRange(0.1), default=300.0, metavar="SECONDS", words=Text("观测最迟多久从日志进入数据段（默认 300 秒）", "how long observations stay in the log before they are sealed in a segment (default 300)"))
@click.pass_obj
def COMMAND(shell: Shell, port: int, host: str, seal_after: float) -> int:
    """Run until told to stop."""
    from zhizao.node.run import run

    try:
        asyncio.run(run(shell.home, port, host=host, seal_after_s=seal_after, remark=shell.say, ready=_ready(shell), stopping=_last_resort))
    except KeyboardInterrupt:  # before the node hears signals itself
        return 0
    shell.say(Text("节点已停止", "the node has stopped"))
    return 0


def _ready(shell: Shell) -> Callable[[Live], None]:
    """Say where it answers; on a terminal go on showing how the sources fare."""
    tasks: list[asyncio.Task[None]] = []  # a task nobody holds may vanish

    def ready(live: Live) -> None:
        at = f"http://127.0.0.1:{live.port}"
        if shell.settings.json:
            shell.answer({"running": True, "pid": os.getpid(), "port": live.port, "url": f"{at}/api/v1"}, str)
        elif not shell.settings.quiet and sys.stdout.isatty():
            tasks.append(asyncio.get_running_loop().create_task(_show(shell, live)))
        else:
            shell.say(Text(f"节点运行中：{at}/api/v1", f"the node is running: {at}/api/v1"))

    return ready


async def _show(shell: Shell, live: Live) -> None:
    from rich.console import Console
    from rich.live import Live as Screen

    from zhizao.show.connections import status

    with Screen(console=Console(highlight=False, emoji=False), auto_refresh=False) as screen:
        while True:
            screen.update(status(await asyncio.to_thread(live.status), shell.lang), refresh=True)
            await asyncio.sleep(REDRAW_S)


def _last_resort() -> None:
    timer = threading.Timer(LAST_RESORT_S, os._exit, (0,))
    timer.daemon = True
    timer.start()
