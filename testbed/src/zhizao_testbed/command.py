"""``zhizao testbed``: worlds that do not exist, for trying and testing."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhizao.cli.bilingual import Command, command, lang_of, option
from zhizao.cli.shell import Shell
from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao_testbed.calendar import HOUR, SECOND
from zhizao_testbed.economy.command import economy
from zhizao_testbed.replaying import replay
from zhizao_testbed.speaking import SERVERS

if TYPE_CHECKING:
    from zhizao_testbed.demonstration import Figures
    from zhizao_testbed.speaking import Speech

FIRST_PORT = 48400


class Testbed(Command, click.Group):
    """The worlds of the testbed."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line for each world."""
        with formatter.section("Commands"):
            formatter.write_dl(self.below(ctx))

    def below(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Every world with its short help."""
        return [(name, c.words.in_(lang_of(ctx)).splitlines()[0]) for name, c in self.commands.items() if isinstance(c, Command)]


COMMAND = Testbed("testbed", words=Text("试验场：真值已知的模拟工厂和模拟经济体", "the testbed: simulated plants and economies whose truth is known"))


@command(
    "plant",
    Text(
        "运行一座模拟工厂，用真实协议说话，按 Ctrl-C 停止\n同一种子得到同一段历史；速度大于 1 时从过去开始，追上现在后实时运行。",
        "run a simulated plant that speaks real protocols, until Ctrl-C\n"
        "The same seed lives the same life. Faster than real time it begins in the past, and goes on live when it has caught up.",
    ),
    "zhizao testbed plant --machines 3 --protocols opcua",
    "zhizao testbed plant --seed 7 --ago 24 --speed 600 --truth truth.json",
)
@option("--seed", type=int, default=1, metavar="N", words=Text("种子", "the seed"))
@option("--machines", type=click.IntRange(1, 500), default=5, metavar="N", words=Text("设备台数（默认 5）", "how many machines (default 5)"))
@option("--speed", type=click.FloatRange(0.001), default=1.0, metavar="X", words=Text("实际时间的倍数", "times real time"))
@option("--ago", type=click.FloatRange(0), default=0.0, metavar="HOURS", words=Text("从多少小时之前开始", "begin that many hours ago"))
@option("--for", "span", type=click.FloatRange(0), default=None, metavar="HOURS", words=Text("运行多少小时（按工厂时间）后结束", "end after that many hours of the plant's time"))
@option("--protocols", default="mtconnect,modbus", metavar="P[,P]", words=Text("协议：mtconnect、opcua、modbus、sparkplug（默认 mtconnect,modbus）", "of mtconnect, opcua, modbus, sparkplug (default mtconnect,modbus)"))
@option("--port", type=click.IntRange(1024, 65000), default=FIRST_PORT, metavar="N", words=Text(f"第一个端口（默认 {FIRST_PORT}），各协议依次使用", f"the first port (default {FIRST_PORT}); each protocol takes the next"))
@option("--broker", default="127.0.0.1:1883", metavar="HOST:PORT", words=Text("sparkplug 所用的代理", "the broker that sparkplug needs"))
@option("--truth", type=click.Path(dir_okay=False, path_type=Path), default=None, metavar="FILE", words=Text("把真值写到此处", "write the truth here"))
@option("--site", default="", metavar="CODE", words=Text("所属工厂的编号，如模拟经济体中的 SIM-0000042-1；设备名以此开头", "the code of the site it is, such as SIM-0000042-1 of a simulated economy; its machines' names begin with it"))
@option("--detuned", type=click.FloatRange(-30, 30), default=0.0, metavar="BAR", words=Text("各台冷却液压力比本来偏高多少 bar：报废和用电随之上升", "how many bar too high every coolant is set: scrap and power rise with it"))
@option("--records", type=click.Path(file_okay=False, path_type=Path), default=None, metavar="DIR", words=Text("把对象、归属、班次写成 CSV，把 Modbus 寄存器表写成 registers.yaml，放到此处", "write entities, memberships and shifts here, as CSV to import, and the Modbus registers as registers.yaml"))
@click.pass_obj
def plant(
    shell: Shell, seed: int, machines: int, speed: float, ago: float, span: float | None, protocols: str, port: int, broker: str,
    truth: Path | None, site: str, detuned: float, records: Path | None,
) -> int:  # fmt: skip
    """Run a plant."""
    from zhizao_testbed.pace import Pace, now_us
    from zhizao_testbed.plant import Plant
    from zhizao_testbed.records import write
    from zhizao_testbed.servers.modbus import manual
    from zhizao_testbed.speaking import Speech

    begin = now_us() - round(ago * HOUR)
    begin -= begin % SECOND
    pace = Pace(speed, None if span is None else begin + round(span * HOUR))
    lives = Plant(seed, machines, begin, detuned=detuned, site=site)
    names = _known(protocols)
    if records:
        write(lives, records)
        if "modbus" in names:
            (records / "registers.yaml").write_text(manual(lives.characters), "utf-8")
    speech = Speech(lives, pace, names, port, broker, truth)
    asyncio.run(_until_stopped(shell, speech))
    return 0


COMMAND.add_command(plant)
COMMAND.add_command(replay)
COMMAND.add_command(economy)


@command(
    "demo",
    Text(
        "演示：半分钟过完模拟工厂的一天，经 MTConnect 接入，指标与真值并列\n数据写在临时目录，结束后删除；--home 指定目录则保留。",
        "a demonstration: a day of a simulated plant in half a minute, read over MTConnect, its indicators beside the truth\n"
        "It works in a folder of its own that goes afterwards; with --home it stays.",
    ),
    "zhizao testbed demo",
    "zhizao --home ./demo testbed demo --machines 5 --seconds 60",
)
@option("--seed", type=int, default=1, metavar="N", words=Text("种子", "the seed"))
@option("--machines", type=click.IntRange(1, 50), default=3, metavar="N", words=Text("设备台数", "how many machines"))
@option("--seconds", type=click.FloatRange(1), default=20.0, metavar="S", words=Text("一天用多少秒过完", "how many seconds the day takes"))
@click.pass_obj
def demo(shell: Shell, seed: int, machines: int, seconds: float) -> int:
    """Play the demonstration."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="zhizao-demo-") as folder:
        home = shell.home if shell.settings.home_given else Path(folder)
        return asyncio.run(_played(shell, home, seed, machines, seconds))


COMMAND.add_command(demo)


async def _played(shell: Shell, home: Path, seed: int, machines: int, seconds: float) -> int:
    from rich.console import Console
    from rich.live import Live

    from zhizao_testbed.calendar import DAY
    from zhizao_testbed.demonstration import Demonstration
    from zhizao_testbed.drawn import table
    from zhizao_testbed.pace import now_us
    from zhizao_testbed.plant import Plant

    begin = Plant(seed, machines, 0).calendar.midnight(now_us()) - DAY
    shell.say(Text("模拟工厂开始运行（数据均为模拟）……", "the simulated plant begins to run (all of it is simulated) …"))
    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as screen:
        shows = not shell.settings.quiet and screen.console.is_terminal

        def look(figures: Figures, status: Mapping[str, Any]) -> None:
            last.update(status)
            if shows:
                screen.update(table(played.entities, figures, {}, status, str(played.day), shell.lang), refresh=True)

        last: dict[str, Any] = {}
        played = Demonstration(home, Plant(seed, machines, begin), seconds, look)
        figures = await played.play()
    true = played.truth()
    shell.answer(_told(figures, true), lambda: table(played.entities, figures, true, last, str(played.day), shell.lang))
    return 0


def _told(figures: Figures, true: Figures) -> list[dict[str, Any]]:
    return [
        {"entity": entity, "indicator": indicator, "computed": None if value is None else str(value), "true": str(true[entity, indicator])}
        for (entity, indicator), value in figures.items()
    ]


async def _until_stopped(shell: Shell, speech: Speech) -> None:
    async def started(urls: Mapping[str, str]) -> None:
        shell.answer(dict(urls), lambda: _shown(shell, urls))

    task = asyncio.ensure_future(speech.speak(started))
    for wanted in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wanted, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def _shown(shell: Shell, urls: Mapping[str, str]) -> str:
    head = Text("模拟工厂已启动；在另一个终端接入：", "the simulated plant runs; connect it in another terminal:").in_(shell.lang)
    return "\n".join([head, *(f"  zhizao connect {url}" for url in urls.values())])


def _known(protocols: str) -> list[str]:
    names = [name.strip() for name in protocols.split(",") if name.strip()]
    if strange := [name for name in names if name not in SERVERS]:
        cure = Text(f"可写 {', '.join(SERVERS)}", f"write some of {', '.join(SERVERS)}")
        raise InputError(Text(f"没有名为 {strange[0]} 的协议", f"no protocol is named {strange[0]}"), where="--protocols", cure=cure)
    return names
