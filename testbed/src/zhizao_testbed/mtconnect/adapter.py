"""An SHDR adapter: lines to whoever connects, first the last value of every key.

Source: MTConnect Standard, part 1 (adapter to agent); the heartbeat of the reference agent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from zhizao_testbed.mtconnect.documents import instant

HEARTBEAT_MS = 1000


class Adapter:
    """What an adapter knows and whom it tells; ``answers`` says whether its heart beats."""

    def __init__(self, device: str = "M1", heartbeat_ms: int = HEARTBEAT_MS) -> None:
        self.device, self.heartbeat_ms, self.answers = device, heartbeat_ms, True
        self._last: dict[str, str] = {}
        self._clients: set[asyncio.StreamWriter] = set()

    async def say(self, key: str, value: str, time_us: int) -> None:
        """A value of a key; whoever is slow holds the adapter up."""
        line = f"{instant(time_us)}|{key}|{value}"
        self._last[key] = line
        await self.line(line)

    async def line(self, line: str) -> None:
        """Any line."""
        for client in list(self._clients):
            with suppress(OSError):
                client.write(f"{line}\n".encode())
                await client.drain()

    def forget(self) -> None:
        """As an adapter that is started again: it knows nothing, and nobody is connected."""
        self._last.clear()
        for client in self._clients:
            client.transport.abort()
        self._clients.clear()

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[int]:
        """Serve on the loopback; gives the port."""
        server = await asyncio.start_server(self._served, "127.0.0.1", port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for client in self._clients:
                client.transport.abort()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write("\n".join([f"* device: {self.device}", *self._last.values(), ""]).encode())
        self._clients.add(writer)
        try:
            while line := await reader.readline():
                if line.startswith(b"* PING") and self.answers:
                    writer.write(f"* PONG {self.heartbeat_ms}\n".encode())
        except (OSError, asyncio.CancelledError):
            pass  # the link, or the program, ends
        finally:
            self._clients.discard(writer)
            writer.transport.abort()
