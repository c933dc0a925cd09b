"""The running node: sources are read, what they say goes to the log and on into segments, and questions are answered."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from socket import socket

from zhizao.model.text import Text
from zhizao.node import status
from zhizao.node.assemble import Node, Remark, now, open_node, open_store, silent
from zhizao.node.chore import Chore
from zhizao.node.drainer import AGE_S, Drainer
from zhizao.node.introducer import Introducer
from zhizao.node.live import Live
from zhizao.node.planned import Planner
from zhizao.node.serve import HERE, bound, serve
from zhizao.sense.intake import Intake
from zhizao.sense.supervise import Supervisor
from zhizao.store.stream.log import Log

PORT = 8025


def clock_us() -> int:
    """The present time, microseconds since 1970."""
    return time.time_ns() // 1000


async def run(
    home: Path,
    port: int = PORT,
    *,
    host: str = HERE,
    seal_after_s: float = AGE_S,
    remark: Remark = silent,
    ready: Callable[[Live], None] = lambda live: None,
    stopping: Callable[[], None] = lambda: None,
    stop: asyncio.Event | None = None,
) -> None:
    """Run the node of a home until it is told to stop, by a signal or by the event.

    Args:
        seal_after_s: how long observations stay in the log at most before they go into a segment.
        ready: called once it answers.
        stopping: called once it was told to stop.

    Raises:
        StoreBusy: another process runs this home's node.
        InputError: the host or the port cannot be used.
    """
    stop = stop or _by_signal()
    log = await asyncio.to_thread(lambda: open_store(home).log())
    try:
        with bound(host, port) as listening:
            node = await asyncio.to_thread(open_node, home, remark=remark)
            live = _live(node, log, seal_after_s)
            live.port = listening.getsockname()[1]
            await asyncio.to_thread(_tell, node, remark)
            await asyncio.to_thread(live.introducer.look)
            async with _working(live, listening) as tasks:
                status.note_running(home, live.port, live.since)
                ready(live)
                await _until(stop, tasks)
                stopping()
    finally:
        status.forget_running(home)
        log.close()


def _live(node: Node, log: Log, seal_after_s: float) -> Live:
    from zhizao.node.sources import supervised

    intake, record = Intake(log), node.library.records["observation"]
    drainer = Drainer(intake, lambda: node.store.drain(record), time.monotonic, seal_after_s)
    found = supervised(node.home, clock_us)
    return Live(node, intake, Supervisor(found, intake, clock_us), drainer, Planner(node, intake, now), Introducer(node, found.versions), _chores(node))


def _chores(node: Node) -> dict[str, Chore]:
    """What is done every now and then, by name."""
    from zhizao.node import derive, report, retention
    from zhizao.node.loop import actions, watching

    return {
        "derive": Chore(derive.Deriver(node.library, node.store).look, derive.LOOK_S),
        "report": Chore(lambda: report.report(node.library, node.store, now()), report.LOOK_S),
        "escalate": Chore(lambda: actions.escalate(node, now()), actions.LOOK_S),
        "warnings": Chore(lambda: watching.look(node.library, node.store, now()), watching.LOOK_S),
        "retire": Chore(lambda: retention.let_go(node, now()), retention.LOOK_S),
    }


def _tell(node: Node, remark: Remark) -> None:
    """What cannot be read is told when the node begins, and stops nobody."""
    from zhizao.node import sources

    for error in sources.find(node.home).broken.values():
        remark(sources.remark_of(error))
    for finding in node.library.blocking:
        remark(Text(f"{finding.place}：{finding.message.zh}", f"{finding.place}: {finding.message.en}"))


@asynccontextmanager
async def _working(live: Live, listening: socket) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Everything a node does, side by side; at the end first who delivers stops, then who writes."""
    from zhizao.node.answers import Answers
    from zhizao.show.api.app import application

    app = application(Answers(live.node, live))
    writing = asyncio.create_task(live.intake.run(), name="intake")
    delivering = [
        asyncio.create_task(serve(app, listening), name="api"),
        asyncio.create_task(live.supervisor.run(), name="sources"),
        asyncio.create_task(live.drainer.run(), name="drainer"),
        asyncio.create_task(live.planner.run(), name="calendar"),
        asyncio.create_task(live.introducer.run(), name="entities"),
        *(asyncio.create_task(chore.run(), name=name) for name, chore in live.chores.items()),
    ]
    try:
        yield [writing, *delivering]
    finally:
        await _ended(*delivering)
        await _ended(writing)


async def _ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _until(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Wait until told to stop; a part that ends by itself ends the node, with its error."""
    told = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {told}:
            task.result()
    finally:
        told.cancel()
        with suppress(asyncio.CancelledError):
            await told


def _by_signal() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
