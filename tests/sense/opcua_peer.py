"""An independent OPC UA server in a process of its own, and the log a connector delivers into."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from zhizao.sense.connectors.opcua.connector import OpcUa
from zhizao.sense.intake import Intake
from zhizao.sense.source import Signal, Source
from zhizao.store.stream.log import Log, deliveries, files_in

SERVER = Path(__file__).parents[1] / "peers" / "opcua_server.js"
OWN = "nsu=urn:{host}:NodeOPCUA-Server;s={name}"
FAST = {"every": "50ms", "sampling": 0}


def clock() -> int:
    return time.time_ns() // 1000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Peer:
    """node-opcua, told by lines what to say."""

    def __init__(self, folder: Path, port: int = 0, **settings: Any) -> None:
        self.port = port or free_port()
        self.url = f"opc.tcp://127.0.0.1:{self.port}/plant"
        self.settings = {"port": self.port, "folder": str(folder), **settings}

    async def __aenter__(self) -> Peer:
        pipe = asyncio.subprocess.PIPE
        told = json.dumps(self.settings)
        self.process = await asyncio.create_subprocess_exec(
            "node", str(SERVER), told, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, limit=2**20
        )
        await self._answer("ready")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def tell(self, **command: Any) -> None:
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._answer("done")

    async def _answer(self, key: str) -> None:
        async with asyncio.timeout(30):
            while line := await self.process.stdout.readline():
                if line.startswith(b"{") and key in json.loads(line):
                    return
        raise RuntimeError("the server ended")


def address(name: str) -> str:
    return OWN.format(host=socket.gethostname(), name=name)


def source(url: str, *names: str, **options: Any) -> Source:
    signals = {address(name): Signal("machine:M1", name.lower()) for name in names}
    return Source("opcua", url, signals, {**FAST, **options})


class Plant:
    """One log, and connectors that deliver into it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.intake, self._reading = folder, Intake(Log(folder)), set[asyncio.Task[None]]()

    @asynccontextmanager
    async def reading(self, of: Source, connector: type = OpcUa) -> AsyncIterator[asyncio.Task[None]]:
        """A connector at work; ended as a node ends it. Whatever ended it before is in the task."""
        task = asyncio.create_task(connector(of, clock).run(await self.intake.feed(of.name)))
        self._reading.add(task)
        try:
            yield task
        finally:
            self._reading.discard(task)
            task.cancel()
            await asyncio.wait({task})

    def rows(self, quantity: str = "") -> list[dict[str, Any]]:
        """Everything that is in the log, in its order."""
        found = [row for n in files_in(self.folder) for d in deliveries(self.folder, n) for row in d.rows.to_pylist()]
        return [row for row in found if quantity in ("", row["quantity"])]

    def values(self, quantity: str) -> list[float]:
        return [row["value"] for row in self.rows(quantity) if row["quality"] == "good"]

    def refused(self) -> list[str]:
        return [r.why for n in files_in(self.folder) for d in deliveries(self.folder, n) for r in d.refused]

    async def until(self, holds: Any, seconds: float = 20) -> None:
        """Wait for what must become true."""
        async with asyncio.timeout(seconds):
            while not holds():
                for task in self._reading:
                    assert not task.done() or task.exception() is None, task.exception()
                await asyncio.sleep(0.02)


@asynccontextmanager
async def plant(folder: Path) -> AsyncIterator[Plant]:
    made = Plant(folder)
    task = asyncio.create_task(made.intake.run())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.wait({task})
        made.intake.log.close()
        assert all(standing.balances for standing in made.intake.standings.values())


class Link:
    """The wire to a server, which can be cut."""

    def __init__(self, port: int) -> None:
        self._to, self._writers = port, set[asyncio.StreamWriter]()

    async def __aenter__(self) -> Link:
        self.port = free_port()
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/plant"

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", self.port)

    async def cut(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers |= {writer, far_writer}
        with suppress(OSError):
            await asyncio.gather(_poured(reader, far_writer), _poured(far_reader, writer))


async def _poured(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(2**16):
        writer.write(data)
        await writer.drain()
    writer.close()
