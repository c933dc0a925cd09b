"""``zhizao testbed replay``: a recorded log, said again by an agent."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path

import click

from zhizao.cli.bilingual import command, option
from zhizao.cli.shell import Shell
from zhizao.errors import UnknownName
from zhizao.model.text import Text

FIRST_PORT = 5000


@command(
    "replay",
    Text(
        "通过真实的 MTConnect 代理接口重放一份 SHDR 录制，按 Ctrl-C 停止\n默认如同现在发生；加 --recorded 则保留录制时的时间。",
        "say a recorded SHDR log again through a real MTConnect agent, until Ctrl-C\nAs if it happened now; --recorded keeps the times it has.",
    ),
    "zhizao testbed replay machine.shdr.txt.gz",
    "zhizao testbed replay machine.shdr.txt.gz --devices Devices.xml --speed 60 --recorded",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option("--devices", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None, metavar="FILE", words=Text("设备模型（Devices.xml）；不写则由录制中的键生成", "the device model (Devices.xml); made from the keys of the log where there is none"))
@option("--device", default="", metavar="NAME", words=Text("录制属于模型中的哪台设备（默认：认得最多键的那台）", "whose recording it is (default: the device that knows most of its keys)"))
@option("--speed", type=click.FloatRange(0.001), default=1.0, metavar="X", words=Text("录制速度的倍数", "times as fast as it was"))
@option("--recorded", is_flag=True, words=Text("保留录制时的时间", "keep the times it was recorded at"))
@option("--port", type=click.IntRange(1024, 65535), default=FIRST_PORT, metavar="N", words=Text("代理的端口", "the port of the agent"))
@click.pass_obj
def replay(shell: Shell, file: Path, devices: Path | None, device: str, speed: float, recorded: bool, port: int) -> int:
    """Replay a log."""
    from zhizao_testbed.mtconnect.model import model
    from zhizao_testbed.mtconnect.recording import recording
    from zhizao_testbed.mtconnect.replay import Replay

    found = recording(file)
    served = model(devices.read_bytes()) if devices else found.model
    if device and device not in served.devices:
        raise UnknownName(Text("设备", "device"), device, served.devices, where="--device")
    again = Replay(found, served, speed, as_if_now=not recorded, device=device)
    asyncio.run(_until_stopped(shell, again, port))
    return 0


async def _until_stopped(shell: Shell, again: object, port: int) -> None:
    from zhizao_testbed.mtconnect.replay import Replay
    from zhizao_testbed.serving import serving

    assert isinstance(again, Replay)
    async with serving(again.agent.app, port):
        url = f"mtconnect+http://127.0.0.1:{port}"
        said = {"url": url, "observations": len(again.recording.said), "left_out": again.recording.left_out + again.left_out}
        head = Text("录制正在重放；在另一个终端接入：", "the recording is being said again; connect it in another terminal:").in_(shell.lang)
        shell.answer(said, lambda: f"{head}\n  zhizao connect {url}")
        ended = asyncio.Event()
        for wanted in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(wanted, ended.set)
        task = asyncio.ensure_future(again.run())
        await ended.wait()  # what was said last stays in the agent
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
