"""The whole way to a real OPC UA server of another make: approved, sent, read back; and whoever is killed on the way sends nothing twice."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.act import world
from tests.sense.opcua_peer import Peer, address
from zhizao.act.contract import Destination, NotSent, Outgoing
from zhizao.act.sinks.opcua import OpcUa
from zhizao.node.assemble import open_node
from zhizao.node.loop.approve import Word, approve

ROOT = Path(__file__).parents[2]
POINTS = "\n".join(ROOT.joinpath("pyproject.toml").read_text("utf-8").split('[project.entry-points."zhizao.sinks"]\n')[1].split("\n\n")[0].splitlines())
FAIR = world.POLICY.replace("range: [80, 120]", "range: [0, 5]").replace("largest_step: 15", "largest_step: 3")
"""The peer's variable stands at 1.5."""


@pytest.fixture
def at_home(made_home: Path, tmp_path: Path) -> Callable[..., None]:
    """Make the home one of a press at a URL, with a proposal on which persons have spoken."""

    def make(url: str, *persons: str) -> None:
        folder = Path(shutil.copytree(made_home, tmp_path / "home"))
        (folder / "sources" / "press.yaml").write_text(world.SOURCE.format(url=url, address=address("Double")), "utf-8")
        (folder / "policy.yaml").write_text(FAIR, "utf-8")
        node = open_node(folder)
        world.propose(node, (world.retune("3.5"),), id_="P-30000000")
        for person in persons:
            approve(node, Word("P-3", person), world.START)

    return make


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Peer]:
    async with Peer(folder) as peer:
        yield peer


def at(url: str) -> OpcUa:
    return OpcUa(Destination("press", url))


def test_every_scalar_type_takes_its_value_and_says_it_back(tmp_path: Path) -> None:
    async def play() -> None:
        async with serving(tmp_path) as peer:
            sink = at(peer.url)
            for name, value in {"Double": "2.75", "Float": "2.5", "Int16": "-3", "UInt32": "7", "Byte": "9", "Int64": "12", "Boolean": "0"}.items():
                what = Outgoing("X-1", address(name), Decimal(value))
                assert await asyncio.to_thread(sink.send, what) == "Good"
                assert await asyncio.to_thread(sink.read, what) == Decimal(value)

    asyncio.run(play())


@pytest.mark.parametrize(("name", "value"), [("Int16", "2.5"), ("Byte", "300"), ("Nowhere", "1"), ("Array", "1")])
def test_what_a_variable_cannot_take_certainly_did_not_arrive(tmp_path: Path, name: str, value: str) -> None:
    async def play() -> None:
        async with serving(tmp_path) as peer:
            with pytest.raises(NotSent):
                await asyncio.to_thread(at(peer.url).send, Outgoing("X-1", address(name), Decimal(value)))

    asyncio.run(play())


def test_a_server_that_is_not_there_was_certainly_told_nothing() -> None:
    from tests.sense.opcua_peer import free_port

    with pytest.raises(NotSent):
        at(f"opc.tcp://127.0.0.1:{free_port()}").send(Outgoing("X-1", "i=1", Decimal(1)))


@pytest.fixture
def zhizao(tmp_path: Path) -> Callable[..., Any]:
    """The program in a process of its own, which finds the sinks of this checkout."""
    about = tmp_path / "lib" / "zhizao_sinks-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: zhizao-sinks\nVersion: 1\n", "utf-8")
    (about / "entry_points.txt").write_text("[zhizao.sinks]\n" + POINTS.replace('"', "") + "\n", "utf-8")
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{tmp_path / 'lib'}"}

    def begin(*line: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "zhizao", "--home", str(tmp_path / "home"), "--json", *line]
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return begin


def said(process: subprocess.Popen[str]) -> Any:
    out, err = process.communicate(timeout=120)
    assert out, err
    return json.loads(out)


def test_from_approval_to_the_server_and_back(tmp_path: Path, zhizao: Callable[..., Any], at_home: Callable[..., None]) -> None:
    async def play() -> None:
        async with serving(tmp_path) as peer:
            at_home(peer.url, "li")
            assert len(said(await asyncio.to_thread(zhizao, "approve", "P-3", "--as", "wang"))["actions"]) == 1
            [tried] = await asyncio.to_thread(lambda: said(zhizao("act")))
            assert (tried["fate"], tried["line"], tried["note"]) == ("rehearsed", "press", "")
            [done] = await asyncio.to_thread(lambda: said(zhizao("act", "--send")))
            assert (done["fate"], done["read_back"], done["line"]) == ("confirmed", "3.5", "press")
            assert await asyncio.to_thread(at(peer.url).read, Outgoing("", address("Double"), "")) == Decimal("3.5")
            assert await asyncio.to_thread(lambda: said(zhizao("act", "--send"))) == []

    asyncio.run(play())


class Wire:
    """A link to a server that holds back every answer once the write has passed, as a network that dies at the worst moment."""

    def __init__(self, port: int) -> None:
        self._to, self.writes, self.passed = port, 0, asyncio.Event()
        self.holds = True

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        cut = asyncio.Event()
        await asyncio.gather(self._up(reader, far_writer, cut), self._down(far_reader, writer, cut), return_exceptions=True)

    async def _up(self, reader: asyncio.StreamReader, far: asyncio.StreamWriter, cut: asyncio.Event) -> None:
        while data := await reader.read(2**16):
            if WRITE_REQUEST in data:
                self.writes += 1
                if self.holds:
                    cut.set()
                self.passed.set()
            far.write(data)
            await far.drain()
        far.close()

    async def _down(self, far: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: asyncio.Event) -> None:
        while data := await far.read(2**16):
            if not cut.is_set():
                writer.write(data)
                await writer.drain()


WRITE_REQUEST = b"\x01\x00" + (673).to_bytes(2, "little")
"""The type of a write request on the wire (IEC 62541-6: a four-byte node id)."""


def test_whoever_is_killed_after_the_write_left_never_sends_it_again(tmp_path: Path, zhizao: Callable[..., Any], at_home: Callable[..., None]) -> None:
    async def play() -> None:
        async with serving(tmp_path) as peer, Wire(peer.port) as wire:
            at_home(f"opc.tcp://127.0.0.1:{wire.port}/plant", "li", "wang")
            process = zhizao("act", "--send")
            async with asyncio.timeout(60):
                await wire.passed.wait()
            process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(process.wait)
            wire.holds = False
            [settled] = await asyncio.to_thread(lambda: said(zhizao("act", "--send")))
            assert (settled["fate"], settled["read_back"]) == ("confirmed", "3.5")
            assert wire.writes == 1

    asyncio.run(play())


def test_two_processes_that_send_at_once_send_once(tmp_path: Path, zhizao: Callable[..., Any], at_home: Callable[..., None]) -> None:
    async def play() -> None:
        async with serving(tmp_path) as peer, Wire(peer.port) as wire:
            wire.holds = False
            at_home(f"opc.tcp://127.0.0.1:{wire.port}/plant", "li", "wang")
            racing = [zhizao("act", "--send") for _ in range(2)]
            told = [await asyncio.to_thread(said, process) for process in racing]
            assert sorted(row["fate"] for rows in told for row in rows) == ["confirmed"]
            assert wire.writes == 1

    asyncio.run(play())
